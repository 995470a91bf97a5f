"""What is edited here of what came from Ghost: sent back where that is wished, or laid beside what changed there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.check import Check
from domains.errors import NotFound

from .. import revisions
from ..models import BINNED, DRAFT, PUBLISHED, Post
from .link import ghost
from .models import GhostPost
from .posts import Arrived, from_api, written

SENT = {
    "title": "title",
    "slug": "slug",
    "excerpt": "custom_excerpt",
    "canonical": "canonical_url",
    "featured": "featured",
    "visibility": "visibility",
}
"""What it is called here -> there. Words go as html, and a picture stays where it is."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What of a post is to be sent."""

    kind: str
    id: str
    version: int
    """Of ours, in which it is so."""
    words: Mapping[str, Any]
    body: str | None
    """Markdown; None where its words are as they came."""


async def owing(db: AsyncSession) -> Sequence[int]:
    """The posts that were edited here and not there, where they are to be sent."""
    linked = await ghost(db)
    if not linked or not linked.writes_back:
        return []
    asked = select(Post.id).join(GhostPost, GhostPost.post == Post.id)
    asked = asked.where(Post.version != GhostPost.version, GhostPost.offered.is_(None), Post.status != BINNED)
    return (await db.scalars(asked.order_by(Post.id).limit(200))).all()


async def owed(db: AsyncSession, post: int) -> Owed | None:
    """None for one that is not to be sent any more."""
    if post not in await owing(db):
        return None
    ours, row = await db.get_one(Post, post), await _row(db, post)
    was, status = await _was(db, post, row.version)
    words = {there: getattr(ours, here) for here, there in SENT.items() if was.get(here) != getattr(ours, here)}
    if was.get("tags") != ours.tags:
        words["tags"] = [{"name": tag} for tag in ours.tags]
    if status != ours.status and ours.status in (DRAFT, PUBLISHED):
        words["status"] = ours.status
    is_other = ours.format == "markdown" and (was.get("body"), was.get("format")) != (ours.body, ours.format)
    words["updated_at"] = written(row.updated)
    return Owed(ours.kind, row.ghost_id, ours.version, words, ours.body if is_other else None)


async def note_sent(db: AsyncSession, sent: Owed, there: Arrived) -> None:
    """It is the same here and there, unless it was edited here meanwhile."""
    if row := await db.get(GhostPost, sent.id):
        row.version, row.hash, row.updated, row.offered = sent.version, there.hash, there.updated, None
        await db.flush()


async def offer(db: AsyncSession, said: Mapping[str, Any], site: str) -> None:
    """That it was changed there, at `site`, since it was edited here; whoever decides sees both."""
    arrived = from_api(said, site)
    if row := await db.get(GhostPost, arrived.id):
        row.offered = {"hash": arrived.hash, "site": site, "said": dict(said)}
        await db.flush()


async def offered(db: AsyncSession, post: int) -> Arrived | None:
    """What is there, of one that both have changed. Raises NotFound for a post that came from no Ghost."""
    about = (await _row(db, post)).offered
    return from_api(about["said"], about["site"]) if about else None


async def decide(db: AsyncSession, post: int, keep: str, *, by: str = "") -> str:
    """Which of the two stays: `ours` or `theirs`; its id there, to be asked for again. Raises NotFound, Invalid."""
    check = Check()
    check.one_of("keep", keep, ("ours", "theirs"))
    check.done()
    row, ours = await _row(db, post), await db.get_one(Post, post)
    if keep == "theirs":
        row.version, row.hash = ours.version, ""
    elif row.offered:
        there = from_api(row.offered["said"], row.offered["site"])
        row.updated, row.hash = there.updated, there.hash
    row.offered = None
    await db.flush()
    about = {"title": ours.title, "keep": keep, "by": by}
    await record(db, Activity(type="Accept", kind="blog.ghost_post", ref=post, object=about))
    return row.ghost_id


async def _row(db: AsyncSession, post: int) -> GhostPost:
    """Raises NotFound."""
    if found := (await db.scalars(select(GhostPost).where(GhostPost.post == post))).one_or_none():
        return found
    raise NotFound(f"post {post} came from no Ghost")


async def _was(db: AsyncSession, post: int, version: int) -> tuple[Mapping[str, Any], str]:
    """As it came; nothing where that is forgotten."""
    try:
        found = await revisions.revision(db, post, version)
        return found.words, found.status
    except NotFound:
        return {}, ""
