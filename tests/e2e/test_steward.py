"""What stewards and editors do: write, sell, plan, let people in, and look after the house. Each puts it back."""

import re
from datetime import date, timedelta
from itertools import count

import pytest
from playwright.sync_api import expect

from app.label import read as label_of
from tests import ghosts
from tests.e2e.conftest import EDITOR, STEWARD, heading, seamless, the
from tests.e2e.test_quality import AXE, FAULTS
from tests.photos import photo

number = count(1)
BODY = """Bring **boots**.

::calendar

Then carry home what you like.

::products
"""


def words(page):
    """Where they are typed, be it the text area or what is drawn in its place."""
    return page.get_by_role("textbox", name="Words")


def typed(page):
    """The text area: what is sent."""
    return page.locator("[name=body]")


def preview(page, scripted):
    """It follows what is typed, or is asked for."""
    if not scripted:
        page.get_by_role("button", name="Preview").click()
    return the(page, "Preview")


def on_the_desk(page, way):
    page.goto("/steward")
    page.get_by_role("navigation", name="Desk").get_by_role("link", name=way).click()


def test_a_post_is_written_previewed_published_changed_and_taken_off(visit, scripted):
    page = visit(STEWARD)
    on_the_desk(page, "Posts and pages")
    page.get_by_role("link", name="Write something new").click()
    page.get_by_label("Title").fill("Mud, and how to keep it")
    words(page).fill(BODY)
    page.get_by_label("Summary").fill("A morning in Low Field.")
    with seamless(page, scripted):
        expect(preview(page, scripted)).to_contain_text("Coming up")
    expect(the(page, "Preview").locator(".prose > :is(p, .widget)")).to_contain_text(
        ["Bring boots.", "Coming up", "Then carry home", "Leeks"]
    )
    expect(page.get_by_label("Title")).to_have_value("Mud, and how to keep it")
    page.get_by_role("button", name="Publish").click()
    expect(heading(page, "Mud, and how to keep it")).to_be_visible()
    stranger = visit()
    stranger.goto("/")
    newest = the(stranger, "News").get_by_role("listitem").first
    expect(newest).to_contain_text("A morning in Low Field.")
    page.get_by_role("link", name="Edit this post").click()
    page.get_by_label("Title").fill("Mud, and where to leave it")
    page.get_by_role("button", name="Save the changes").click()
    expect(heading(page, "Mud, and where to leave it")).to_be_visible()
    newest.get_by_role("heading").get_by_role("link").click()
    expect(heading(stranger, "Mud, and where to leave it")).to_be_visible()
    page.get_by_role("link", name="Its history").click()
    page.get_by_role("link", name="What changed since").click()
    expect(page.locator("ins")).to_have_text(["Mud, and where to leave it"])
    page.get_by_role("button", name="Make it as it was then").click()
    expect(heading(page, "Mud, and how to keep it")).to_be_visible()
    page.get_by_role("link", name="Edit this post").click()
    page.get_by_role("button", name="Take it off the site").click()
    expect(page.get_by_role("article")).to_contain_text("This is a draft.")
    assert stranger.reload().status == 404


def test_the_blog_of_a_ghost_is_taken_over_and_a_post_of_it_turned_into_markdown(visit, tmp_path):
    title, page, stranger = f"Soup of old {next(number)}", visit(STEWARD), visit()
    exported = ghosts.export([ghosts.post(next(number) + 7000, title, ghosts.CARDS)], settings=[])
    file = ghosts.written(tmp_path / "g.json", exported)
    on_the_desk(page, "Posts and pages")
    page.get_by_role("link", name="Take over a Ghost").click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Take it over").click()
    expect(the(page, "What became of g.json")).to_contain_text(title)  # the page asks again by itself
    the(page, "What became of g.json").get_by_role("link", name=title).click()
    page.get_by_role("link", name="Edit this post").click()
    page.get_by_role("link", name="Turn it into Markdown").click()
    expect(page.get_by_text("A callout becomes a paragraph like any other.")).to_be_visible()
    page.get_by_role("button", name="Turn it into Markdown").click()
    expect(page.locator("#body")).to_have_value(re.compile(r"Mind the \*\*pot\*\*"))
    stranger.goto(f"/{title.lower().replace(' ', '-')}/")
    expect(stranger.get_by_role("article")).to_contain_text("Mind the pot.")
    words(page).fill("What its links lead to is not here.")
    page.get_by_role("button", name="Take it off the site").click()
    expect(page.get_by_role("article")).to_contain_text("This is a draft.")


