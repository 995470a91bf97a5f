"""The pictures that a co-op keeps, in its own file: brought once, found by what they are made of, used in posts."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.base import table_of
from domains.check import Check
from domains.errors import Invalid, NotFound, say

from .models import Picture, PictureFile, Post
from .renditions import LARGEST, Address, Made, address, make

MOST_WORDLESS = 50
"""On one page."""
_pictures, _files, _posts = table_of(Picture).c, table_of(PictureFile).c, table_of(Post).c
NAMED = re.compile(r"!\[([^\]\n]*)\]\((/media/[0-9a-f]{64}/\d{1,4}x\d{1,4}\.webp)\)")
_IN_POST = or_(func.instr(_posts.body, _pictures.hash) > 0, func.instr(_posts.cover, _pictures.hash) > 0)
"""However the rest of its address is written."""
_USES = (
    select(_pictures.id.label("picture"), _posts.id, _posts.title, _posts.status)
    .join(Post, _IN_POST)
    .where(or_(func.instr(_posts.body, ".webp") > 0, _posts.cover.startswith("/media/")))
    .order_by(func.lower(_posts.title), _posts.id)
)


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture that is not kept yet."""

    made: Made
    alt: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the library."""

    pictures: Sequence[Picture]
    page: int
    pages: int


async def read_picture(data: bytes, alt: str | None) -> Brought:
    """Takes a second or so, and no transaction: whoever asks has none open. `alt`: None for words that are asked for
    later. Raises Invalid."""
    check = Check()
    words = "" if alt is None else _alt(check, alt)
    if not data:
        check.refuse("file", say("Choose a picture."))
    if len(data) > LARGEST:
        check.refuse("file", say("A picture may have twelve megabytes. Make it smaller, then bring it."))
    check.done()
    return Brought(await make(data), words)


async def keep_picture(db: AsyncSession, brought: Brought, *, most: int, by: str = "") -> Picture:
    """One that is here already stays as it is. `most`: bytes of all of them. Raises Invalid when that is too little."""
    made = brought.made
    if known := await _kept(db, made.address):
        return known
    if await used(db) + made.size > most:
        raise Invalid(file=say("There is no room left for it. Remove pictures that are not used any more."))
    hash, width, height = made.address
    kept = Picture(hash=hash, width=width, height=height, size=made.size, alt=brought.alt, by=by)
    db.add(kept)
    await db.flush()
    db.add_all([PictureFile(picture=kept.id, **file._asdict()) for file in made.files])
    await _tell(db, "Create", kept)
    return kept


async def describe_picture(db: AsyncSession, id: int, alt: str) -> Picture:
    """Raises NotFound, Invalid."""
    found, check = await picture(db, id), Check()
    alt = _alt(check, alt)
    check.done()
    found.alt = alt
    await _tell(db, "Update", found)
    return found


async def remove_picture(db: AsyncSession, id: int) -> None:
    """For good. Raises NotFound, and Invalid while a post shows it."""
    removed = await picture(db, id)
    if await uses(db, [id]):
        raise Invalid(**{"": say("It is in use. Take it out of the posts that are named here first.")})
    await db.delete(removed)
    await _tell(db, "Remove", removed)


async def picture(db: AsyncSession, id: int) -> Picture:
    """Raises NotFound."""
    if found := await db.get(Picture, id):
        return found
    raise NotFound(f"no picture {id}")


async def picture_at(db: AsyncSession, at: Address) -> Picture | None:
    """That is there in just this width."""
    found = await _kept(db, at)
    return found if found and at in found.address.all else None


async def pictures(db: AsyncSession, page: int = 1, *, size: int = 24) -> Listed:
    """The newest first; past the last page comes the last."""
    pages = max(1, -(-(await db.scalar(select(func.count(_pictures.id))) or 0) // size))
    page = min(max(page, 1), pages)
    asked = select(Picture).order_by(Picture.id.desc()).limit(size).offset((page - 1) * size)
    return Listed((await db.scalars(asked)).all(), page, pages)


async def wordless(db: AsyncSession) -> Sequence[Picture]:
    """Of which nobody has said what is on them, in the order in which they came."""
    return (await db.scalars(select(Picture).where(Picture.alt == "").order_by(Picture.id).limit(MOST_WORDLESS))).all()


async def missing(db: AsyncSession, body: str, cover: str) -> Sequence[str]:
    """What was on the pictures that these name and that are gone, each once; their addresses where nothing says so."""
    named = {where: alt or where for alt, where in NAMED.findall(body)} | ({cover: cover} if address(cover) else {})
    hashes = {where: address(where) for where in named}
    asked = select(Picture).where(_pictures.hash.in_({at.hash for at in hashes.values() if at}))
    there = {str(at) for found in (await db.scalars(asked)).all() for at in found.address.all} if named else set()
    return [alt for where, alt in named.items() if where not in there]


async def used(db: AsyncSession) -> int:
    """Bytes, of all of them."""
    return await db.scalar(select(func.sum(_pictures.size))) or 0


async def uses(db: AsyncSession, ids: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """Picture -> rows (id, title, status) of the posts and pages that show it, drafts too; none for one in no post."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in await db.execute(_USES.where(_pictures.id.in_(ids)).execution_options(long=True)):
        found[row.picture].append(row)
    return found


async def file_at(db: AsyncSession, at: Address) -> bytes:
    """WebP. Raises NotFound."""
    hash, width, height = at
    asked = select(_files.data).join(Picture, _pictures.id == _files.picture)
    asked = asked.where(_pictures.hash == hash, _files.width == width, _files.height == height)
    if (found := await db.scalar(asked)) is None:
        raise NotFound(f"no picture at {at}")
    return bytes(found)


async def _kept(db: AsyncSession, at: Address) -> Picture | None:
    return (await db.scalars(select(Picture).where(Picture.hash == at.hash))).one_or_none()


def _alt(check: Check, typed: str) -> str:
    return check.line("alt", " ".join(typed.split()), say("Say what is on it, in a sentence."), most=400)


async def _tell(db: AsyncSession, type: str, told: Picture) -> None:
    await db.flush()
    object = {"name": told.alt, "address": str(told.address)}
    await record(db, Activity(type=type, kind="blog.picture", ref=told.id, object=object))
