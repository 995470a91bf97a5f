"""What somebody has typed and not saved: kept for them alone, until they save it, throw it away or let it lie."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import is_none_of, table_of
from domains.errors import NotFound
from domains.values import now

from .models import Unsaved

MOST = 20
"""Of one person; the oldest go."""
LONGEST = 40  # characters of a key
_table = table_of(Unsaved)
_unsaved = _table.c
_NEWEST = _unsaved.at.desc(), _unsaved.id.desc()


async def keep_unsaved(db: AsyncSession, person: int, key: str, post: int, words: Mapping[str, str]) -> datetime:
    """When it was kept; each form's newest words take the place of those before."""
    at = now()
    about = {"post": post, "words": dict(words), "at": at}
    kept = insert(_table).values(person=person, key=key[:LONGEST], **about)
    await db.execute(kept.on_conflict_do_update(index_elements=["person", "key"], set_=about))
    newest = select(_unsaved.id).where(_unsaved.person == person).order_by(*_NEWEST).limit(MOST)
    await db.execute(delete(_table).where(_unsaved.person == person, _unsaved.id.not_in(newest)))
    return at


async def forget_unsaved(db: AsyncSession, person: int, key: str) -> None:
    """Whether it is there or not."""
    await db.execute(delete(_table).where(_unsaved.person == person, _unsaved.key == key[:LONGEST]))


async def forget_all_unsaved(db: AsyncSession, post: int) -> None:
    """Of whoever typed it."""
    await db.execute(delete(_table).where(_unsaved.post == post))


async def unsaved(db: AsyncSession, person: int, post: int, *, but: str = "") -> Unsaved | None:
    """The newest of this post, zero for new ones, that was typed into any other form than `but`."""
    asked = select(Unsaved).where(_unsaved.person == person, _unsaved.post == post, _unsaved.key != but[:LONGEST])
    return (await db.scalars(asked.order_by(*_NEWEST).limit(1))).one_or_none()


async def unsaved_at(db: AsyncSession, person: int, key: str, post: int) -> Unsaved:
    """Raises NotFound."""
    asked = select(Unsaved).where(_unsaved.person == person, _unsaved.key == key, _unsaved.post == post)
    if found := (await db.scalars(asked)).one_or_none():
        return found
    raise NotFound(f"nothing unsaved of post {post} under {key}")


async def tidy_unsaved(db: AsyncSession, before: datetime, people: Collection[int]) -> None:
    """Forgets what was kept before that, and what is of nobody among these people."""
    gone = is_none_of(_unsaved.person, "people")
    await db.execute(delete(_table).where(or_(_unsaved.at < before, gone)), {"people": list(people)})
