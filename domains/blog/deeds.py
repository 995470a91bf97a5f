"""What is done with a post that is written: published, taken back, put away, and made again what it was."""

from datetime import datetime
from enum import Enum
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import Check
from domains.errors import Conflict, say
from domains.values import now

from . import revisions
from .commands import tags_of
from .keeping import stand, tell
from .models import BINNED, DRAFT, PUBLISHED, SCHEDULED, Post
from .queries import post
from .typed import outlive

STAYS = ("slug", "visibility")
"""Where it is read and by whom is no matter of its words, and stays when those are made what they were."""


class Undone(Enum):
    """How far a post is what it was before."""

    WHOLLY = 1
    BUT_ITS_TIME = 2
    """It was scheduled, for a time that is past by now, and is a draft."""
    NOT = 3
    """It is gone, or was changed since."""


class Before(NamedTuple):
    """What its history does not tell of a post that something is about to be done with."""

    id: int
    version: int
    published: datetime | None
    due: datetime | None


async def restore_post(db: AsyncSession, id: int, version: int, seen: str, *, by: str = "") -> Post:
    """As it was kept then, under the address, in the status and for the readers that it has now.

    `seen`: the version that it had when somebody saw both. Raises NotFound, and Conflict when it is another by now.
    """
    restored = await post(db, id)
    was = (await revisions.revision(db, id, version)).words
    changed = {name: value for name, value in was.items() if name not in STAYS and getattr(restored, name) != value}
    if changed and seen != str(restored.version):
        raise Conflict(f"post {id} is at version {restored.version}, not {seen}")
    for name, value in changed.items():
        setattr(restored, name, value)
    return await stand(db, restored, restored.status, by) if changed else restored


async def publish_post(db: AsyncSession, id: int, *, by: str = "") -> Post:
    """Twice is once. Raises NotFound."""
    found = await post(db, id)
    return found if found.is_published else await stand(db, found, PUBLISHED, by)


async def publish_scheduled_post(db: AsyncSession, id: int, due: datetime) -> bool:
    """If it is still to be published then; whether it was. Again is harmless."""
    found = await db.get(Post, id)
    if not found or (found.status, found.due) != (SCHEDULED, due):
        return False
    await stand(db, found, PUBLISHED, "")
    return True


async def unpublish_post(db: AsyncSession, id: int, *, by: str = "") -> Post:
    """It is a draft again. Twice is once. Raises NotFound."""
    found = await post(db, id)
    return found if found.status == DRAFT else await stand(db, found, DRAFT, by)


async def bin_post(db: AsyncSession, id: int, *, by: str = "") -> Post:
    """Twice is once. Raises NotFound."""
    found = await post(db, id)
    return found if found.status == BINNED else await stand(db, found, BINNED, by)


async def tag_post(db: AsyncSession, id: int, tag: str, *, on: bool, by: str = "") -> Post:
    """With this tag, or without it. Raises NotFound, Invalid."""
    found, check = await post(db, id), Check()
    named = tags_of(check, tag)[:1]
    if not named:
        check.refuse("tag", say("Say which tag."))
    tags = tags_of(check, ",".join([*found.tags, *named])) if on else [one for one in found.tags if one not in named]
    if wrong := check.wrong.pop("tags", ""):
        check.refuse("tag", wrong)
    check.done()
    if tags == found.tags:
        return found
    found.tags = tags
    return await stand(db, found, found.status, by)


async def undo_post(db: AsyncSession, before: Before, *, by: str = "", was_mailed: bool = False) -> Undone:
    """As it was kept then, its status and its times too, if nobody has changed it but once since.

    Of what `was_mailed` it stays known that it was published.
    """
    found = await db.get(Post, before.id)
    if not found or found.version != before.version + 1:
        return Undone.NOT
    was = await revisions.revision(db, before.id, before.version)
    for name, value in was.words.items():
        if name != "slug":
            setattr(found, name, value)
    if not was_mailed:
        found.published = before.published
    is_late = was.status == SCHEDULED and (before.due is None or before.due <= now())
    if found.is_published and was.status == SCHEDULED and not is_late:
        await stand(db, found, DRAFT, by)  # before it can be published again
    found.due = before.due
    await stand(db, found, DRAFT if is_late else was.status, by)
    return Undone.BUT_ITS_TIME if is_late else Undone.WHOLLY


async def remove_post(db: AsyncSession, id: int) -> None:
    """For good, but for what is typed of it and not saved. Raises NotFound."""
    removed = await post(db, id)
    await db.delete(removed)
    await outlive(db, id)
    await tell(db, "Remove", removed)
