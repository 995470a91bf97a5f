import re
from datetime import UTC, datetime

import pytest

from app.main import ROUTES
from domains import account, blog
from domains.activities import Activity
from domains.check import SLUG
from flows.engine.models import Run, Wait
from tests.conftest import all_of, settle
from tests.http.conftest import PARTIAL

LEEKS = {"title": "Four leeks", "kind": "post", "body": "Cut *them*.", "status": "published"}
SECRET = {"title": "Secret", "kind": "page", "body": "Nobody knows.", "status": "draft"}


async def write(coop, **typed):
    words = LEEKS | typed
    status = words.pop("status")
    async with coop.writing() as db:
        return await blog.write_post(db, blog.Words(**words), author="Ines", status=status)


@pytest.fixture
async def editor(coop, visit):
    async with coop.writing() as db:
        await account.add_person(db, "Ed", "ed@oak.example", "editor")
    return await visit("oak", "ed@oak.example")


async def said(coop):
    return await all_of(coop, Activity.type, Activity.actor, where=Activity.kind == "blog.post")


def opened(text, id):
    """The opening tag of whatever has this id."""
    return re.search(rf'<[^>]* id="{id}"[^>]*>', text)[0]


def keyless(text):
    """Each form of a post has a key of its own."""
    return re.sub(r'name="key" value="[^"]*"', "", text)


