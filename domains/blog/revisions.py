"""What a post was, each time that it was kept; for those who write it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, takewhile
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of
from domains.errors import NotFound
from domains.values import now

from .models import Post, Revision

MOST = 100
"""Of a post; the oldest go, but for the first, and the last that was in another format."""
LONGEST = 4_000_000
"""Lines of one text by lines of the other that are compared; a second's work."""
WORDS = (
    *("title", "slug", "kind", "format", "body", "excerpt", "cover", "canonical", "tags", "authors", "visibility"),
    "featured",
)
_revisions = table_of(Revision).c
_format = _revisions.words["format"].as_string()
_LISTED = select(*(column for column in _revisions if column is not _revisions.words))


class Piece(NamedTuple):
    """Of two texts, laid over each other."""

    how: str
    """same, added or removed."""
    text: str


async def keep(db: AsyncSession, post: Post, by: str) -> None:
    words = {name: getattr(post, name) for name in WORDS}
    db.add(Revision(post=post.id, version=post.version, words=words, status=post.status, by=by, at=now()))
    await db.flush()
    first = select(func.min(_revisions.version)).where(_revisions.post == post.id)
    other = select(func.max(_revisions.version)).where(_revisions.post == post.id, _format != post.format)
    stay = (first.scalar_subquery(), func.coalesce(other.scalar_subquery(), 0))
    old = (_revisions.post == post.id, _revisions.version <= post.version - MOST)
    await db.execute(delete(Revision).where(*old, _revisions.version.not_in(stay)))


async def revisions(db: AsyncSession, post: int) -> Sequence[Any]:
    """Rows without their words, the newest first."""
    asked = _LISTED.where(_revisions.post == post).order_by(_revisions.version.desc())
    return (await db.execute(asked)).all()


async def revision(db: AsyncSession, post: int, version: int) -> Revision:
    """Raises NotFound."""
    asked = select(Revision).where(_revisions.post == post, _revisions.version == version)
    if found := (await db.scalars(asked)).one_or_none():
        return found
    raise NotFound(f"post {post} has no version {version}")


def difference(before: str, after: str) -> list[Piece]:
    """By lines, and of lines that were changed the words between those that they still have in common at both ends."""
    return list(_joined(_laid_over(before.splitlines(keepends=True), after.splitlines(keepends=True))))


def _laid_over(before: list[str], after: list[str]) -> Iterator[Piece]:
    """What is longer than anybody compares is told as a whole."""
    if len(before) * len(after) > LONGEST:
        yield from (Piece("removed", "".join(before)), Piece("added", "".join(after)))
        return
    for how, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        old, new = "".join(before[a:b]), "".join(after[c:d])
        yield from (Piece("same", old),) if how == "equal" else _between(old, new)


def _between(old: str, new: str) -> Iterator[Piece]:
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    ends = len(before) - tail, len(after) - tail
    yield Piece("same", "".join(before[:head]))
    yield Piece("removed", "".join(before[head : ends[0]]))
    yield Piece("added", "".join(after[head : ends[1]]))
    yield Piece("same", "".join(before[ends[0] :]))


def _alike(before: list[str], after: list[str]) -> int:
    """How many at the beginning."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(before, after, strict=False)))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for how, some in groupby((piece for piece in pieces if piece.text), lambda piece: piece.how):
        yield Piece(how, "".join(piece.text for piece in some))
