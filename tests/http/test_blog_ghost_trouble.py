"""Keeping in step with a Ghost that stumbles or lies: one trouble is said, and holds up nothing else."""

import json

import pytest
from sqlalchemy import update

import flows.ghost_posts
from domains import site as sites
from domains.activities import Activity
from domains.blog.ghost.models import Ghost as Linked
from domains.blog.models import MenuItem, Post
from domains.outside import Answer, Unreachable
from flows.engine.models import Run
from tests.conftest import all_of, settle
from tests.ghost import ADDRESS, Ghost, signature
from tests.http.test_blog_ghost import titles
from tests.in_step import LINK, ask, link, of
from tests.photos import photo

DEEP = b"[" * 100_000
LATE = "2090-01-01T00:00:00.000Z"


@pytest.fixture
async def linked(ghost, steward, coop):
    """With three posts, all here."""
    return await link(ghost, steward, coop, "Leeks", "Chard", "Hives")


def instead(ghost, part, answer):
    """What it says to a question that has this in its address: an answer, or an error."""

    async def ask(method, url, **about):
        if part not in url:
            return await Ghost.ask(ghost, method, url, **about)
        if isinstance(answer, Exception):
            raise answer
        return Answer(200, {}, answer)

    ghost.ask = ask


async def come_to_an_end(coop):
    """Whatever is to be tried again is, without waiting."""
    await settle(coop)
    while await all_of(coop, Run.id, where=Run.due.is_not(None)):
        async with coop.writing() as db:
            await db.execute(update(Run).where(Run.due.is_not(None)).values(due=0))
        await settle(coop)


async def look_at_all(steward, coop):
    await steward.post("/blog/ghost", data={"deed": "wish", "mirrors_menus": "yes"})
    await come_to_an_end(coop)


async def told(steward):
    return (await steward.get("/blog/ghost")).text


async def test_a_post_that_is_too_long_is_named_and_holds_up_nothing(linked, steward, coop):
    long = linked.write("Long", html="<p>soup</p>" * 100_000)
    for title in ("Turnips", "Swedes"):
        await ask(steward, coop)
        assert "“Long”: It is longer than a post can be here" in await told(steward)
        linked.write(title)
    linked.delete(next(iter(linked.posts)))
    await ask(steward, coop)
    assert await titles(coop) == ["Chard", "Hives", "Swedes", "Turnips"] and "“Long”" in await told(steward)
    linked.edit(long, html="<p>Short.</p>")
    await ask(steward, coop)
    assert "Long" in await titles(coop) and "Not all of it" not in await told(steward)


async def test_a_post_that_cannot_be_asked_for_is_named_and_comes_when_it_can(linked, steward, coop):
    id = linked.write("Heavy")
    instead(linked, id, Unreachable("it took too long to answer"))
    await ask(steward, coop)
    linked.write("Light")
    linked.delete(next(iter(linked.posts)))
    await come_to_an_end(coop)
    assert "“Heavy”: it took too long to answer" in await told(steward)
    del linked.ask
    await ask(steward, coop)
    assert await titles(coop) == ["Chard", "Heavy", "Hives", "Light"] and "Not all of it" not in await told(steward)


@pytest.mark.parametrize("trouble", ["slow", "large", "no picture"])
async def test_a_post_comes_without_a_picture_that_cannot_be_had_and_that_comes_later(
    linked, steward, coop, monkeypatch, trouble
):
    monkeypatch.setattr(flows.ghost_posts, "PATIENCE", 0.03)
    path = "/content/images/leeks.png"
    linked.files[path] = photo()
    said = {"slow": Unreachable("it took too long"), "large": Unreachable("it answers with more than 12 bytes")}
    instead(linked, path, said.get(trouble, b"no picture"))
    for html in ("<p>Words.</p>", f'<img src="{ADDRESS}{path}" alt="Leeks">'):
        linked.write(f"Pictured {len(html)}", html=html, feature_image=f"{ADDRESS}{path}")
    await ask(steward, coop)
    found = await all_of(coop, Post.title, Post.cover, where=Post.title.startswith("Pictured"))
    assert len(found) == 2 and not any(cover for _, cover in found)
    del linked.ask
    await look_at_all(steward, coop)
    found = await all_of(coop, Post.body, Post.cover, where=Post.title.startswith("Pictured"))
    assert all("/media/" in cover for _, cover in found) and "/media/" in found[1][0]


async def test_one_that_says_it_is_of_a_time_to_come_hides_none_that_come_after_it(linked, steward, coop):
    first, second, _ = linked.posts
    linked.posts[first] |= {"updated_at": LATE, "title": "Of 2090"}
    await look_at_all(steward, coop)
    linked.edit(second, title="Chard again")
    await ask(steward, coop)
    assert await titles(coop) == ["Chard again", "Hives", "Of 2090"]


@pytest.mark.parametrize(
    "trouble",
    [Unreachable("it took too long to answer"), b'{"posts": [7]}', b'{"posts": {}}', b'{"posts": [{}]}', DEEP],
)
async def test_a_list_that_fails_is_said_and_asked_for_again_at_the_next_tick_in_smaller_parts(
    linked, steward, coop, trouble
):
    instead(linked, "limit=100&", trouble)
    linked.edit(next(iter(linked.posts)), title="Six leeks")
    await steward.post("/blog/ghost", data={"deed": "ask"})
    runs = len(await all_of(coop, Run.id))
    await come_to_an_end(coop)
    assert len(await all_of(coop, Run.id)) == runs
    assert "Not all of it is the same here" in await told(steward) and "Six leeks" not in await titles(coop)
    await ask(steward, coop)
    assert "Six leeks" in await titles(coop) and "Not all of it" not in await told(steward)


