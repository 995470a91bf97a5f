"""The list of all that is written: narrowed, changed many at a time, and changed back."""

import re
from collections import Counter
from html import unescape
from urllib.parse import unquote_plus

import pytest

from domains import blog
from tests.conftest import all_of
from tests.http.test_blog import editor, said, write

__all__ = ["editor"]  # a fixture


@pytest.fixture
async def some(coop):
    """Three, of which one is a draft."""
    await write(coop, title="Leeks", tags="roots, soup")
    await write(coop, title="Kale", tags="soup", body="Curly brûlée.")
    await write(coop, title="House", kind="page", status="draft", excerpt="At the top")


async def listed(editor, query=""):
    text = (await editor.get(f"/blog/posts{query}")).text
    return {title for title in ("Leeks", "Kale", "House") if f"Choose {title}" in text}


def led(answer):
    """Where it leads to, and what undoes it."""
    address = answer.headers["location"]
    found = re.search(r"undo=([^&]+)", address)
    return address, unquote_plus(found[1]) if found else ""


async def states(coop):
    return [status for (status,) in await all_of(coop, blog.Post.status)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Leeks", "Kale", "House"}),
        ("?status=draft", {"House"}),
        ("?status=published&kind=page", set()),
        ("?tag=roots", {"Leeks"}),
        ("?words=curly", {"Kale"}),
        ("?words=cUrly+brulee", {"Kale"}),
        ("?words=TÖP", {"House"}),
        ("?words=%25", set()),
        ("?status=binned", set()),
        ("?status=odd&tag=%00&page=x", set()),
    ],
)
async def test_it_is_narrowed(editor, some, query, found):
    assert await listed(editor, query) == found


async def test_many_are_changed_at_once_and_changed_back(editor, oak, coop, some):
    done = await editor.post(
        "/blog/posts", data={"deed": "unpublish", "id-1": "on", "id-2": "on", "id-3": "on", "words": "e"}
    )
    address, undo = led(done)
    assert address.startswith("/blog/posts?words=e&undo=")
    assert await states(coop) == ["draft"] * 3 and (await oak.get("/leeks")).status_code == 404
    page = (await editor.get(address)).text
    assert "<p>2 are drafts now.</p>" in page and "Undo it" in page
    again = await editor.post("/blog/posts", data={"deed": "undo", "undo": undo})
    assert led(again)[0] == "/blog/posts?said=undone"
    assert await states(coop) == ["published", "published", "draft"]
    assert (await oak.get("/leeks")).status_code == 200
    assert Counter(type for type, _ in await said(coop)) == {"Create": 4, "Delete": 2, "Draft": 1}


async def test_what_was_changed_since_stays_as_it_is(editor, coop, some):
    undo = led(await editor.post("/blog/posts", data={"deed": "tag", "tag_name": "new", "id-1": "on", "id-2": "on"}))[1]
    page = (await editor.get("/blog/posts", params={"undo": undo})).text
    assert "<p>2 are tagged “new”.</p>" in page and ">roots, soup, new</small>" in page
    async with coop.writing() as db:
        await blog.unpublish_post(db, 1)
    assert led(await editor.post("/blog/posts", data={"deed": "undo", "undo": undo}))[0].endswith("said=not-undone")
    assert await all_of(coop, blog.Post.tags, where=blog.Post.id < 3) == [(["roots", "soup", "new"],), (["soup"],)]


async def test_what_is_in_the_bin_is_nowhere_and_comes_back_or_goes_for_good(editor, oak, coop, some):
    await editor.post("/blog/posts", data={"deed": "bin", "id-1": "on", "id-2": "on"})
    for who in oak, editor:
        assert (await who.get("/leeks")).status_code == 404
    assert await listed(editor) == {"House"} and await listed(editor, "?status=binned") == {"Leeks", "Kale"}
    await editor.post("/blog/posts", data={"deed": "unpublish", "id-1": "on", "status": "binned"})
    await editor.post("/blog/posts", data={"deed": "remove", "id-1": "on", "id-2": "on", "status": "binned"})
    assert await all_of(coop, blog.Post.id, blog.Post.status) == [(1, "draft"), (3, "draft")], "only what is in it goes"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"deed": "publish"}, "Choose some first."),
        ({"deed": "explode", "id-1": "on"}, "Choose one of these."),
        ({"deed": "tag", "id-1": "on"}, "Say which tag."),
        ({"deed": "tag", "id-1": "on", "tag_name": "x" * 500}, "too long"),
    ],
)
async def test_what_cannot_be_done_is_told_and_nothing_is(editor, coop, some, typed, says):
    answer = await editor.post("/blog/posts", data=typed)
    assert answer.status_code == 422 and says in unescape(answer.text)
    assert len(await said(coop)) == 3


async def test_what_is_in_the_bin_can_be_what_it_was_before_and_stays_there(editor, coop, some):
    async with coop.writing() as db:
        await blog.edit_post(db, 1, "1", blog.Words("Leeks again"))
        await blog.bin_post(db, 1)
    answer = await editor.post("/blog/revision/1/1", data={"version": "3"})
    assert (await editor.get(answer.headers["location"])).status_code == 200
    await editor.post("/blog/posts", data={"deed": "tag", "tag_name": "x", "id-1": "on"})
    assert await all_of(coop, blog.Post.title, blog.Post.status, where=blog.Post.id == 1) == [("Leeks", "binned")]


async def test_nobody_undoes_what_they_did_not_do(editor, coop, some):
    for undo in ("", "1:0", "1:0.x", "x"):
        assert led(await editor.post("/blog/posts", data={"deed": "undo", "undo": undo}))[0].endswith("said=not-undone")
    await editor.post("/blog/posts", data={"deed": "bin", "id-99": "on", "id-1": "on"})
    assert await states(coop) == ["binned", "published", "draft"], "somebody has removed the other meanwhile"


async def test_only_editors_change_many(oak, member, some):
    assert (await oak.post("/blog/posts", data={"deed": "bin", "id-1": "on"})).status_code == 401
    assert (await member.post("/blog/posts", data={"deed": "bin", "id-1": "on"})).status_code == 403


async def test_all_are_chosen_at_once_by_a_link_before_the_rows(editor, some):
    first = (await editor.get("/blog/posts?tag=soup")).text
    assert first.index('value="publish"') < first.index("<tbody>") and " checked" not in first
    link = unescape(re.search(r'<a class="btn small" href="([^"]+)" data-check-all>', first)[1])
    chosen = (await editor.get(link)).text
    assert chosen.count(" checked") == 2 and await listed(editor, link.removeprefix("/blog/posts")) == {"Leeks", "Kale"}