def test_a_post_for_members_is_scheduled_and_shown_to_one_reader_first(visit):
    page, reader = visit(STEWARD), visit()
    page.goto("/blog/new-post")
    page.get_by_label("Title").fill(f"Who packs at Easter {next(number)}")
    words(page).fill("Whoever can lift a crate.")
    page.get_by_label("Members").check()
    page.get_by_role("button", name="Schedule it").click()
    expect(page.locator("#day-error")).to_contain_text("Say on which day.")
    page.get_by_label("On which day").fill(f"{date.today() + timedelta(days=3)}")
    page.get_by_label("At what time").fill("08:30")
    page.get_by_role("button", name="Schedule it").click()
    expect(page.get_by_role("article")).to_contain_text("It is published by itself on")
    reader.goto(page.get_by_role("link", name="/blog/draft/").get_attribute("href"))
    expect(reader.get_by_role("article")).to_contain_text("Whoever can lift a crate.")
    page.get_by_role("link", name="Edit this post").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("article")).to_contain_text("Whoever can lift a crate.")
    reader.goto(page.url.partition("?")[0])
    expect(the(reader, "The rest is for members")).to_be_visible()
    expect(reader.get_by_role("article")).not_to_contain_text("crate")
    page.get_by_role("link", name="Edit this post").click()
    page.get_by_role("button", name="Take it off the site").click()
    expect(page.get_by_role("article")).to_contain_text("This is a draft.")


def test_a_picture_is_brought_and_stays_while_a_post_shows_it(visit, scripted):
    page = visit(EDITOR)
    page.goto("/blog/media")
    leeks = {"name": "leeks.jpg", "mimeType": "image/jpeg", "buffer": photo((600, 400))}
    page.get_by_label("Picture", exact=True).set_input_files(leeks)
    page.get_by_label("What is on it").fill("Leeks in the mud")
    page.get_by_role("button", name="Bring it in").click()
    expect(heading(page, "Leeks in the mud")).to_be_visible()
    line, library = page.get_by_label("Line for a post").input_value(), page.url.partition("?")[0]
    page.goto("/blog/new-post")
    page.get_by_label("Title").fill(f"Mud {next(number)}")
    if scripted:
        page.locator("#blog-choose").set_input_files(leeks)  # as if it were dropped there
        asked = page.get_by_role("dialog", name="What is on it")
        asked.get_by_label("leeks.jpg").fill("Leeks in the mud")
        asked.get_by_role("button", name="Bring it in").click()
        expect(typed(page)).to_have_value(f"{line}\n\n")
    else:
        words(page).fill(line)
    page.get_by_role("button", name="Save as draft").click()
    shown = page.get_by_role("article").get_by_role("img", name="Leeks in the mud")
    expect(shown).to_have_js_property("complete", True)
    page.goto(library)
    expect(page.get_by_text("While it is used, it cannot be removed.")).to_be_visible()
    the(page, "Where it is used").get_by_role("link").click()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320, "its long line has a line's room"
    words(page).fill("No picture after all.")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("article")).to_contain_text("No picture after all.")
    page.goto(library)
    page.get_by_role("button", name="Remove the picture").click()
    page.get_by_role("dialog", name="Remove this picture?").get_by_role("button", name="Remove it").click()
    expect(heading(page, "Pictures")).to_be_visible()
    expect(page.get_by_text("Leeks in the mud")).to_have_count(0)


def test_a_refused_form_keeps_what_was_typed_and_leads_to_what_is_wrong(visit, scripted):
    page = visit(EDITOR)
    page.goto("/blog/new-post")
    words(page).fill("Ω is for leeks. שלום")
    page.get_by_label("Tags").fill("kitchen")
    page.get_by_role("button", name="Save as draft").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("One thing to put right")
    expect(typed(page)).to_have_value("Ω is for leeks. שלום")
    expect(page.get_by_label("Tags")).to_have_value("kitchen")
    title = page.get_by_label("Title")
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(title).to_have_accessible_description(alert.get_by_role("link").inner_text())
    if not scripted:
        alert.get_by_role("link").click()
    expect(title).to_be_focused()
    assert page.request.get("/blog/post/kitchen").status == 404


