"""What a stranger does: looks around, reads, turns the months, fills a basket."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import heading, seamless, the


def basket(page):
    """What stands of it on every page."""
    return page.get_by_role("banner").get_by_role("link", name="Basket")


def test_the_home_page_shows_something_of_every_room(visit):
    page = visit()
    page.goto("/")
    expect(heading(page, "Oakhill Growers")).to_be_attached()
    ways = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(ways).to_have_text(["Market", "Calendar", "News"])
    expect(the(page, "News").get_by_role("listitem")).to_have_count(5)
    expect(the(page, "News").get_by_role("link", name="We voted: the van goes electric")).to_be_visible()
    expect(the(page, "Coming up").get_by_role("listitem")).to_have_count(3)
    expect(the(page, "This week’s market").get_by_role("listitem").filter(has_text="Leeks")).to_contain_text("£2.10")
    expect(basket(page)).to_have_attribute("href", "/cart/basket")
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    expect(heading(page, "Sign in")).to_be_visible()


def test_a_post_holds_the_market_and_the_calendar_where_its_author_put_them(visit):
    page = visit()
    page.goto("/blog/news")
    page.get_by_role("link", name="The beetroot that nearly got away").click()
    expect(page).to_have_title(re.compile("^The beetroot that nearly got away – "))
    parts = page.locator(".prose > :is(p, .widget)").filter(has_text=re.compile("market|four hundred|Coming up"))
    expect(parts).to_contain_text(["This week’s market", "four hundred bunches", "Coming up"])
    entry = the(page.get_by_role("article"), "Coming up").get_by_role("listitem").get_by_role("link").first
    title = entry.inner_text()
    entry.click()
    expect(heading(page, title)).to_be_visible()
    page.go_back()
    the(page.get_by_role("article"), "This week’s market").get_by_role("link", name="Leeks").click()
    expect(heading(page, "Leeks")).to_be_visible()


def test_the_newsletter_is_asked_for_in_a_post_and_begins_and_ends_by_mail(visit, oakhill, scripted):
    page, address = visit(), f"noor-{'keys' if scripted else 'plain'}@far.example"
    page.goto("/the-van-goes-electric")
    asking = the(page.get_by_role("article"), "The newsletter")
    asking.get_by_label("Email").fill("noor@far")
    with seamless(page, scripted):
        asking.get_by_role("button", name="Send me the newsletter").click()
        expect(page.get_by_label("Email")).to_have_accessible_description(re.compile("Write a whole address"))
    expect(page.get_by_label("Email")).to_have_value("noor@far")
    expect(page.get_by_role("heading", name="The newsletter")).to_have_count(1)
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Send me the newsletter").click()
    expect(heading(page, "Look at your mail")).to_be_visible()
    page.goto(oakhill.reading(address))
    expect(heading(page, "One more step")).to_be_visible()
    page.get_by_role("button", name="Send me the newsletter").click()
    expect(heading(page, "You get the newsletter")).to_be_visible()
    page.get_by_role("button", name="Stop the newsletter").click()
    expect(heading(page, "You get no newsletter any more")).to_be_visible()


def test_months_are_turned_and_the_way_back_turns_them_back(visit, scripted):
    page, first = visit(), date.today().replace(day=1)
    later, earlier = first + timedelta(days=31), first - timedelta(days=1)
    page.goto("/events/calendar")
    for way, month in (("next", later), ("prev", first), ("prev", earlier)):
        with seamless(page, scripted):
            page.locator(f"#events-calendar a[rel={way}]").click()
            expect(heading(page, f"{month:%B %Y}")).to_be_visible()
        expect(page).to_have_url(re.compile(rf"/events/calendar\?month={month:%Y-%m}$"))
        if scripted:
            expect(heading(page, "")).to_be_focused()
    for month in (first, later, first):
        page.go_back()
        expect(heading(page, f"{month:%B %Y}")).to_be_visible()


def test_an_entry_of_the_calendar_says_what_where_and_when(visit):
    page, day = visit(), date.today() + timedelta(days=(2 - date.today().weekday()) % 7 + 7)
    page.goto(f"/events/calendar?month={day:%Y-%m}")
    page.locator("li", has=page.locator(f"time[datetime='{day}']")).get_by_role("link", name="Wreath").click()
    expect(heading(page, "Wreath making with Ines")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text(f"{day:%A} {day.day} {day:%B %Y}, 7 to 9 pm")
    expect(page.get_by_role("article")).to_contain_text("The Old Goods Shed")


def test_goods_are_found_by_word_and_by_kind(visit, scripted):
    page = visit()
    page.goto("/market/goods")
    goods = page.locator(".goods > li")
    expect(goods).to_have_count(12)
    with seamless(page, scripted):
        page.get_by_label("Search the market").fill("leek")
        page.get_by_role("button", name="Search").click()
        expect(goods).to_have_count(1)
    expect(page).to_have_url(re.compile("words=leek"))
    with seamless(page, scripted):
        page.get_by_label("Search the market").fill("")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("checkbox", name="Larder").check()
        page.get_by_role("button", name="Show these goods").click()
        expect(goods).to_have_count(4)
    page.get_by_label("Search the market").fill("zebra")
    page.get_by_label("Search the market").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Nothing here fits that")
    page.get_by_role("link", name="Show all goods").click()
    expect(goods).to_have_count(12)


def test_what_is_added_in_the_market_is_counted_at_once(visit, scripted):
    page = visit()
    page.goto("/market/goods")
    page.get_by_label("Quantity, Leeks").fill("2")
    with seamless(page, scripted):
        page.get_by_role("button", name="Add Leeks").click()
        expect(basket(page)).to_contain_text("2 £4.20")
    if not scripted:
        return expect(heading(page, "Your basket")).to_be_visible()
    expect(page.locator("#notices")).to_contain_text("2 × Leeks are in your basket.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notices")).to_contain_text("Leeks is out of your basket.")
    expect(basket(page)).not_to_contain_text("£")


def test_a_basket_is_changed_emptied_and_filled_again(visit, scripted):
    page = visit()
    page.goto("/market/goods")
    page.get_by_role("link", name="Leeks").click()
    page.get_by_role("button", name="Add to basket").click()
    basket(page).filter(has_text="1").click()
    receipt = the(page, "What it comes to")
    expect(receipt).to_contain_text("1 × Leeks£2.10")
    with seamless(page, scripted):
        page.get_by_label("Quantity, Leeks").fill("5")
        page.get_by_role("button", name="Change Leeks").click()
        expect(receipt.get_by_role("listitem").last).to_have_text("Together£10.50")
    expect(basket(page)).to_contain_text("5 £10.50")
    with seamless(page, scripted):
        page.get_by_role("button", name="Take out Leeks").click()
        expect(page.get_by_role("main")).to_contain_text("Nothing is in your basket.")
    if scripted:
        expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    with seamless(page, scripted):
        page.get_by_role("button", name="Put it back").click()
        expect(receipt).to_contain_text("5 × Leeks£10.50")
    page.goto("/")
    expect(basket(page)).to_contain_text("5 £10.50")


def test_the_first_key_leads_past_the_navigation(visit):
    page = visit()
    page.goto("/market/goods")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_more_than_there_is_cannot_be_had(visit):
    page = visit()
    page.goto("/market/goods")
    page.get_by_role("link", name="Crown Prince squash").click()
    page.get_by_label("How many").evaluate("field => field.removeAttribute('max')")
    page.get_by_label("How many").fill("5")
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_text("No more than 4 can be had. Choose that many or fewer.").last).to_be_visible()


@pytest.mark.parametrize("path", ("/nothing/here", "/nothing-here", "/events/entry/9999", "/market/product/9999"))
def test_where_nothing_is_the_page_says_so_and_leads_home(visit, path):
    page = visit()
    assert page.goto(path).status == 404
    expect(heading(page, "There is nothing at this address")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Go to the home page").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_what_fits_is_found_and_with_javascript_while_it_is_typed(visit, scripted):
    page = visit()
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Search").click()
    words = page.get_by_role("searchbox")
    words.fill("leek")
    if not scripted:
        page.get_by_role("main").get_by_role("button", name="Search").click()
    found = page.get_by_role("main").get_by_role("heading", level=3)
    expect(found).to_have_text(["Leeks", "What to do with four leeks"])
    expect(words).to_have_value("leek")
    expect(page).to_have_url(re.compile(r"/search\?words=leek$"))
    found.get_by_role("link", name="What to do with four leeks").click()
    expect(heading(page, "What to do with four leeks")).to_be_visible()
