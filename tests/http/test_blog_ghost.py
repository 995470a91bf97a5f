"""Keeping in step with a Ghost: what is written there is here, whatever was lost on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from domains.blog.models import Post
from domains.outside import Answer
from flows.engine.models import Run
from tests.conftest import all_of, settle
from tests.ghost import ADDRESS, KEY, Ghost, signature
from tests.in_step import LINK, ask, of

STRANGE = [(200, b"<html>"), (200, b"[]"), (200, b'{"meta": {"pagination": {"total": "x"}}}'), (500, b"no")]


@pytest.fixture
async def linked(ghost, steward, coop):
    """With three posts and a page, all here."""
    for title in ("Leeks", "Chard", "Hives"):
        ghost.write(title)
    ghost.write("How we work", kind="page")
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    return ghost


async def titles(coop, status="published"):
    return sorted(title for (title,) in await all_of(coop, Post.title, where=Post.status == status))


async def test_all_that_a_ghost_has_is_here_when_it_is_linked(linked, steward, coop, oak):
    assert await titles(coop) == ["Chard", "Hives", "How we work", "Leeks"]
    assert "Words." in (await oak.get("/leeks")).text
    page = (await steward.get("/blog/ghost")).text
    assert "The old blog" in page and "4 there, 4 of them here" in page


async def test_it_is_asked_to_call_here_of_whatever_changes(linked):
    assert {hook["target_url"].partition("?")[0] for hook in linked.hooks} == {"https://oak.example/webhooks/ghost"}
    assert {"post.published", "post.deleted", "page.edited", "site.changed"} <= {hook["event"] for hook in linked.hooks}


async def test_its_key_is_sealed_and_never_shown(linked, steward, coop):
    assert KEY.encode() not in coop.file.read_bytes() + coop.file.with_name("site.db-wal").read_bytes()
    assert KEY[25:] not in (await steward.get("/blog/ghost")).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"admin_key": "abc"}, "24 letters and figures"),
        ({"admin_key": f"{'c3' * 12}:{'d4' * 32}"}, "does not take this key"),
        ({"address": ""}, "Write the address of your Ghost"),
        ({"address": "https://elsewhere.example/x y"}, "whole address"),
    ],
)
async def test_what_is_no_ghost_or_no_key_is_said_beside_its_field(ghost, steward, typed, said):
    page = await steward.post("/blog/ghost", data=LINK | typed)
    assert page.status_code == 422 and said in page.text and "is asked for all" not in page.text


@pytest.mark.parametrize("answer", [Answer(status, {}, body) for status, body in STRANGE])
async def test_what_answers_otherwise_than_a_ghost_is_not_linked(ghost, steward, answer):
    ghost.answers = answer
    page = await steward.post("/blog/ghost", data=LINK)
    assert page.status_code == 422 and 'id="address-error"' in page.text


async def test_only_stewards_link_a_ghost(ghost, oak, member):
    assert [(await who.get("/blog/ghost")).status_code for who in (oak, member)] == [401, 403]
    assert (await member.post("/blog/ghost", data=LINK)).status_code == 403


async def test_asked_again_nothing_is_written_that_a_public_page_shows(linked, steward, coop):
    before = coop.version()
    await ask(steward, coop)
    assert coop.version() == before


async def test_what_it_still_has_is_not_removed_for_good_for_it_would_come_again(linked, steward, coop):
    gone, kept = [(await of(coop, title))[0] for title in ("Chard", "Hives")]
    await steward.post("/blog/posts", data={"deed": "bin", f"id-{gone}": "on", f"id-{kept}": "on"})
    linked.delete(next(id for id, one in linked.posts.items() if one["title"] == "Chard"))
    await ask(steward, coop)
    told = await steward.post("/blog/posts", data={"deed": "remove", f"id-{gone}": "on", f"id-{kept}": "on"})
    assert "delete it there first" in (await steward.get(told.headers["location"])).text
    assert await titles(coop, "binned") == ["Hives"]
    await steward.post("/blog/ghost", data={"deed": "unlink"})
    await steward.post("/blog/posts", data={"deed": "remove", f"id-{kept}": "on"})
    assert await titles(coop, "binned") == []


async def test_what_is_changed_there_is_changed_here(linked, steward, coop):
    first = next(iter(linked.posts))
    linked.edit(first, title="Four leeks", html="<p>New words.</p>")
    linked.edit(first, tags=[{"name": "Field", "slug": "field", "visibility": "public"}])
    await ask(steward, coop)
    assert await titles(coop) == ["Chard", "Four leeks", "Hives", "How we work"]
    assert "New words." in (await of(coop, "Four leeks"))[2]


async def test_a_hint_sends_somebody_to_ask(linked, oak, coop):
    id = linked.write("Called")
    body, headers = linked.hint("post.published", id)
    assert (await oak.post("/webhooks/ghost", content=body, headers=headers)).status_code == 202
    await settle(coop)
    assert "Called" in await titles(coop)


async def test_of_thirty_hints_at_once_one_goes(linked, oak, coop):
    for number in range(30):
        body, headers = linked.hint("post.published", linked.write(f"Called {number}"))
        await oak.post("/webhooks/ghost", content=body, headers=headers)
    linked.asked.clear()
    await settle(coop)
    assert len(await titles(coop)) == 34
    assert sum("limit=1&" in url for _, url in linked.asked) == 4


async def test_hints_that_come_while_one_is_asking_send_one_more_when_all_is_taken(linked, oak, coop, monkeypatch):
    async def call(title):
        body, headers = linked.hint("post.published", linked.write(title))
        assert (await oak.post("/webhooks/ghost", content=body, headers=headers)).status_code == 202

    async def ask(method, url, **about):
        answer = await Ghost.ask(linked, method, url, **about)
        if "limit=100" in url and meanwhile:
            for title in [meanwhile.pop() for _ in range(20)]:
                await call(title)
        return answer

    meanwhile = [f"Meanwhile {number}" for number in range(20)]
    monkeypatch.setattr(linked, "ask", ask)
    runs = len(await all_of(coop, Run.id))
    await call("First")
    await settle(coop)
    assert len(await titles(coop)) == 25
    assert len(await all_of(coop, Run.id)) == runs + 2


async def test_a_hint_believes_nothing_but_which_post(linked, oak, coop):
    body, headers = linked.hint("post.deleted", next(iter(linked.posts)))
    await oak.post("/webhooks/ghost", content=body, headers=headers)
    await settle(coop)
    assert "Leeks" in await titles(coop)


async def test_a_wrong_an_old_and_a_repeated_hint_are_refused(linked, oak, coop):
    id, secret = next(iter(linked.posts)), linked.hooks[0]["secret"]
    body, headers = linked.hint("post.edited", id)
    old = datetime.now(UTC) - timedelta(minutes=6)
    sent = [headers, headers, {"x-ghost-signature": signature(body, "another")}, {}]
    sent += [{"x-ghost-signature": signature(body, secret, old)}, {"x-ghost-signature": signature(b"{}", secret)}]
    answers = [(await oak.post("/webhooks/ghost", content=body, headers=each)).status_code for each in sent]
    assert answers == [202, 401, 401, 401, 401, 401]


async def test_where_no_ghost_is_linked_hooks_are_taken_away(oak):
    assert (await oak.post("/webhooks/ghost", content=b"{}")).status_code == 410


async def test_what_is_deleted_there_goes_into_the_bin_here_though_nobody_called(linked, steward, coop):
    linked.delete(next(iter(linked.posts)))
    await ask(steward, coop)
    assert await titles(coop) == ["Chard", "Hives", "How we work"] and await titles(coop, "binned") == ["Leeks"]


async def test_what_comes_back_there_comes_out_of_the_bin(linked, steward, coop):
    id, gone = next(iter(linked.posts.items()))
    linked.delete(id)
    await ask(steward, coop)
    linked.posts[id] = gone
    await ask(steward, coop)
    assert "Leeks" in await titles(coop)


async def test_more_posts_than_one_answer_holds_all_come(ghost, steward, coop):
    for number in range(230):
        ghost.write(f"Post {number}")
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    assert len(await titles(coop)) == 230


async def test_ten_edits_in_one_second_are_all_here(linked, steward, coop):
    first = next(iter(linked.posts))
    linked.edit(first, title="Before")
    await ask(steward, coop)
    second = linked.posts[first]["updated_at"]
    for number in range(10):
        linked.posts[first]["title"] = f"Edit {number}"
    assert linked.posts[first]["updated_at"] == second
    await ask(steward, coop)
    assert "Edit 9" in await titles(coop)


@pytest.mark.parametrize("trouble", ["it took too long to answer", Answer(429, {"retry-after": "60"}, b"slow down")])
async def test_a_ghost_that_is_down_is_said_and_caught_up_with(linked, steward, coop, trouble):
    linked.write("Meanwhile")
    linked.down, linked.answers = (trouble, None) if isinstance(trouble, str) else ("", trouble)
    await ask(steward, coop)
    page = (await steward.get("/blog/ghost")).text
    assert "Not all of it is the same here" in page and "Meanwhile" not in await titles(coop)
    linked.down, linked.answers = "", None
    await ask(steward, coop)
    assert "Meanwhile" in await titles(coop) and "Not all of it" not in (await steward.get("/blog/ghost")).text


async def test_its_menu_is_ours_where_that_is_wished(linked, steward, coop, oak):
    linked.settings["navigation"] = '[{"label": "Our field", "url": "/leeks/"}]'
    await ask(steward, coop)
    await steward.post("/blog/ghost", data={"deed": "wish", "mirrors_menus": "yes"})
    await settle(coop)
    assert "Our field" in (await oak.get("/blog/news")).text


async def test_its_pictures_are_brought_once(ghost, steward, coop, oak):
    from tests.photos import photo

    ghost.files["/content/images/2026/01/leeks.png"] = photo()
    where = f"{ADDRESS}/content/images/2026/01/leeks.png"
    id = ghost.write("Pictured", html=f'<figure><img src="{where}" alt="Leeks in a row"></figure>', feature_image=where)
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    assert "/media/" in (await oak.get("/pictured")).text
    ghost.asked.clear()
    ghost.edit(id, title="Pictured again")
    await ask(steward, coop)
    assert "Pictured again" in await titles(coop) and not [url for _, url in ghost.asked if "leeks.png" in url]


async def test_who_parts_from_it_keeps_all_and_is_told_of_nothing_more(linked, steward, coop, oak):
    body, headers = linked.hint("post.edited", next(iter(linked.posts)))
    await steward.post("/blog/ghost", data={"deed": "unlink"})
    assert len(await titles(coop)) == 4
    assert (await oak.post("/webhooks/ghost", content=body, headers=headers)).status_code == 410


async def test_who_is_signed_out_meanwhile_finds_what_they_typed_and_not_the_key(ghost, oak):
    page = await oak.post("/blog/ghost", data=LINK)
    assert page.status_code == 401 and ADDRESS in page.text and KEY not in page.text
