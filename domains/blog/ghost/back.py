"""What is edited here of what came from Ghost: which posts are to be sent back, how that went, and of those that were
changed there too, which of the two stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.base import table_of
from domains.check import Check
from domains.errors import Conflict

from ..models import BINNED, Post
from .link import ghost
from .models import GhostPost
from .posts import Arrived, from_api
from .sending import Sending, row_of

_posts, _ours = table_of(GhostPost).c, table_of(Post).c
_TRIED = func.coalesce(_posts.unsent["version"].as_integer(), -1)
_OWING = (
    select(_ours.id)
    .join(GhostPost, _posts.post == _ours.id)
    .where((_ours.version != _posts.version) | _posts.unsent.is_not(None), _ours.version != _TRIED)
    .where(_posts.offered.is_(None), _posts.hash != "", _ours.status != BINNED)
    .order_by(_ours.id)
    .limit(200)
)


class Owed(NamedTuple):
    """A post that is to be sent: which one it is there."""

    kind: str
    """Of ours, which may be another there."""
    id: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is beside a post of ours that was edited here."""

    there: Arrived | None
    """What was changed there too."""
    is_lost: bool
    """Whether it is not there any more."""
    why: Sequence[str]
    """Sentences, of what of ours was not taken there."""
    seen: str
    """Which two that are; whoever decides has seen these."""


async def owing(db: AsyncSession) -> Sequence[int]:
    """The posts that were edited here and not there, where they are to be sent; none that was not taken as it is."""
    linked = await ghost(db)
    return (await db.scalars(_OWING)).all() if linked and linked.writes_back else []


async def owed(db: AsyncSession, post: int) -> Owed | None:
    """None for one that is not to be sent any more."""
    if post not in await owing(db):
        return None
    return Owed((await db.get_one(Post, post)).kind, (await row_of(db, post)).ghost_id)


async def goes_there(db: AsyncSession, post: int) -> bool:
    """Whether what is edited of it here is sent to Ghost."""
    linked = await ghost(db)
    asked = select(_posts.ghost_id).where(_posts.post == post, _posts.hash != "")
    return bool(linked and linked.writes_back and await db.scalar(asked))


async def note_sent(db: AsyncSession, sent: Sending, there: Arrived) -> None:
    """It is the same here and there, but for what Ghost does not take, and for what was edited here meanwhile."""
    if row := await db.get(GhostPost, sent.id):
        row.version, row.hash, row.updated, row.offered = sent.version, there.hash, there.updated, None
        row.unsent = {"version": sent.version, "why": dict(sent.left)} if sent.left else None
        await db.flush()


async def note_refused(db: AsyncSession, sent: Sending, why: str) -> None:
    """None of it was taken; it is sent again when it is another."""
    if row := await db.get(GhostPost, sent.id):
        row.unsent = {"version": sent.version, "why": {**sent.left, "": why}}
        await db.flush()


async def note_on_time(db: AsyncSession, post: int) -> None:
    """Its hour has come here, as it comes there: nobody has edited it."""
    asked = select(GhostPost).join(Post, _ours.id == _posts.post)
    asked = asked.where(_posts.post == post, _posts.version == _ours.version - 1)
    if row := (await db.scalars(asked)).one_or_none():
        row.version += 1
        await db.flush()


async def offer(db: AsyncSession, said: Mapping[str, Any], site: str) -> None:
    """That it was changed there, at `site`, since it was edited here; whoever decides sees both."""
    arrived = from_api(said, site)
    if row := await db.get(GhostPost, arrived.id):
        row.offered = {"hash": arrived.hash, "site": site, "said": dict(said)}
        await db.flush()


async def beside(db: AsyncSession, post: int) -> Beside:
    """Raises NotFound for a post that came from no Ghost."""
    row, ours = await row_of(db, post), await db.get_one(Post, post)
    there = from_api(row.offered["said"], row.offered["site"]) if row.offered else None
    why = list((row.unsent or {}).get("why", {}).values())
    return Beside(there, not row.hash and not there, why, _seen(row, ours))


async def decide(db: AsyncSession, post: int, keep: str, seen: str, *, by: str = "") -> str:
    """Which of the two stays: `ours` or `theirs`; its id there, to be asked for again.

    `seen`: as `beside` had it. Raises NotFound, Invalid, and Conflict where either is another meanwhile.
    """
    check = Check()
    check.one_of("keep", keep, ("ours", "theirs"))
    check.done()
    row, ours = await row_of(db, post), await db.get_one(Post, post)
    if seen != _seen(row, ours):
        raise Conflict(f"post {post} is another meanwhile, here or there")
    if keep == "ours" and not row.hash and not row.offered:
        await db.delete(row)  # ours alone from now on
    elif keep == "ours":
        there = from_api(row.offered["said"], row.offered["site"]) if row.offered else None
        row.version, row.hash = 0, there.hash if there else row.hash
    else:
        row.version, row.hash = ours.version, ""
    row.offered = row.unsent = None
    await db.flush()
    about = {"title": ours.title, "keep": keep, "by": by}
    await record(db, Activity(type="Accept", kind="blog.ghost_post", ref=post, object=about))
    return row.ghost_id


def _seen(row: GhostPost, ours: Post) -> str:
    return f"{ours.version}:{row.offered['hash'] if row.offered else row.hash}"
