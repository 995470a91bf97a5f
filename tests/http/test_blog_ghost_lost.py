"""Keeping in step with a Ghost bins nothing that its writers have not deleted, and doubles nothing that moved."""

import pytest

from domains.blog.ghost.models import GhostPost
from domains.blog.models import Post, Revision
from domains.outside import Answer
from tests import ghosts
from tests.conftest import all_of, settle
from tests.ghost import Ghost
from tests.http.test_blog_ghost import titles
from tests.in_step import LINK, ask, edit, mend
from tests.unit.test_ghost import bring

TITLES = ["Chard", "Hives", "Leeks"]
ELSEWHERE = LINK | {"address": "https://other.example"}


@pytest.fixture
async def linked(ghost, steward, coop):
    """With three posts, all here."""
    for title in TITLES:
        ghost.write(title)
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    return ghost


async def look_at_all(steward, coop):
    await steward.post("/blog/ghost", data={"deed": "wish"})
    await settle(coop)


def renamed(ghost):
    """As in a Ghost that took in its own export: other ids, the same words."""
    known = list(ghost.posts.values())
    ghost.posts.clear()
    for number, one in enumerate(known):
        id = f"{900 + number:024x}"
        ghost.posts[id] = one | {"id": id}


@pytest.mark.parametrize("parted", [True, False])
async def test_another_ghost_bins_nothing_of_the_one_before(linked, steward, coop, parted):
    linked.posts.clear()
    linked.write("Elsewhere")
    if parted:
        await steward.post("/blog/ghost", data={"deed": "unlink"})
    await steward.post("/blog/ghost", data=ELSEWHERE)
    await settle(coop)
    assert await titles(coop) == ["Chard", "Elsewhere", "Hives", "Leeks"]
    assert "1 there, 1 of them here" in (await steward.get("/blog/ghost")).text


async def test_the_same_ghost_again_writes_nothing_and_bins_what_is_deleted_from_then_on(linked, steward, coop):
    id = await edit(steward, coop, "Leeks")
    await steward.post("/blog/ghost", data={"deed": "unlink"})
    before, revisions = coop.version(), await all_of(coop, Revision.post, Revision.version)
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    assert (coop.version(), await all_of(coop, Revision.post, Revision.version)) == (before, revisions)
    assert await all_of(coop, Post.body, GhostPost.offered, where=(Post.id == GhostPost.post) & (Post.id == id)) == [
        ("Ours.", None)
    ]
    linked.delete(next(id for id, one in linked.posts.items() if one["title"] == "Chard"))
    await ask(steward, coop)
    assert await titles(coop, "binned") == ["Chard"]


async def test_what_a_ghost_did_not_take_is_ours_still_when_they_part_and_meet_again(linked, steward, coop):
    await steward.post("/blog/ghost", data={"deed": "wish", "writes_back": "yes"})
    await mend(steward, coop, "Leeks", authors="Ruth Rose")
    await settle(coop)
    await steward.post("/blog/ghost", data={"deed": "unlink"})
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    assert await all_of(coop, Post.authors, where=Post.title == "Leeks") == [(["Ruth Rose"],)]
    assert "Edited here." in (await steward.get("/blog/ghost")).text


async def test_nothing_is_said_to_be_gone_before_all_of_it_was_looked_at(linked, steward, coop):
    await edit(steward, coop, "Leeks")
    await steward.post("/blog/ghost", data=ELSEWHERE)
    assert "say whether it stays" not in (await steward.get("/blog/ghost")).text
    linked.posts.clear()
    await settle(coop)
    assert "say whether it stays" in (await steward.get("/blog/ghost")).text


