"""How far a co-op is with its Ghost: what the next look asks for, and what became of the last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of
from domains.values import now

from ..models import BINNED, Post
from .hints import GONE, TAG, Hint, read_hints, refused
from .link import ghost
from .models import Ghost, GhostPost
from .posts import Arrived, written

OVERLAP = timedelta(minutes=1)
"""That is asked for again: Ghost's times are whole seconds, and it says them before it keeps them."""
MOST = 1000
"""Posts that are taken in one go."""
FEW = 5
"""Posts that may be missing there and be put away here, whatever part of all they are."""
_posts, _ours = table_of(GhostPost).c, table_of(Post).c
_IS_THERE = _posts.hash != ""
_WAS_LOOKED_AT = exists().where(table_of(Ghost).c.in_step.is_not(None))
"""All that there is; until then nobody knows what is lost."""
_DIFFER = (
    select(
        *(_posts.ghost_id, _ours.id, _ours.title, _ours.status, _posts.offered.is_not(None).label("is_offered")),
        *((~_IS_THERE).label("is_lost"), _posts.unsent["why"].label("why")),
    )
    .join(Post, _ours.id == _posts.post)
    .where((_ours.version != _posts.version) | _posts.unsent.is_not(None))
    .where(_IS_THERE | (_WAS_LOOKED_AT & (_ours.status != BINNED)))
    .order_by(func.lower(_ours.title), _ours.id)
    .limit(200)
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What is asked for."""

    since: str
    """As its filter takes an instant; empty for all that there is."""
    is_whole: bool
    hints: Sequence[Hint]
    is_wary: bool
    """Whether the last look met with trouble, so that less is asked for at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a look."""

    since: str
    """When the last of what it found was changed there."""
    total: int
    """Posts and pages that are there."""
    is_whole: bool
    is_sound: bool
    """Whether all was compared that was to be."""
    is_all: bool
    """Whether nothing is left that differs and was not asked for."""
    taken: int
    failed: Sequence[str] = ()
    """Sentences, of what may go well the next time."""
    refused: Sequence[str] = ()
    """Sentences, of what no other look mends."""


async def begin(db: AsyncSession, *, is_whole: bool) -> Begun | None:
    """None where there is no Ghost to ask."""
    if not (linked := await ghost(db)):
        return None
    hints = await read_hints(db)
    is_whole = is_whole or linked.is_out or not linked.since or any(hint.kind in (TAG, GONE) for hint in hints)
    return Begun("" if is_whole else _overlapping(linked.since), is_whole, hints, bool(linked.trouble))


async def unlike(db: AsyncSession, arrived: Sequence[Arrived]) -> Sequence[Arrived]:
    """Those that are not as they were taken, or as they were offered since."""
    asked = select(_posts.ghost_id, func.coalesce(_posts.offered["hash"].as_string(), _posts.hash))
    found = await db.execute(asked.where(_posts.ghost_id.in_([one.id for one in arrived])))
    known = {id: hash for id, hash in found}
    return [one for one in arrived if known.get(one.id) != one.hash]


async def set_back(db: AsyncSession, arrived: Sequence[Arrived]) -> Sequence[str]:
    """The ids of those that are there as they were before, as in a Ghost that was made again of its copy."""
    asked = select(_posts.ghost_id, _posts.updated).where(_posts.ghost_id.in_([one.id for one in arrived]))
    known = {id: updated for id, updated in await db.execute(asked)}
    return [one.id for one in arrived if one.id in known and one.updated < known[one.id]]


async def take_again(db: AsyncSession, ids: Collection[str]) -> None:
    """Whatever they are there, it is what counts."""
    await db.execute(update(GhostPost).where(_posts.ghost_id.in_(ids)).values(hash=""))


async def missing(db: AsyncSession, seen: Collection[str]) -> Sequence[str]:
    """The ids of those that were there and are not among these, which are all that there are."""
    asked = select(_posts.ghost_id).where(_IS_THERE).order_by(_posts.ghost_id)
    return [id for id in await db.scalars(asked) if id not in seen]


async def count_known(db: AsyncSession) -> int:
    """How many were there, as far as we know."""
    return await db.scalar(select(func.count()).select_from(GhostPost).where(_IS_THERE)) or 0


async def _count_of(db: AsyncSession, ids: Collection[str]) -> int:
    asked = select(func.count()).select_from(GhostPost).where(_IS_THERE, _posts.ghost_id.in_(ids))
    return await db.scalar(asked) or 0


def is_much(missing: int, known: int) -> bool:
    """More than anybody deletes: nobody is believed that so many are gone, until a steward says so."""
    return missing > FEW and missing * 5 > known


async def withheld(db: AsyncSession) -> int:
    """How many are not there any more and stay here, for they are too many."""
    linked, known = await ghost(db), await count_known(db)
    gone = known - linked.total if linked and linked.trouble else 0
    return gone if is_much(gone, known) else 0


async def count_taken(db: AsyncSession) -> int:
    """How many of its posts and pages are here, and not in the bin."""
    asked = select(func.count()).select_from(GhostPost).join(Post, _ours.id == _posts.post)
    return await db.scalar(asked.where(_IS_THERE, _ours.status != BINNED)) or 0


async def held(db: AsyncSession, posts: Collection[int]) -> Collection[int]:
    """Those that the Ghost which is linked still has, as far as we know: removed here, they would come again."""
    if not await ghost(db):
        return ()
    return (await db.scalars(select(_posts.post).where(_posts.post.in_(posts), _IS_THERE))).all()


async def settle(db: AsyncSession, told: Outcome) -> bool:
    """How it went; whether there is more to be taken at once."""
    if not (linked := await ghost(db)):
        return False
    linked.asked, linked.total = now(), told.total
    unkept = await refused(db)
    known = await count_known(db) + len(unkept) - await _count_of(db, unkept)
    is_withheld = bool(linked.trouble) and is_much(known - told.total, known)
    is_odd = known != told.total and not told.is_whole and not is_withheld
    if told.taken:
        linked.changed = linked.asked
    if told.is_sound and told.is_all:
        linked.since = max(linked.since if linked.since <= written(linked.asked) else "", told.since)
    linked.is_out = bool(told.failed) or is_odd  # something was lost on the way: look at all of it
    wrong = [*told.failed, *told.refused]
    if wrong or told.is_whole or not (unkept or is_withheld):
        linked.trouble = wrong[0] if wrong else ""
    if told.is_all and not linked.trouble:
        linked.in_step = linked.asked
    await db.flush()
    return not told.failed and (linked.is_out or (not told.is_all and bool(told.taken)))


async def note_trouble(db: AsyncSession, why: str) -> None:
    """That it could not be asked; whatever it called us of meanwhile is found by looking at all of it."""
    if linked := await ghost(db):
        linked.asked, linked.trouble, linked.is_out = now(), why, True
        await db.flush()


async def differing(db: AsyncSession) -> Sequence[Any]:
    """Rows (ghost_id, id, title, status, is_offered, is_lost, why) of posts that were edited here and not there yet;
    `is_offered`: there too; `is_lost`: it is not there any more; `why`: of what was not taken there, a sentence each.
    """
    return (await db.execute(_DIFFER)).all()


def _overlapping(since: str) -> str:
    """As its filter takes an instant: any other way of writing it finds nothing, and says so to nobody."""
    return f"{datetime.fromisoformat(since) - OVERLAP:%Y-%m-%d %H:%M:%S}"