# ---- fragments and pages ----


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("home", "home"),
        ("latest", "latest"),
        ("news", "news"),
        ("news?page=2", "news"),
        ("tag/kitchen", "tag"),
        ("author/ines", "author"),
        ("navigation", "navigation"),
        ("foot", "foot"),
        ("post/four-leeks", "post"),
        ("new-post", "new-post"),
        ("edit-post/1", "edit-post"),
        ("posts", "posts"),
        ("revisions/1", "revisions"),
        ("revision/1/1", "revision"),
        ("menu", "menu"),
    ],
)
async def test_each_fragment_stands_in_its_page(steward, coop, path, id):
    await write(coop, tags="kitchen")
    page, part = await steward.get(f"/blog/{path}"), await steward.get(f"/blog/{path}", headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and "<html" not in part.text
    assert keyless(part.text) in keyless(page.text)
    assert opened(part.text, f"blog-{id}") == re.search(r"<[a-z][^>]* id=[^>]*>", part.text)[0]
    ids = re.findall(r' id="([^"]*)"', page.text)
    assert len(ids) == len(set(ids)) or path in ("navigation", "foot")  # which stand around their own pages too


async def test_the_home_page_holds_what_the_other_rooms_show(oak, coop):
    bare = (await oak.get("/")).text
    await write(coop)
    await write(coop, title="How we work", kind="page")
    text = (await oak.get("/")).text
    for id in ("blog-home", "market-featured", "events-upcoming", "blog-latest"):
        assert f'id="{id}"' in text
    assert all(f'href="{path}"' in text for path in ("/four-leeks", "/how-we-work", "/account/sign-in"))
    assert "art/market.svg" in text and "art/market.svg" not in bare


async def test_the_home_page_opens_with_what_the_co_op_says_of_itself(oak, coop):
    from domains import site as sites

    async with coop.writing() as db:
        await sites.describe(db, sites.Facts(name="Oak", about="We order together. Then we eat."))
    text = (await oak.get("/")).text
    assert 'class="big">We order together.</h2>' in text and '<p class="lede">Then we eat.</p>' in text


async def test_the_news_is_paged_and_a_page_that_is_not_there_is_another_one(oak, coop):
    for number in range(11):
        await write(coop, title=f"Post {number}")
    first, last = (await oak.get("/blog/news")).text, (await oak.get("/blog/news?page=2")).text
    assert "Post 10" in first and "Post 0<" not in first and "Post 0<" in last
    for page in ("99", "0", "-1", "x", "1" * 40, "%00"):
        assert (await oak.get(f"/blog/news?page={page}")).status_code == 200


async def test_a_post_and_a_page_are_at_two_addresses(oak, coop):
    await write(coop, cover="leeks", excerpt="Three evenings.", tags="kitchen, newsletter")
    text = (await oak.get("/blog/post/four-leeks")).text
    shown = ("<h1>Four leeks</h1>", "<em>them</em>", "Three evenings.", "art/leeks.svg", ">Ines</a>", ">kitchen<")
    for piece in shown:
        assert piece in text
    assert ">newsletter<" not in text and "/blog/edit-post/" not in text
    article = re.search(r"<article.*</article>", text, re.DOTALL)[0]
    assert article in (await oak.get("/four-leeks")).text


@pytest.mark.parametrize(
    "slug", ["nothing", "%00", "%F0%9F%A5%AC", "..%2F..", "a" * 5000, "%ED%A0%80", "market", "inbox"]
)
async def test_an_address_without_a_post_is_not_there(oak, slug):
    assert (await oak.get(f"/{slug}")).status_code == 404
    assert (await oak.get(f"/blog/post/{slug}")).status_code == 404


async def test_no_post_stands_where_something_else_is(house, oak, steward):
    first = {path.split("/")[1] for route in ROUTES for path in route.paths}
    assert {one for one in first if SLUG.fullmatch(one)} <= blog.RESERVED
    assert (await oak.get("/health")).status_code == 200 and (await steward.get("/steward")).status_code == 200
    answer = await steward.post("/blog/new-post", data=LEEKS | {"slug": "health"})
    assert answer.status_code == 422 and "That address is taken" in answer.text


async def test_a_widget_in_a_post_is_the_fragment_of_its_room_once(oak, coop):
    await write(coop, body="Look:\n\n::calendar\n\n::products\n\n::calendar\n\n::secret\n\nThere.")
    text = (await oak.get("/four-leeks")).text
    assert text.count('id="events-upcoming"') == text.count('id="market-featured"') == 1
    assert text.index("Look:") < text.index("events-upcoming") < text.index("market-featured") < text.index("There.")
    assert "::secret" in text and "::calendar" not in text


# ---- who may ----


async def test_a_draft_is_there_for_editors_only(oak, member, editor, coop):
    await write(coop, **SECRET)
    for path in ("/secret", "/blog/post/secret"):
        assert [(await who.get(path)).status_code for who in (oak, member, editor)] == [404, 404, 200]
    assert "This is a draft" in (await editor.get("/secret")).text
    for path in ("/", "/blog/news", "/blog/latest", "/blog/navigation"):
        assert "Secret" not in (await oak.get(path)).text


@pytest.mark.parametrize("path", ["new-post", "edit-post/1", "posts", "menu", "menu-items/1"])
async def test_who_may_not_write_may_not(oak, member, coop, path):
    await write(coop)
    for who, status in ((oak, 401), (member, 403)):
        if path != "menu-items/1":
            assert (await who.get(f"/blog/{path}")).status_code == status
        if path != "posts":
            assert (await who.post(f"/blog/{path}", data=LEEKS | {"way": "out"})).status_code == status
    assert await said(coop) == [("Create", "site")]


async def test_the_navigation_is_arranged_by_stewards(editor, steward):
    assert [(await who.get("/blog/menu")).status_code for who in (editor, steward)] == [403, 200]
    assert (await editor.post("/blog/menu", data={"label": "A", "target": "/a"})).status_code == 403


# ---- what is mailed of it ----


async def newsletter_run(coop):
    return (await all_of(coop, Run.id, where=Run.name == "blog.newsletter"))[0][0]


async def test_whoever_publishes_is_told_when_it_goes_out_and_stewards_where_to_stop_it(
    steward, editor, oak, coop, clock
):
    clock("2026-11-29T12:00")
    await editor.post("/blog/new-post", data=LEEKS | {"tags": "newsletter"})
    says, run = "Goes out Friday 4 December, 08:00", await newsletter_run(coop)
    for is_asleep in (False, True):
        if is_asleep:
            await settle(coop)
            ((due,),) = await all_of(coop, Wait.due, where=Wait.run == run)
            says = f"Goes out {datetime.fromtimestamp(due, UTC):%A %-d %B}, 08:00"
        for path in ("/four-leeks", "/blog/posts", "/steward"):
            assert f'<a href="/flows/{run}">{says}</a>' in (await steward.get(path)).text, path
        for path in ("/four-leeks", "/blog/posts"):
            page = (await editor.get(path)).text
            assert says in page and f'href="/flows/{run}"' not in page
        assert "Goes out" not in (await oak.get("/four-leeks")).text


@pytest.mark.parametrize("answer", ["send", "stop"])
async def test_what_was_answered_goes_out_no_more(steward, coop, answer):
    await steward.post("/blog/new-post", data=LEEKS | {"tags": "newsletter"})
    await settle(coop)
    data = {"tag": "digest", "choice": answer}
    await steward.post(f"/flows/{await newsletter_run(coop)}/resumptions", data=data)
    for path in ("/four-leeks", "/blog/posts", "/steward"):
        assert "Goes out" not in (await steward.get(path)).text


async def test_what_was_taken_down_does_not_say_that_it_goes_out(steward):
    await steward.post("/blog/new-post", data=LEEKS | {"tags": "newsletter"})
    await steward.post("/blog/edit-post/1", data=LEEKS | {"tags": "newsletter", "version": "1", "status": "draft"})
    for path in ("/four-leeks", "/blog/posts", "/steward"):
        assert "Goes out" not in (await steward.get(path)).text


@pytest.mark.parametrize(
    ("many", "says"),
    [
        (0, "It is urgent, but nobody was mailed: there were no readers yet."),
        (1, "It is urgent, so it is on its way to 1 reader."),
        (3, "It is urgent, so it is on its way to 3 readers."),
    ],
)
async def test_whoever_publishes_what_is_urgent_is_told_how_many_are_mailed(editor, oak, coop, many, says):
    async with coop.writing() as db:
        for number in range(many):
            await account.subscribe(db, f"sam{number}@oak.example")
    asked = await editor.post("/blog/new-post", data=LEEKS | {"tags": "urgent", "status": "preview"})
    assert f"published, it is mailed to {many} reader" in asked.text
    await editor.post("/blog/new-post", data=LEEKS | {"tags": "urgent"})
    assert says in (await editor.get("/four-leeks")).text and "is urgent" not in (await oak.get("/four-leeks")).text
    await editor.post("/blog/new-post", data=LEEKS | {"title": "Plain"})
    assert "is urgent" not in (await editor.get("/plain")).text


# ---- writing ----


async def test_an_editor_publishes_and_the_ledger_says_who(editor, coop, oak):
    answer = await editor.post("/blog/new-post", data=LEEKS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/four-leeks?said=published")
    assert ">Ed</a>" in (await oak.get("/four-leeks")).text
    assert await said(coop) == [("Create", "account.person:3")]


async def test_htmx_is_told_where_to_go(editor):
    answer = await editor.post("/blog/new-post", data=LEEKS | {"status": "draft"}, headers=PARTIAL)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/four-leeks?said=draft")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", " "),
        ("title", "a" * 10_000),
        ("title", "a\0"),
        ("body", "a\0"),
        ("body", "a" * 200_001),
        ("slug", "Not a slug"),
        ("tags", "a" * 10_000),
        ("excerpt", "a" * 10_000),
    ],
)
async def test_what_was_typed_is_kept_and_what_is_wrong_is_said_beside_it(editor, coop, field, typed):
    for path in ("new-post", "edit-post/1"):
        if path == "edit-post/1":
            await write(coop)
        answer = await editor.post(
            f"/blog/{path}", data=LEEKS | {field: typed, "excerpt": "Kept 🥬 שלום"} | {field: typed}
        )
        assert answer.status_code == 422
        tag = opened(answer.text, field)
        assert 'aria-invalid="true"' in tag and f"{field}-error" in re.search(r'aria-describedby="([^"]*)"', tag)[1]
        assert f'id="{field}-error"' in answer.text
        assert field == "excerpt" or "Kept 🥬 שלום" in answer.text
        part = await editor.post(f"/blog/{path}", data=LEEKS | {field: typed}, headers=PARTIAL)
        assert part.status_code == 422 and "<html" not in part.text
    assert len(await said(coop)) == 1


