"""What was edited here and in Ghost too: neither overwrites the other, and a steward who sees both says which stays."""

from datetime import timedelta

import pytest

from domains import blog
from domains.blog.ghost.models import GhostPost
from domains.blog.models import Post
from tests.conftest import all_of, settle
from tests.in_step import ask, decide, edit, link, mend, of, seen

FIELD = {"name": "Field", "slug": "field", "visibility": "public"}


@pytest.fixture
async def ghost(ghost, steward, coop):
    """With one post."""
    return await link(ghost, steward, coop, "Leeks")


@pytest.fixture
async def sent(ghost, steward, coop):
    """Where what is edited here is sent."""
    await steward.post("/blog/ghost", data={"deed": "wish", "writes_back": "yes"})
    await settle(coop)
    return ghost


def there(ghost):
    """That post."""
    return next(iter(ghost.posts.values()))


def change(ghost, **more):
    ghost.edit(there(ghost)["id"], **more)


async def told(steward):
    return (await steward.get("/blog/ghost")).text


async def test_what_was_edited_here_is_not_overwritten(ghost, steward, coop):
    id = await edit(steward, coop, "Leeks")
    change(ghost, html="<p>Theirs.</p>")
    await ask(steward, coop)
    assert (await of(coop, "Leeks"))[2] == "Ours."
    assert (await steward.post(f"/blog/ghost-post/{id}", data={"keep": "neither"})).status_code == 422
    both = (await steward.get(f"/blog/ghost-post/{id}")).text
    assert "Ours." in both and "Theirs." in both
    assert "Changed there too" in await told(steward)


async def test_who_takes_theirs_has_theirs_and_history_has_ours(ghost, steward, coop):
    id = await edit(steward, coop, "Leeks")
    change(ghost, html="<p>Theirs.</p>")
    await ask(steward, coop)
    await decide(steward, coop, id, "theirs")
    assert "Theirs." in (await of(coop, "Leeks"))[2]
    async with coop.reading() as db:
        assert "Ours." in [
            (await blog.revision(db, id, one.version)).words["body"] for one in await blog.revisions(db, id)
        ]


async def test_who_takes_theirs_has_it_however_long_ago_it_was_changed_there(ghost, steward, coop):
    id = await edit(steward, coop, "Leeks")
    ghost.now += timedelta(hours=5)
    ghost.write("Chard")
    await ask(steward, coop)
    await decide(steward, coop, id, "theirs")
    assert "Words." in (await of(coop, "Leeks"))[2]


async def test_what_both_have_changed_is_overwritten_nowhere(sent, steward, coop):
    change(sent, html="<p>Theirs.</p>")
    id = await edit(steward, coop, "Leeks")
    await settle(coop)
    assert there(sent)["html"] == "<p>Theirs.</p>" and (await of(coop, "Leeks"))[2] == "Ours."
    await decide(steward, coop, id, "ours")
    assert "Ours." in there(sent)["html"]


async def test_who_keeps_ours_keeps_all_of_it_though_another_part_was_changed_there(sent, steward, coop):
    change(sent, html="<p>Theirs.</p>", tags=[FIELD])
    id = await mend(steward, coop, "Leeks", title="Six leeks")
    await settle(coop)
    await decide(steward, coop, id, "ours")
    now = there(sent)
    assert (now["title"], now["html"], now["tags"]) == ("Six leeks", "<p>Words.</p>", [])
    assert "Edited here." not in await told(steward)
    change(sent, featured=True)
    await ask(steward, coop)
    assert await all_of(coop, Post.title, Post.body, Post.tags) == [("Six leeks", "<p>Words.</p>", [])]


async def test_nobody_decides_of_what_they_have_not_seen(sent, steward, coop):
    change(sent, html="<p>Theirs.</p>")
    id = await edit(steward, coop, "Leeks")
    await settle(coop)
    form = {"keep": "ours", "seen": await seen(steward, id)}
    change(sent, html="<p>An afternoon's work.</p>")
    await ask(steward, coop)
    page = await steward.post(f"/blog/ghost-post/{id}", data=form)
    await settle(coop)
    assert page.status_code == 409 and "nothing was decided" in page.text and "An afternoon" in page.text
    assert there(sent)["html"] == "<p>An afternoon's work.</p>"
    assert (await steward.post(f"/blog/ghost-post/{id}", data={"keep": "theirs"})).status_code == 409


async def test_the_same_words_with_another_picture_are_not_the_same(sent, steward, coop):
    change(sent, html='<p>Ours.</p><img src="https://elsewhere.example/leeks.png">')
    await edit(steward, coop, "Leeks")
    await settle(coop)
    assert "leeks.png" in there(sent)["html"] and "Changed there too" in await told(steward)


@pytest.mark.parametrize(("keep", "status"), [("ours", "published"), ("theirs", "binned")])
async def test_what_was_edited_here_and_deleted_there_stays_until_somebody_says(sent, steward, coop, keep, status):
    sent.delete(there(sent)["id"])
    id = await edit(steward, coop, "Leeks")
    await settle(coop)
    page = await told(steward)
    assert "say whether it stays" in page and "Not all of it is the same here" not in page
    assert "not in Ghost any more" in (await steward.get(f"/blog/ghost-post/{id}")).text
    assert await all_of(coop, Post.status) == [("published",)]
    await decide(steward, coop, id, keep)
    assert await all_of(coop, Post.status) == [(status,)] and "say whether it stays" not in await told(steward)


async def test_what_comes_back_there_is_laid_beside_what_was_edited_here(sent, steward, coop):
    id, gone = next(iter(sent.posts.items()))
    sent.delete(id)
    await edit(steward, coop, "Leeks")
    await settle(coop)
    sent.posts[id] = gone
    change(sent, html="<p>Theirs.</p>")
    await ask(steward, coop)
    assert "Changed there too" in await told(steward) and (await of(coop, "Leeks"))[2] == "Ours."
    assert [offered["hash"] for (offered,) in await all_of(coop, GhostPost.offered)]