async def test_what_both_have_edited_while_they_were_parted_is_for_a_steward_to_say(linked, steward, coop):
    await edit(steward, coop, "Leeks")
    await steward.post("/blog/ghost", data={"deed": "unlink"})
    linked.edit(list(linked.posts)[2], html="<p>Theirs.</p>")
    await steward.post("/blog/ghost", data=LINK)
    for _ in range(2):
        await settle(coop)
        assert "Changed there too" in (await steward.get("/blog/ghost")).text
        linked.asked.clear()
        await ask(steward, coop)
    assert not [url for _, url in linked.asked if "limit=100" in url and "filter" not in url]


async def test_a_ghost_that_moved_by_its_export_has_the_same_posts_at_the_same_addresses(
    ghost, steward, coop, tmp_path
):
    file = ghosts.written(tmp_path / "g.json", ghosts.export([ghosts.post(100 + n, f"Soup {n}") for n in range(3)]))
    await bring(coop, file)
    for number in range(3):
        ghost.write(f"Soup {number}")
    ghost.posts[next(iter(ghost.posts))]["html"] = "<p>Warmer.</p>"
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    kept = await all_of(coop, Post.id, Post.slug, Post.status, Post.body)
    assert [row[:3] for row in kept] == [(n + 1, f"soup-{n}", "published") for n in range(3)]
    assert "Warmer" in kept[0][3] and {id for (id,) in await all_of(coop, GhostPost.ghost_id)} == set(ghost.posts)


async def test_one_that_was_edited_here_is_not_what_a_moved_ghost_has(linked, steward, coop):
    await edit(steward, coop, "Leeks")
    renamed(linked)
    await look_at_all(steward, coop)
    leeks = await all_of(coop, Post.slug, Post.body, where=Post.title == "Leeks")
    assert leeks == [("leeks", "Ours."), ("leeks-2", "<p>Words.</p>")]


async def test_a_post_that_took_the_address_of_one_that_is_still_there_is_another(linked, steward, coop):
    hives = list(linked.posts)[1]
    linked.write("Hives again", slug="hives")
    linked.edit(hives, slug="bees")
    await ask(steward, coop)
    assert await all_of(coop, Post.id, Post.slug, where=Post.title.startswith("Hives")) == [(2, "bees"), (4, "hives")]


async def test_what_a_ghost_has_lost_at_once_is_binned_when_a_steward_says_so(ghost, steward, coop):
    made = [ghost.write(f"Post {number}") for number in range(12)]
    await steward.post("/blog/ghost", data=LINK)
    await settle(coop)
    for id in made[:8]:
        ghost.delete(id)
    for _ in range(2):
        await ask(steward, coop)
        assert await titles(coop, "binned") == []
        page = (await steward.get("/blog/ghost")).text
        assert "8 of the 12" in page and "Put the 8 that are gone there into the bin" in page
    await steward.post("/blog/ghost", data={"deed": "bin"})
    await settle(coop)
    page = (await steward.get("/blog/ghost")).text
    assert len(await titles(coop, "binned")) == 8 and "4 there, 4 of them here" in page and "gone there" not in page


@pytest.mark.parametrize("body", [b"<html>Not here</html>", b"{}", b'{"errors": [{"message": "No such route"}]}'])
async def test_a_page_not_found_of_whatever_stands_before_a_ghost_deletes_nothing(linked, steward, coop, oak, body):
    id = next(iter(linked.posts))
    hint, headers = linked.hint("post.edited", id)

    async def ask_it(method, url, **about):
        return Answer(404, {}, body) if id in url else await Ghost.ask(linked, method, url, **about)

    linked.ask = ask_it
    await oak.post("/webhooks/ghost", content=hint, headers=headers)
    await settle(coop)
    assert await titles(coop) == TITLES


async def test_a_ghost_that_was_made_again_of_its_copy_is_what_counts(linked, steward, coop):
    first = next(iter(linked.posts))
    copy = dict(linked.posts[first])
    linked.edit(first, title="Five leeks")
    await ask(steward, coop)
    linked.posts[first] = copy
    await look_at_all(steward, coop)
    assert await titles(coop) == TITLES