@pytest.mark.parametrize("typed", [{"status": "late"}, {"kind": "novel"}, {"cover": "../site"}, {"title": ""}])
async def test_what_no_form_could_send_is_refused_all_the_same(editor, coop, typed):
    assert (await editor.post("/blog/new-post", data=LEEKS | typed)).status_code == 422
    assert (await editor.post("/blog/new-post")).status_code in (400, 422)
    assert await said(coop) == []


async def test_an_edit_form_holds_what_is_there(editor, coop):
    await write(coop, tags="kitchen, newsletter", slug="leeks", cover="leeks", excerpt='"Three" evenings')
    text = (await editor.get("/blog/edit-post/1")).text
    for piece in (
        'name="version" value="1"',
        'value="kitchen, newsletter"',
        'value="leeks" selected',
        "&#34;Three&#34; evenings",
        ">\nFour leeks</textarea>",
        ">\nCut *them*.</textarea>",
        "<em>them</em>",
    ):
        assert piece in text
    assert (await editor.get("/blog/edit-post/2")).status_code == 404
    assert (await editor.get(f"/blog/edit-post/{10**30}")).status_code == 404


async def test_an_edit_conflict_shows_both_and_overwrites_nothing(editor, steward, coop, oak):
    await write(coop)
    hers = LEEKS | {"title": "Five leeks", "body": "Hers & all", "version": "1"}
    assert (await steward.post("/blog/edit-post/1", data=hers)).status_code == 303
    his = LEEKS | {"title": "Six leeks", "body": "His <b>words</b>", "version": "1"}
    for headers in ({}, PARTIAL):
        answer = await editor.post("/blog/edit-post/1", data=his, headers=headers)
        assert answer.status_code == 409 and ("<html" in answer.text) != bool(headers)
        for piece in (
            "Six leeks",
            "His &lt;b&gt;words&lt;/b&gt;</textarea>",
            "Five leeks",
            "Hers &amp; all</textarea>",
        ):
            assert piece in answer.text
        assert 'name="version" value="2"' in answer.text
    assert "Hers &amp; all" in (await oak.get("/four-leeks")).text and len(await said(coop)) == 2
    assert (await editor.post("/blog/edit-post/1", data=his | {"version": "2"})).status_code == 303
    assert "Six leeks" in (await oak.get("/four-leeks")).text


