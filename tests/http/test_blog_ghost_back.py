"""What is edited here of what came from a Ghost is sent there, and what is there is never lost by it."""

from datetime import UTC, datetime, timedelta

import pytest

from domains import blog
from domains.blog.ghost.models import GhostPost
from domains.blog.models import Post
from tests.conftest import all_of, settle
from tests.in_step import ask, edit, link, mend, of
from tests.photos import keep

NEWS = {"name": "Newsletter", "slug": "newsletter", "visibility": "public"}


@pytest.fixture
async def sent(ghost, steward, coop):
    """Where what is edited here is sent; with one post."""
    return await link(ghost, steward, coop, "Leeks", writes_back="yes")


def there(ghost):
    """That post."""
    return next(iter(ghost.posts.values()))


async def told(steward):
    return (await steward.get("/blog/ghost")).text


def tag(name):
    return {"name": name, "slug": name.lower(), "visibility": "public"}


async def test_what_is_edited_here_is_there_and_nothing_of_it_is_told_of(sent, steward, coop):
    await edit(steward, coop, "Leeks", title="Six leeks", body="*Ours.*")
    await settle(coop)
    assert there(sent)["title"] == "Six leeks" and "<em>Ours.</em>" in there(sent)["html"]
    assert "Edited here." not in await told(steward)


async def test_nothing_is_sent_where_it_is_not_wished(sent, steward, coop):
    await steward.post("/blog/ghost", data={"deed": "wish"})
    await edit(steward, coop, "Leeks", title="Six leeks")
    await ask(steward, coop)
    assert not [url for method, url in sent.asked if method == "PUT"]


async def test_a_title_alone_leaves_its_html_there_alone(sent, steward, coop):
    there(sent)["html"] = card = '<div class="kg-card kg-callout-card">Words.</div>'
    await ask(steward, coop)
    await mend(steward, coop, "Leeks", title="Six leeks")
    await settle(coop)
    assert (there(sent)["title"], there(sent)["html"]) == ("Six leeks", card)


async def test_a_put_that_was_heard_and_not_answered_is_no_conflict(sent, steward, coop):
    sent.edit(there(sent)["id"], title="Six leeks", html="<p>Ours.</p>")
    await edit(steward, coop, "Leeks", title="Six leeks")
    await settle(coop)
    ((version, offered),) = await all_of(coop, GhostPost.version, GhostPost.offered)
    assert offered is None and version == (await of(coop, "Six leeks"))[1]


async def test_of_its_tags_those_are_changed_there_that_were_changed_here(sent, steward, coop):
    tags = [{"name": "#hidden", "visibility": "internal"}, NEWS, *(tag(f"Tag {n}") for n in range(14))]
    sent.edit(there(sent)["id"], tags=tags)
    await ask(steward, coop)
    id, *_ = await of(coop, "Leeks")
    async with coop.writing() as db:
        await blog.tag_post(db, id, "tag 3", on=False)
        await blog.tag_post(db, id, "kitchen", on=True)
    await settle(coop)
    assert there(sent)["tags"] == [one for one in tags if one["name"] != "Tag 3"] + [{"name": "kitchen"}]


async def test_tags_that_were_changed_there_too_are_not_overwritten(sent, steward, coop):
    """Ghost says of no such change when it was: whoever asks what is new is not told of it."""
    sent.now += timedelta(hours=5)
    sent.write("Chard")
    await ask(steward, coop)
    there(sent)["tags"] = [tag("Written there")]
    id, *_ = await of(coop, "Leeks")
    async with coop.writing() as db:
        await blog.tag_post(db, id, "kitchen", on=True)
    await settle(coop)
    assert there(sent)["tags"] == [tag("Written there")] and "Changed there too" in await told(steward)


async def test_a_cover_authors_and_an_hour_are_sent(sent, steward, coop):
    cover = (await keep(coop)).address
    sent.people["Ruth Rose"], day = "b" * 24, datetime.now(UTC) + timedelta(days=3)
    sent.edit(there(sent)["id"], status="draft")
    await ask(steward, coop)
    words = {"cover": str(cover), "authors": "Ruth Rose, Maud", "status": "scheduled", "day": f"{day:%Y-%m-%d}"}
    await mend(steward, coop, "Leeks", **words, time="09:30")
    await settle(coop)
    assert there(sent)["feature_image"] == f"https://oak.example{cover}"
    assert [one["name"] for one in there(sent)["authors"]] == ["Ruth Rose", "Maud"]
    ((due,),) = await all_of(coop, Post.due, where=Post.title == "Leeks")
    assert (there(sent)["status"], there(sent)["published_at"]) == ("scheduled", f"{due:%Y-%m-%dT%H:%M:%S}.000Z")
    assert "Edited here." not in await told(steward)


