"""What somebody has typed and not saved: kept for them alone, until they save it, throw it away or let it lie."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import is_none_of, table_of
from domains.errors import Invalid, NotFound, say
from domains.values import now

from .models import Unsaved

MOST = 100
"""Of one person."""
FULL = say("This is not kept, for a hundred others are that you never saved. Take them up, or throw them away.")
LONGEST = 40  # characters of a key
_table = table_of(Unsaved)
_unsaved = _table.c
_NEWEST = _unsaved.at.desc(), _unsaved.id.desc()


async def keep_unsaved(db: AsyncSession, person: int, key: str, post: int, words: Mapping[str, str]) -> datetime:
    """When it was kept; each form's newest words take the place of those before. Raises Invalid when there are so many
    that no other is kept: none goes because another comes."""
    others = select(func.count()).where(_unsaved.person == person, _unsaved.key != key[:LONGEST])
    if (await db.scalar(others) or 0) >= MOST:
        raise Invalid(**{"": FULL})
    at = now()
    about = {"post": post, "words": dict(words), "at": at}
    kept = insert(_table).values(person=person, key=key[:LONGEST], **about)
    await db.execute(kept.on_conflict_do_update(index_elements=["person", "key"], set_=about))
    return at


async def forget_unsaved(db: AsyncSession, person: int, key: str) -> None:
    """Whether it is there or not."""
    await db.execute(delete(_table).where(_unsaved.person == person, _unsaved.key == key[:LONGEST]))


async def outlive(db: AsyncSession, post: int) -> None:
    """What anybody typed of a post that is removed is of a new one."""
    await db.execute(update(_table).where(_unsaved.post == post).values(post=0))


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