async def test_a_post_is_taken_off_the_site_and_put_back(editor, oak, coop):
    await write(coop)
    edit = LEEKS | {"status": "draft", "version": "1"}
    assert (await editor.post("/blog/edit-post/1", data=edit)).status_code == 303
    assert (await oak.get("/four-leeks")).status_code == 404
    await editor.post("/blog/edit-post/1", data=edit | {"status": "published", "version": "2"})
    assert (await oak.get("/four-leeks")).status_code == 200
    assert [type for type, _ in await said(coop)] == ["Create", "Delete", "Create"]


# ---- preview ----


async def test_a_preview_stands_in_the_form_and_all_that_was_typed_is_kept(editor, coop):
    await write(coop)
    for path in ("new-post", "edit-post/1"):
        typed = LEEKS | {"body": "So *it* is", "slug": "so", "tags": "x, y", "version": "1", "status": "preview"}
        answer = await editor.post(f"/blog/{path}", data=typed)
        assert answer.status_code == 200 and "<p>So <em>it</em> is</p>" in answer.text
        assert (
            'value="so"' in answer.text and 'value="x, y"' in answer.text and ">\nSo *it* is</textarea>" in answer.text
        )
    assert len(await said(coop)) == 1


async def test_a_preview_forgets_what_was_wrong_before(editor):
    assert "Give it a title" in (await editor.post("/blog/new-post", data=LEEKS | {"title": ""}, headers=PARTIAL)).text
    answer = await editor.post("/blog/new-post", data=LEEKS | {"status": "preview"}, headers=PARTIAL)
    assert answer.status_code == 200 and "aria-invalid" not in answer.text and 'role="alert"' not in answer.text