async def test_a_picture_that_was_sent_is_ours_again_when_it_comes_back(sent, steward, coop, oak):
    cover = (await keep(coop)).address
    await edit(steward, coop, "Leeks", cover=str(cover), body=f"![Leeks in a row]({cover}) and [chard](/chard)")
    await settle(coop)
    assert f'src="https://oak.example{cover}"' in there(sent)["html"]
    sent.edit(there(sent)["id"], title="Six leeks")
    await ask(steward, coop)
    ((body, kept),) = await all_of(coop, Post.body, Post.cover, where=Post.title == "Six leeks")
    assert f'src="{cover}"' in body and 'href="/chard"' in body and kept == str(cover)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"cover": "leeks"}, "Ghost has pictures alone"),
        ({"authors": "Ruth Rose"}, "Nobody who writes there is called Ruth Rose"),
        ({"kind": "page"}, "Ghost turns no post into a page"),
        ({"excerpt": "e" * 301}, "longer than the 300 letters"),
    ],
)
async def test_what_ghost_does_not_take_is_said_and_kept_and_the_rest_is_sent(sent, steward, coop, words, why):
    id = await mend(steward, coop, "Leeks", title="Six leeks", **words)
    await settle(coop)
    assert there(sent)["title"] == "Six leeks" and why in await told(steward)
    assert why in (await steward.get(f"/blog/ghost-post/{id}")).text
    sent.edit(there(sent)["id"], featured=True)
    await ask(steward, coop)
    ((kind, cover, authors, excerpt),) = await all_of(
        coop, Post.kind, Post.cover, Post.authors, Post.excerpt, where=Post.id == id
    )
    ours = {"kind": kind, "cover": cover, "authors": ", ".join(authors), "excerpt": excerpt}
    assert words.items() <= ours.items() and "Changed there too" in await told(steward)


async def test_what_was_not_taken_is_sent_when_it_can_be(sent, steward, coop):
    await mend(steward, coop, "Leeks", authors="Ruth Rose")
    await settle(coop)
    sent.people["Ruth Rose"] = "b" * 24
    await mend(steward, coop, "Leeks", title="Six leeks")
    await settle(coop)
    assert there(sent)["authors"][0]["name"] == "Ruth Rose" and "Edited here." not in await told(steward)


async def test_a_post_that_is_refused_is_named_and_is_in_no_others_way(sent, steward, coop, monkeypatch):
    monkeypatch.setattr("tests.ghost.TAKEN", {"title"})
    await mend(steward, coop, "Leeks", canonical="https://elsewhere.example/")
    await settle(coop)
    page = await told(steward)
    assert "Ghost does not take it: Validation failed" in page and "Not all of it is the same here" not in page
    sent.asked.clear()
    sent.write("Newer")
    await ask(steward, coop)
    await mend(steward, coop, "Newer", title="Newer still")
    await settle(coop)
    assert [one["title"] for one in sent.posts.values()] == ["Leeks", "Newer still"]
    assert [there(sent)["id"] in url for method, url in sent.asked if method == "PUT"] == [False]


async def test_who_turns_it_into_markdown_is_told_that_ghost_gets_it_too(sent, steward, coop):
    id, *_ = await of(coop, "Leeks")
    assert "sent to Ghost" in (await steward.get(f"/blog/convert-post/{id}")).text
    await steward.post("/blog/ghost", data={"deed": "wish"})
    assert "sent to Ghost" not in (await steward.get(f"/blog/convert-post/{id}")).text


async def test_what_is_put_into_the_bin_here_is_said_to_stay_there(sent, steward, coop):
    id, *_ = await of(coop, "Leeks")
    await steward.post("/blog/posts", data={"deed": "bin", f"id-{id}": "on"})
    await settle(coop)
    assert there(sent)["status"] == "published" and "It stays in Ghost" in await told(steward)
    sent.delete(there(sent)["id"])
    await ask(steward, coop)
    assert "Put into the bin here" not in await told(steward)


async def test_what_both_publish_at_its_hour_was_edited_by_nobody(sent, steward, coop, oak):
    await steward.post("/blog/ghost", data={"deed": "wish"})
    soon = datetime.now(UTC) + timedelta(hours=1)
    sent.edit(there(sent)["id"], status="scheduled", published_at=f"{soon:%Y-%m-%dT%H:%M:%S}.000Z")
    await ask(steward, coop)
    async with coop.turn():
        with coop.connect() as db:
            for table in "flow_waits", "flow_runs":
                db.exec_driver_sql(f"UPDATE {table} SET due = 0 WHERE due IS NOT NULL")
            db.commit()
    await settle(coop)
    assert (await oak.get("/leeks")).status_code == 200
    sent.edit(there(sent)["id"], status="published", html="<p>On time.</p>")
    await ask(steward, coop)
    assert "Edited here." not in await told(steward) and "On time." in (await oak.get("/leeks")).text
