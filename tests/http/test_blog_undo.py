"""What was done with many posts is undone: each is what it was, with its times, and nobody is mailed for a mistake."""

from datetime import timedelta

import pytest

from domains import account, blog
from domains.values import now
from flows.engine.models import Run
from flows.engine.steering import resume
from flows.engine.store import within
from tests.conftest import all_of, settle
from tests.http.test_blog import editor, write
from tests.http.test_blog_list import led

__all__ = ["editor"]  # a fixture
TIMES = (blog.Post.status, blog.Post.published, blog.Post.due)


async def do(editor, deed):
    """What undoes it."""
    return led(await editor.post("/blog/posts", data={"deed": deed, "tag_name": "x", "id-1": "on"}))[1]


async def undo(editor, signed):
    """What is said of it."""
    return led(await editor.post("/blog/posts", data={"deed": "undo", "undo": signed}))[0].partition("said=")[2]


async def scheduled(coop):
    due = now() + timedelta(days=1)
    async with coop.writing() as db:
        words = blog.Words("House", day=f"{due:%Y-%m-%d}", time=f"{due:%H:%M}")
        return await blog.write_post(db, words, status="scheduled")


async def mails(coop, house):
    await settle(coop)
    return [mail["Subject"] for mail in house.post(coop.id).all()]


async def send(coop):
    """As on Friday, for every newsletter that waits."""
    for id, status in await all_of(coop, Run.id, Run.status):
        if status == "suspended":
            async with coop.writing() as db:
                about = {"id": id, "tag": "digest", "payload": "send", "by": "", "now": now().timestamp()}
                await within(db, lambda connection, about=about: resume(connection, **about))


@pytest.mark.parametrize("deed", ["publish", "unpublish", "bin", "tag"])
async def test_what_was_scheduled_is_scheduled_again_for_its_time(editor, coop, deed):
    due = (await scheduled(coop)).due
    assert await undo(editor, await do(editor, deed)) == "undone"
    assert await all_of(coop, *TIMES) == [("scheduled", None, due)]


async def test_what_was_scheduled_for_a_time_that_is_past_is_a_draft_again(coop):
    await scheduled(coop)
    before = blog.Before(1, 1, None, now() - timedelta(seconds=1))
    async with coop.writing() as db:
        await blog.bin_post(db, 1)
        assert await blog.undo_post(db, before) is blog.Undone.BUT_ITS_TIME
    async with coop.reading() as db:
        assert [one.status for one in await blog.revisions(db, 1)] == ["draft", "binned", "scheduled"]


async def test_what_was_taken_down_was_published_when_it_was(editor, coop):
    first = (await write(coop)).published
    assert await undo(editor, await do(editor, "unpublish")) == "undone"
    assert await all_of(coop, *TIMES) == [("published", first, None)]


async def test_a_newsletter_that_was_published_by_mistake_goes_out_once_when_it_is_meant(editor, coop, house):
    async with coop.writing() as db:
        await account.subscribe(db, "reader@example.org")
    await write(coop, tags="newsletter", status="draft")
    signed = await do(editor, "publish")
    await settle(coop)
    assert await undo(editor, signed) == "undone" and await undo(editor, signed) == "not-undone"
    assert await all_of(coop, *TIMES) == [("draft", None, None)]
    await do(editor, "publish")
    await settle(coop)
    assert sorted(status for (status,) in await all_of(coop, Run.status)) == ["cancelled", "suspended"]
    await send(coop)
    assert await mails(coop, house) == ["News from Oak: Four leeks"]


async def test_what_was_mailed_at_once_is_not_mailed_again_because_it_was_undone(editor, coop, house):
    async with coop.writing() as db:
        await account.subscribe(db, "reader@example.org")
    await write(coop, tags="urgent", status="draft")
    signed = await do(editor, "publish")
    await undo(editor, signed)
    [(status, published, _)] = await all_of(coop, *TIMES)
    assert status == "draft" and published
    await do(editor, "publish")
    assert len(await mails(coop, house)) == 1


async def test_what_was_signed_before_there_were_times_undoes_nothing(editor, coop):
    await write(coop)
    assert await undo(editor, coop.keyring.sign("undo", "1:0")) == "not-undone"