async def test_what_cannot_be_kept_cannot_be_previewed(editor):
    for body in ("a\0b", "a" * 200_001):
        answer = await editor.post("/blog/new-post", data=LEEKS | {"status": "preview", "body": body})
        assert answer.status_code == 422 and 'href="#body"' in answer.text


async def test_the_list_of_posts_has_the_drafts(editor, coop):
    await write(coop)
    await write(coop, **SECRET)
    text = (await editor.get("/blog/posts")).text
    assert 'href="/blog/edit-post/1"' in text and 'href="/blog/edit-post/2"' in text and ">Draft<" in text
    assert (await editor.get("/blog/posts?page=x")).status_code == 200


# ---- navigation ----


def ways(text):
    return re.findall(
        r'<li[^>]*><a href="([^"]*)"( aria-current="\w+")?>', re.search(r"<ul id=.*?</ul>", text, re.S)[0]
    )


async def test_a_fresh_co_op_leads_into_its_rooms_and_says_where_we_are(oak, member, editor, steward, coop):
    await write(coop)
    plain = [("/market/goods", ""), ("/events/calendar", ""), ("/blog/news", "")]
    assert ways((await oak.get("/")).text) == ways((await member.get("/")).text) == plain
    assert ways((await oak.get("/blog/news")).text)[2] == ("/blog/news", ' aria-current="page"')
    for path in ("/four-leeks", "/blog/post/four-leeks"):
        assert ways((await oak.get(path)).text)[2] == ("/blog/news", ' aria-current="true"')
    assert ways((await steward.get("/")).text) == [*plain, ("/steward", "")]
    assert ways((await editor.get("/")).text) == [*plain, ("/blog/posts", "")]


async def test_the_first_item_joins_those_that_stood_there(steward, oak, coop):
    await write(coop, title="About", kind="page")
    for label, target in (("About <us>", "/about"), ("Elsewhere", "https://elsewhere.example/")):
        assert (await steward.post("/blog/menu", data={"label": label, "target": target})).status_code == 303
    text = (await oak.get("/")).text
    assert [href for href, _ in ways(text)][2:] == ["/blog/news", "/about", "https://elsewhere.example/"]
    assert "About &lt;us&gt;" in text


async def test_items_are_moved_and_removed(steward, oak, coop):
    await write(coop, title="About", kind="page")
    await steward.post("/blog/menu", data={"label": "About", "target": "/about"})
    for id, way, there in ((4, "up", "#menu-item-4"), (1, "down", "#menu-item-1"), (2, "remove", "")):
        answer = await steward.post(f"/blog/menu-items/{id}", data={"way": way})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/blog/menu?said=navigation{there}")
    assert [href for href, _ in ways((await oak.get("/")).text)] == ["/market/goods", "/about", "/blog/news"]
    assert (await steward.post("/blog/menu-items/9", data={"way": "up"})).status_code == 404
    for way in ("sideways", "", "before", "before x", "beside 1"):
        assert (await steward.post("/blog/menu-items/1", data={"way": way})).status_code == 422, way
    assert (await steward.post("/blog/menu-items/1", data={"way": "before 99"})).status_code == 404


async def test_whoever_moves_an_item_by_script_is_told_where_it_is_and_stays_with_it(steward):
    await steward.post("/blog/menu", data={"label": "About", "target": "/search"})
    for way, said, focus in (
        ("up", "About is number 3 of 4, over each page.", "Move About up"),
        ("in", "About is number 1 of 1, inside Calendar.", "Take About out"),
        ("out", "About is number 3 of 4, over each page.", "Move About up"),
        ("before 1", "About is number 1 of 4, over each page.", ""),
    ):
        part = await steward.post("/blog/menu-items/4", data={"way": way}, headers=PARTIAL)
        assert part.status_code == 200 and part.text.startswith('<section id="blog-menu"') and said in part.text
        assert (
            f'aria-label="{focus}" autofocus' in part.text
            if focus
            else re.search(r"item=4\" hx-target=\S+ hx-swap=\S+ autofocus", part.text)
        )