def test_a_preview_keeps_what_was_typed(visit, scripted):
    page = visit(EDITOR)
    page.goto("/blog/new-post")
    title, alert = page.get_by_label("Title"), page.get_by_role("alert")
    words(page).fill("Bring boots.")
    page.get_by_role("button", name="Publish").click()
    expect(alert).to_be_visible()
    title.fill("Boots")
    words(page).fill("Bring *two* boots.")
    expect(preview(page, scripted).locator("em")).to_have_text("two")
    expect(title).to_have_value("Boots")
    expect(typed(page)).to_have_value("Bring *two* boots.")
    if scripted:
        for _ in range(2):
            words(page).press("Control+z")
        expect(typed(page)).to_have_value("Bring boots.")
        words(page).press("Control+a")
        words(page).press("Control+b")
        expect(typed(page)).to_have_value("**Bring boots.**")
    else:
        expect(alert).to_have_count(0)  # it forgets what was wrong
        expect(title).not_to_have_attribute("aria-invalid", "true")


PASTE = """(field) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", "- a *leek* and more\\n".repeat(600));
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


@pytest.mark.parametrize("scripted", ["keys"], indirect=True)
def test_what_is_too_long_to_be_drawn_at_each_key_is_typed_on_as_it_is(visit):
    page = visit(EDITOR)
    page.goto("/blog/new-post")
    words(page).fill("Bring boots.")
    words(page).evaluate(PASTE)
    expect(page.locator("[contenteditable]")).to_have_count(0)
    expect(words(page)).to_be_focused()
    page.keyboard.type("So.")
    expect(typed(page)).to_have_value(re.compile("a \\*leek\\* and more\nSo.$"))


def test_what_is_typed_outlives_a_closed_window_and_a_session(visit, scripted):
    page, name = visit(EDITOR), f"Half a thought {next(number)}"
    page.goto("/blog/new-post")
    page.get_by_label("Title").fill(name)
    words(page).fill("It rained.")
    if scripted:
        expect(page.get_by_role("status").first).to_contain_text("Kept at")
        page.goto("/blog/new-post")
        expect(page.get_by_role("main")).to_contain_text(name)
        page.get_by_role("link", name="Take it up").click()
        expect(typed(page)).to_have_value("It rained.")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("link", name="Sign in (in another window)")).to_be_visible()
    page.context.add_cookies(cookies)
    page.get_by_role("button", name="Save as draft" if scripted else "Send it again").click()
    expect(heading(page, name)).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("It rained.")
    page.goto("/blog/new-post")
    expect(page.get_by_role("main")).not_to_contain_text(name)  # it is saved


def test_what_was_done_is_said_once_on_the_next_page(visit, scripted):
    page = visit(STEWARD)
    page.goto("/steward/settings")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    if scripted:
        page.reload()
        expect(page.get_by_role("status")).to_have_count(0)  # an empty one is not there


def test_of_two_who_edit_the_same_neither_overwrites_the_other(visit):
    first, second = visit(STEWARD), visit(EDITOR)
    for page in (first, second):
        page.goto("/blog/post/the-van-goes-electric")
        page.get_by_role("link", name="Edit this post").click()
        page.get_by_text("Address, tags, summary, picture").click()
    first.get_by_label("Summary").fill("31 for, 4 against.")
    first.get_by_role("button", name="Save the changes").click()
    expect(first.get_by_role("article")).to_contain_text("31 for, 4 against.")
    second.get_by_label("Tags").fill("meeting, van")
    second.get_by_role("button", name="Save the changes").click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody saved this while you were writing.")
    expect(the(second, "What is saved now")).to_contain_text("31 for, 4 against.")
    expect(second.get_by_label("Tags")).to_have_value("meeting, van")
    second.get_by_label("Tags").fill("meeting")
    second.get_by_role("button", name="Save the changes").click()
    expect(second.get_by_role("article")).to_contain_text("31 for, 4 against, 6 not sure yet.")


def test_a_page_gets_a_place_in_the_navigation_and_loses_it(visit, scripted):
    page = visit(STEWARD)
    on_the_desk(page, "Navigation")
    more = page.locator("form[action='/blog/menu']")
    more.get_by_label("What it is called").fill("Why leeks")
    more.get_by_label("Where it leads").select_option("/four-leeks")
    more.get_by_role("button", name="Add to the navigation").click()
    items = page.locator("#blog-menu-main + .menu > li, header:has(#blog-menu-main) + .menu > li")
    expect(items.last).to_contain_text("Why leeks")
    with seamless(page, scripted):
        page.get_by_role("button", name="Move Why leeks up").click()
        expect(items.nth(3)).to_contain_text("Why leeks")
    if scripted:
        expect(page.get_by_role("button", name="Move Why leeks up")).to_be_focused()
    page.get_by_role("link", name="The site").click()
    ways = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(ways).to_have_text(["Market", "Calendar", "News", "Why leeks", "Desk"])
    about = ["About us", "How we work", "When we are open"]
    page.locator("summary", has_text="About us").click()
    expect(ways).to_have_text(["Market", "Calendar", "News", "Why leeks", *about, "Desk"])
    if scripted:
        page.keyboard.press("Escape")
        expect(ways).to_have_count(5)
    ways.nth(3).click()
    expect(heading(page, "What to do with four leeks")).to_be_visible()
    on_the_desk(page, "Navigation")
    if scripted:
        grip = items.nth(3).locator(".grip").first
        grip.drag_to(items.first.locator(".grip").first, target_position={"x": 5, "y": 2})
        expect(items.first).to_contain_text("Why leeks")
    page.get_by_text("Change Why leeks").click()
    with seamless(page, scripted):
        page.get_by_role("button", name="Remove Why leeks").click()
        expect(items).to_have_count(4)


def test_a_product_is_listed_and_withdrawn(visit):
    page, stranger = visit(STEWARD), visit()
    on_the_desk(page, "New product")
    for label, value in (
        ("Name", "Dahlias, cut"),
        ("Who grows or makes it", "Achebe Gardens"),
        ("Kind", "Flowers"),
        ("Price (GBP)", "6.50"),
        ("How many there are", "3"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Add to the market").click()
    expect(heading(page, "Dahlias, cut")).to_be_visible()
    stranger.goto("/market/goods?category=Flowers")
    expect(stranger.locator(".goods > li")).to_have_text(re.compile(r"Dahlias, cut.*3 left.*£6\.50", re.DOTALL))
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("How many there are").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("All gone")
    stranger.reload()
    expect(stranger.locator(".goods > li")).to_contain_text("All gone")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_role("main")).to_contain_text("This is withdrawn.")
    stranger.reload()
    expect(stranger.locator(".goods > li")).to_have_count(0)


def test_an_event_is_planned_seen_in_its_month_and_cancelled(visit):
    page, stranger, day = visit(STEWARD), visit(), date.today() + timedelta(days=70)
    on_the_desk(page, "New event")
    page.get_by_label("What", exact=True).fill("Seed swap")
    page.get_by_label("On which day").fill(str(day))
    page.get_by_label("Begins at").fill("10:00")
    page.get_by_label("Where").fill("The Old Goods Shed")
    page.get_by_role("button", name="Add to the calendar").click()
    expect(heading(page, "Seed swap")).to_be_visible()
    stranger.goto(f"/events/calendar?month={day:%Y-%m}")
    entries = stranger.locator("li", has=stranger.locator(f"time[datetime='{day}']")).get_by_role("link")
    expect(entries.last).to_contain_text("Seed swap 10 am")
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_role("dialog", name="Cancel this?").get_by_role("button", name="Say that it is cancelled").click()
    expect(page.get_by_role("article")).to_contain_text("Cancelled: this will not take place.")
    stranger.reload()
    expect(entries.last).to_contain_text("Seed swap cancelled")


def test_somebody_is_let_in_made_an_editor_and_a_member_again(visit, oakhill):
    page, address = visit(STEWARD), f"joan-{next(number)}@oakhill.example"
    on_the_desk(page, "People")
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("Name").fill("Joan Pryce")
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Add them and send the mail").click()
    row = page.get_by_role("row").filter(has_text=address)
    expect(row).to_contain_text("Joan Pryce")
    link = oakhill.link(address)
    on_the_desk(page, "Mails")
    expect(page.get_by_role("article").filter(has_text=address)).to_contain_text(link)
    on_the_desk(page, "People")
    for role in ("editor", "member"):
        row.get_by_role("combobox").select_option(role)
        with page.expect_navigation():
            row.get_by_role("button", name="Change").click()
        page.reload()
        expect(row.get_by_role("combobox")).to_have_value(role)


def test_the_only_steward_stays_one(visit):
    page = visit(STEWARD)
    page.goto("/account/people")
    row = page.get_by_role("row").filter(has_text=STEWARD)
    row.get_by_role("combobox").select_option("member")
    row.get_by_role("button", name="Change").click()
    expect(page.get_by_role("alert")).to_contain_text("A co-op needs a steward. Make somebody else a steward first.")
    page.goto("/steward")
    expect(page.get_by_role("navigation", name="Desk")).to_be_visible()


def test_the_ledger_is_read_and_searched(visit, scripted):
    page = visit(STEWARD)
    on_the_desk(page, "Ledger")
    with seamless(page, scripted):
        page.get_by_label("Words").fill("Crown Prince")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("row").last).to_contain_text("market.product")
    expect(page).to_have_url(re.compile("words=Crown"))
    page.get_by_label("Words").fill("zebra")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing found")
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator("tbody tr").nth(20)).to_be_visible()


def test_the_coop_gets_another_name_and_its_own_again(visit):
    page, stranger = visit(STEWARD), visit()
    before = rename(page, "Ash Bank Growers")
    stranger.goto("/market/goods")
    expect(stranger).to_have_title("Market – Ash Bank Growers")
    rename(page, "")
    expect(page.get_by_role("alert")).to_contain_text("One thing to put right")
    rename(page, before)
    stranger.reload()
    expect(stranger.get_by_role("banner")).to_contain_text(before)


def rename(page, name):
    """What it was before."""
    on_the_desk(page, "Settings")
    field = page.get_by_label("Name")
    before = field.input_value()
    field.evaluate("field => field.removeAttribute('required')")
    field.fill(name)
    with page.expect_navigation():
        page.get_by_role("button", name="Save the settings").click()
    return before


def test_the_coop_is_printed_otherwise_once_it_was_seen_so(visit, scripted):
    """Each font and corner, seen before anything is kept; what is kept is seen by everybody."""
    page, stranger = visit(STEWARD), visit()
    on_the_desk(page, "Look")
    sheet = page.locator("link[rel=stylesheet][href^='/theme/']")
    for letters, corners, there in (
        ("Source Sans alone", "Square", "12-source-square"),
        ("What each machine has", "Round", "12-system-round"),
        ("Besley and Source Sans", "A little round", "12-besley-little"),
    ):
        page.get_by_label(letters).check()
        page.get_by_label(corners, exact=True).check()
        if not scripted:
            page.get_by_role("button", name="Print this page so").click()
        expect(sheet.last).to_have_attribute("href", f"/theme/{there}.css")
        if scripted:
            page.evaluate(AXE)
            assert page.evaluate(FAULTS, {}) == []
    stranger.goto("/market/goods")
    expect(stranger.locator("link[href='/theme/12-besley-little.css']")).to_have_count(1)
    for corners in ("Square", "A little round"):
        page.get_by_label(corners, exact=True).check()
        page.get_by_role("button", name="Keep it so").click()
        expect(page.get_by_role("status")).to_contain_text("Every page is printed so now.")
        stranger.reload()
        expect(stranger.locator("link[href='/theme/12-besley-square.css']")).to_have_count(int(corners == "Square"))


def test_the_whole_coop_is_taken_away_in_one_file(visit, tmp_path):
    page = visit(STEWARD)
    on_the_desk(page, "Copies")
    expect(heading(page, "Copies")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(
        "Nothing is copied: if this disk is lost, everything here is lost."
    )
    page.get_by_role("link", name="Take it away").click()
    page.get_by_label("Passphrase", exact=True).fill("twelve leeks and a bough")
    page.get_by_role("button", name="Download the file").click()
    expect(page.get_by_role("alert")).to_contain_text("One thing to put right")
    expect(page.get_by_label("Passphrase", exact=True)).to_have_value("")
    for label in "Passphrase", "The same again":
        page.get_by_label(label, exact=True).fill("twelve leeks and a bough")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the file").click()
    downloading.value.save_as(tmp_path / "oak.rose")
    assert label_of(tmp_path / "oak.rose").is_sealed and downloading.value.suggested_filename.endswith(".rose")
