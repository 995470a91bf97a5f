"""What was done with a post is undone, and with a first publication what its stories were about to do because of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog

from . import mailing, runs


async def undo_post(db: AsyncSession, before: blog.Before, now: float, *, by: str = "") -> blog.Undone:
    """What readers were mailed of stays a publication: when it is published again, nobody is mailed it twice."""
    is_first = before.published is None
    was_mailed = is_first and await mailing.is_mailed(db, before.id)
    undone = await blog.undo_post(db, before, by=by, was_mailed=was_mailed)
    if is_first and undone is not blog.Undone.NOT:
        for run in await mailing.unsent(db, before.id):
            await runs.cancel(db, run, now)
    return undone
