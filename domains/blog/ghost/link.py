"""The one Ghost that a co-op keeps in step with, and how far it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.base import table_of
from domains.errors import NotFound
from domains.values import now

from ..models import BINNED, Post
from .hints import TAG, Hint, read_hints
from .models import Ghost, GhostHint, GhostPost

OVERLAP = timedelta(minutes=1)
"""That is asked for again: Ghost's times are whole seconds, and it says them before it keeps them."""
MOST = 1000
"""Posts that are taken in one go."""
ADMIN_KEY, HOOK_SECRET = "ghost-admin", "ghost-hooks"
"""What they are called among the co-op's sealed keys."""
_posts, _ours = table_of(GhostPost).c, table_of(Post).c
_DIFFER = (
    select(
        *(_posts.ghost_id, _ours.id, _ours.title, _ours.status, _posts.offered.is_not(None).label("is_offered")),
        *((_posts.hash == "").label("is_lost"), _posts.unsent["why"].label("why")),
    )
    .join(Post, _ours.id == _posts.post)
    .where((_ours.version != _posts.version) | _posts.unsent.is_not(None))
    .order_by(func.lower(_ours.title), _ours.id)
    .limit(200)
)


@dataclass(frozen=True, slots=True)
class Wishes:
    writes_back: bool = False
    """What is edited here is sent there."""
    mirrors_menus: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """What is asked for."""

    since: str
    """As its filter takes an instant; empty for all that there is."""
    is_whole: bool
    hints: Sequence[Hint]


async def ghost(db: AsyncSession) -> Ghost | None:
    return await db.get(Ghost, 1)


async def link(db: AsyncSession, address: str, title: str, wishes: Wishes) -> Ghost:
    """All of it is looked at; what was taken from another one before stays, and is in step with nothing."""
    if known := await ghost(db):
        await db.delete(known)
        await db.flush()
    linked = Ghost(address=address, title=title, writes_back=wishes.writes_back, mirrors_menus=wishes.mirrors_menus)
    db.add(linked)
    await _tell(db, "Add", linked)
    return linked


async def wish(db: AsyncSession, wishes: Wishes) -> Ghost:
    """Raises NotFound."""
    linked = await _linked(db)
    linked.writes_back, linked.mirrors_menus, linked.is_out = wishes.writes_back, wishes.mirrors_menus, True
    await _tell(db, "Update", linked)
    return linked


async def unlink(db: AsyncSession) -> None:
    """What was taken from it stays. Raises NotFound."""
    linked = await _linked(db)
    await db.execute(delete(GhostHint))
    await db.delete(linked)
    await _tell(db, "Remove", linked)


async def begin(db: AsyncSession, *, is_whole: bool) -> Begun | None:
    """None where there is no Ghost to ask."""
    if not (linked := await ghost(db)):
        return None
    hints = await read_hints(db)
    is_whole = is_whole or linked.is_out or not linked.since or any(hint.kind == TAG for hint in hints)
    return Begun("" if is_whole else _overlapping(linked.since), is_whole, hints)


async def known(db: AsyncSession, ids: Sequence[str]) -> Mapping[str, str]:
    """Of posts that came from there: id -> hash of what was taken, or of what was offered since."""
    asked = select(_posts.ghost_id, func.coalesce(_posts.offered["hash"].as_string(), _posts.hash))
    return {id: hash for id, hash in await db.execute(asked.where(_posts.ghost_id.in_(ids)))}


async def count_taken(db: AsyncSession) -> int:
    """How many of its posts and pages are here, and not in the bin."""
    asked = select(func.count()).select_from(GhostPost).join(Post, _ours.id == _posts.post)
    return await db.scalar(asked.where(_ours.status != BINNED)) or 0


async def all_known(db: AsyncSession) -> Sequence[str]:
    """The ids of all that came from there and are not lost."""
    return (await db.scalars(select(_posts.ghost_id).where(_posts.hash != "").order_by(_posts.ghost_id))).all()


async def held(db: AsyncSession, posts: Collection[int]) -> Collection[int]:
    """Those that the Ghost which is linked still has, as far as we know: removed here, they would come again."""
    if not await ghost(db):
        return ()
    return (await db.scalars(select(_posts.post).where(_posts.post.in_(posts), _posts.hash != ""))).all()


async def settle(
    db: AsyncSession, *, since: str, total: int, is_whole: bool, is_done: bool, trouble: str, taken: int
) -> bool:
    """How it went; whether there is more to be taken at once. `total`: posts and pages that are there."""
    if not (linked := await ghost(db)):
        return False
    linked.asked, linked.trouble = now(), trouble
    if trouble:
        await db.flush()
        return False
    ours = await db.scalar(select(func.count()).select_from(GhostPost).where(_posts.hash != "")) or 0
    linked.total = total
    if is_done:
        linked.since, linked.in_step = max(linked.since, since), linked.asked
        linked.is_out = not is_whole and ours != total  # something was lost on the way: look at all of it
    if taken:
        linked.changed = linked.asked
    await db.flush()
    return linked.is_out or not is_done


async def note_trouble(db: AsyncSession, why: str) -> None:
    """That it could not be asked."""
    if linked := await ghost(db):
        linked.asked, linked.trouble = now(), why
        await db.flush()


async def differing(db: AsyncSession) -> Sequence[Any]:
    """Rows (ghost_id, id, title, status, is_offered, is_lost, why) of posts that were edited here and not there yet;
    `is_offered`: there too; `is_lost`: it is not there any more; `why`: of what was not taken there, a sentence each.
    """
    return (await db.execute(_DIFFER)).all()


def _overlapping(since: str) -> str:
    """As its filter takes an instant: any other way of writing it finds nothing, and says so to nobody."""
    return f"{datetime.fromisoformat(since) - OVERLAP:%Y-%m-%d %H:%M:%S}"


async def _linked(db: AsyncSession) -> Ghost:
    """Raises NotFound."""
    if found := await ghost(db):
        return found
    raise NotFound("no Ghost")


async def _tell(db: AsyncSession, type: str, told: Ghost) -> None:
    await db.flush()
    await record(db, Activity(type=type, kind="blog.ghost", ref=told.id, object={"address": told.address}))
