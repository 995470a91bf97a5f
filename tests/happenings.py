"""What sets off each story, as people do it; told again after a crash, what was done is not done twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

import flows
from domains import account, blog, events
from domains.activities import Activity, record
from flows.engine.models import Run


async def publish(coop):
    """A post that is urgent and for the newsletter, to one reader."""
    async with coop.reading() as db:
        posts, readers = await db.scalar(select(func.count(blog.Post.id))), await account.readers(db)
    if not readers:
        async with coop.writing() as db:
            await account.subscribe(db, "reader@example.org")
    if not posts:
        async with coop.writing() as db:
            await blog.write_post(db, blog.Words(title="Fire", tags="urgent, newsletter"), status="published")


async def schedule(coop):
    """A post for an hour from now, by the clock of the co-op, which is not everybody's."""
    async with coop.reading() as db:
        posts = await db.scalar(select(func.count(blog.Post.id)))
    if not posts:
        due = coop._clock() + 3600
        async with coop.writing() as db:
            post = await blog.write_post(db, blog.Words(title="Later"))
            post.status, post.due = "scheduled", datetime.fromtimestamp(due, UTC)
            about = {"post": post.id, "due": due}
            await record(db, Activity(type="Schedule", kind="blog.post", ref=post.id, object=about))


async def take_back(coop):
    """What is scheduled."""
    await schedule(coop)
    async with coop.writing() as db:
        await blog.unpublish_post(db, 1)


async def ask_to_join(coop):
    """Of the one steward that there is."""
    async with coop.reading() as db:
        asked, stewards = await db.scalar(select(func.count(account.Request.id))), await account.stewards(db)
    if not stewards:
        async with coop.writing() as db:
            await account.add_person(db, "Ruth", "ruth@example.org", "steward")
    if not asked:
        async with coop.writing() as db:
            await account.ask_to_join(db, "Mei Lin", "mei@example.org")


async def cancel_a_request(coop):
    """Before any steward was asked."""
    await ask_to_join(coop)
    async with coop.reading() as db:
        is_open = await db.scalar(select(Run.status).where(Run.name == "account.join")) in ("ready", "suspended")
    if is_open:
        async with coop.writing() as db:
            await flows.cancel(db, 1, coop._clock())


async def cancel_an_entry(coop):
    """For which somebody has a ticket."""
    async with coop.reading() as db:
        there, taken = await db.scalar(select(func.count(events.Entry.id))), await db.scalar(select(events.Entry.taken))
    if not there:
        async with coop.writing() as db:
            await events.add_entry(db, title="Supper", day="2026-12-12", places="10")
    if not taken:
        now = datetime.fromtimestamp(coop._clock(), UTC)
        async with coop.writing() as db:
            await events.take_ticket(db, 1, "Mei Lin", "mei@example.org", "2", now, ZoneInfo("Europe/London"))
    async with coop.writing() as db:
        await events.cancel_entry(db, 1)


HAPPENINGS = {
    ("Create", "blog.post"): publish,
    ("Schedule", "blog.post"): schedule,
    **{(deed, "blog.post"): take_back for deed in ("Draft", "Bin", "Remove", "Move")},
    ("Offer", "account.request"): ask_to_join,
    ("Update", "flow.run"): cancel_a_request,
    ("Delete", "events.entry"): cancel_an_entry,
}
"""(type, kind) of an activity -> what people do so that it is recorded."""