async def test_an_item_is_edited_in_its_place(steward, oak):
    await steward.post("/blog/menu", data={"label": "Elsewhere", "address": "https://elsewhere.example"})
    assert 'value="https://elsewhere.example"' in (await steward.get("/blog/menu?item=4")).text
    for odd in ("9", "x", "0"):
        assert (await steward.get(f"/blog/menu?item={odd}")).status_code == 200
    typed = {"way": "save", "label": "How", "target": "/account/join", "menu": "foot"}
    await steward.post("/blog/menu-items/4", data=typed)
    (way,) = re.findall(
        r'<li><a href="/account/join">How</a></li>', (await oak.get("/blog/foot", headers=PARTIAL)).text
    )
    assert way in (await oak.get("/")).text
    for wrong in ({"label": ""}, {"menu": "x"}, {"address": "/a"}, {"target": "", "address": "javascript:alert(1)"}):
        answer = await steward.post("/blog/menu-items/4", data=typed | {"label": "Kept 🥬"} | wrong)
        assert answer.status_code == 422 and opened(answer.text, "item-4-label"), wrong
        assert "label" in wrong or 'value="Kept 🥬"' in answer.text
        assert f'id="item-4-{[*wrong][-1]}-error"' in answer.text, wrong


async def test_what_is_not_published_is_left_out_and_its_steward_is_told(steward, oak, coop):
    for title, status in (("About", "published"), ("Team", "draft"), ("Shares", "published")):
        await write(coop, title=title, kind="page", status=status)
    for slug in ("about", "team", "shares"):
        await steward.post("/blog/menu", data={"label": slug.title(), "target": f"/{slug}"})
    for id in (5, 6):
        await steward.post(f"/blog/menu-items/{id}", data={"way": "in"})
    await steward.post("/blog/menu-items/6", data={"way": "in"})
    async with coop.writing() as db:
        await blog.move_menu_item(db, 6, "out")
    text = (await oak.get("/")).text
    assert "/team" not in text and "/shares" in text
    assert "Hidden: it is a draft" in (await steward.get("/blog/menu")).text
    async with coop.writing() as db:
        await blog.bin_post(db, 1)
        await blog.move_menu_item(db, 6, "in")
    text = (await oak.get("/")).text
    assert 'href="/about"' not in text and '<li><a href="/shares">' in text, "what is inside it takes its place"
    assert "Hidden: it is in the bin" in (await steward.get("/blog/menu")).text


async def test_what_holds_others_folds_out_and_leads_to_its_own_page_first(steward, oak):
    await steward.post("/blog/menu", data={"label": "Find", "target": "/search"})
    await steward.post("/blog/menu-items/4", data={"way": "in"})
    folded = re.search(r"<details name=\"ways\">.*?</details>", (await oak.get("/search")).text, re.S)[0]
    assert '<summary aria-current="true">News</summary>' in folded
    assert re.findall(r'<a href="([^"]+)"', folded) == ["/blog/news", "/search"]


async def test_an_item_is_chosen_from_all_that_there_is(steward, coop):
    await write(coop, tags="kitchen")
    await write(coop, title="How we work", kind="page")
    text = (await steward.get("/blog/menu")).text
    for path in ("/market/goods", "/blog/news", "/how-we-work", "/four-leeks", "/blog/tag/kitchen"):
        assert f'<option value="{path}">' in text


async def test_a_refused_item_keeps_what_was_typed_and_changes_nothing(steward, oak):
    for label, target in (("", "/search"), ("Kept 🥬", "javascript:alert(1)"), ("a" * 10_000, "/a"), ("a\0", "/a")):
        answer = await steward.post("/blog/menu", data={"label": label, "target": target})
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
        assert "These stand there from the beginning" in answer.text
        assert label != "Kept 🥬" or 'value="Kept 🥬"' in answer.text
    assert len(ways((await oak.get("/")).text)) == 3


async def test_one_co_op_never_sees_another(oak, elm, coop):
    await write(coop)
    assert (await oak.get("/four-leeks")).status_code == 200 and (await elm.get("/four-leeks")).status_code == 404


async def test_the_front_page_has_an_address_of_its_own_in_its_room(oak):
    front, own = await oak.get("/"), await oak.get("/blog/home", headers=PARTIAL)
    assert own.text in front.text and 'id="blog-home"' in own.text