async def test_a_tag_that_was_renamed_while_it_was_down_is_renamed_when_it_is_up(linked, steward, coop, oak):
    first = next(iter(linked.posts))
    linked.posts[first]["tags"] = [{"name": "Swedes", "slug": "turnips"}]  # which moves no time of it
    linked.down = "nobody answers there"
    body = json.dumps({"tag": {"current": {"id": "d" * 24}, "previous": {}}}).encode()
    headers = {"x-ghost-signature": signature(body, linked.hooks[0]["secret"])}
    assert (await oak.post("/webhooks/ghost", content=body, headers=headers)).status_code == 202
    await settle(coop)
    linked.down = ""
    await ask(steward, coop)
    assert await all_of(coop, Post.tags, where=Post.title == "Leeks") == [(["swedes"],)]


async def test_with_another_secret_it_is_asked_to_call_again_and_takes_the_old_calls_away(linked, steward, coop, oak):
    old = linked.hooks[0]
    async with coop.writing() as db:  # as one has it that was imported without its keys
        await sites.drop_key(db, "ghost-hooks")
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    answers = []
    for hook in (old, linked.hooks[-1]):
        body, headers = linked.hint("post.edited", next(iter(linked.posts)), secret=hook["secret"])
        path = hook["target_url"].removeprefix("https://oak.example")
        answers.append((await oak.post(path, content=body, headers=headers)).status_code)
    assert answers == [410, 202]


async def test_of_its_menu_what_is_elsewhere_stays_elsewhere_and_what_leads_nowhere_moves_nothing(
    linked, steward, coop
):
    urls = ["https://ghost.example.org/x/", "https://ghost.example:8443/y", "mailto:a@b.example", f"{ADDRESS}/about/#y"]
    urls += [f"{ADDRESS}", "#/portal/signup"]
    linked.settings["navigation"] = json.dumps([{"label": url[:30], "url": url} for url in urls])
    for _ in range(2):
        await look_at_all(steward, coop)
        there = [target for (target,) in await all_of(coop, MenuItem.target, where=MenuItem.menu == "main")]
        assert there == ["https://ghost.example.org/x/", "https://ghost.example:8443/y", "/about/#y", "/"]
    assert len(await all_of(coop, Activity.id, where=(Activity.kind == "blog.menu_item"))) == 4


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("/site/", b'{"site": {"title": "\\ud800' + b"T" * 1_000_000 + b'"}}'),
        ("limit=1&", DEEP),
        ("limit=1&", b'{"meta": {"pagination": {"total": 1e999}}}'),
        ("limit=1&", b'{"meta": {"pagination": {"total": 300000000}}}'),
    ],
)
async def test_whatever_it_says_when_it_is_linked_there_is_a_page(ghost, steward, part, body):
    instead(ghost, part, body)
    answer = await steward.post("/blog/ghost", data=LINK)
    assert answer.status_code == (303 if part == "/site/" else 422)
    assert len(await told(steward)) < 20_000


async def test_a_reason_with_half_a_letter_in_it_is_a_reason(ghost, steward):
    ghost.answers = Answer(500, {}, b'{"errors": [{"message": "No \\ud800 way", "type": "InternalServerError"}]}')
    page = await steward.post("/blog/ghost", data=LINK)
    assert page.status_code == 422 and "No way" in page.text


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("limit=1&", DEEP),
        ("limit=1&", b'{"meta": {"pagination": {"total": 300000000}}}'),
        ("/settings/", b'{"settings": 7}'),
        ("/settings/", DEEP),
        ("/settings/", b'{"settings": [{"key": "navigation", "value": "[{\\"label\\": 7, \\"url\\": 8}, 9]"}]}'),
    ],
)
async def test_whatever_it_says_later_each_look_comes_to_its_end(linked, steward, coop, part, body):
    instead(linked, part, body)
    await look_at_all(steward, coop)
    assert {status for (status,) in await all_of(coop, Run.status)} == {"done"}
    assert ("Not all of it" in await told(steward)) == (part == "limit=1&")


async def test_a_hint_that_nobody_can_read_is_a_hint(linked, oak):
    headers = {"x-ghost-signature": signature(DEEP, linked.hooks[0]["secret"])}
    assert (await oak.post("/webhooks/ghost", content=DEEP, headers=headers)).status_code == 202


async def test_what_was_asked_for_before_is_never_written_over_what_came_after_it(linked, steward, coop):
    from domains.blog import ghost as rules

    first = next(iter(linked.posts))
    linked.edit(first, html="<p>Old.</p>")
    old = rules.from_api(linked.posts[first], ADDRESS)
    linked.edit(first, html="<p>New.</p>")
    await ask(steward, coop)
    async with coop.writing() as db:
        assert (await rules.take_post(db, old, {})).how == "same"
    assert (await of(coop, "Leeks"))[2] == "<p>New.</p>"


async def test_one_that_is_asked_whole_again_has_moved_on(linked, steward, coop):
    linked.write("Heavy")
    instead(linked, "/posts/0", Unreachable("nobody answers there"))
    await ask(steward, coop)
    await come_to_an_end(coop)
    ((since, is_out),) = await all_of(coop, Linked.since, Linked.is_out)
    assert since == linked.posts[list(linked.posts)[-1]]["updated_at"] and is_out
