"""Where the addresses of the site that this one took over lead now."""

import re
from urllib.parse import quote, unquote

from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import SLUG
from domains.errors import NotFound

from .ghost.addresses import original
from .ghost.models import GhostPicture
from .models import OldAddress, Picture
from .queries import chosen, moved, post_at

FEED = "feed.rss"
LONGEST = 500
"""Characters of a path."""
_LIST = re.compile(r"/(tag|author)/([^/]+)(/rss)?")
_DATED = re.compile(r"/\d{4}/\d{2}(?:/\d{2})?/([^/]+)", re.ASCII)


async def old_address(db: AsyncSession, path: str) -> str | None:
    """A path, or a whole address that a steward's own redirect names; None where nothing is known of it."""
    path = unquote(path).rstrip("/") or "/"
    if len(path) > LONGEST:
        return None
    if known := await db.get(OldAddress, path):
        return known.target
    if path.startswith("/content/images/"):
        return await _picture(db, path)
    if path == "/rss":
        return f"/blog/{FEED}"
    if found := _LIST.fullmatch(path):
        return await _list(db, found[1], found[2], bool(found[3]))
    if (found := _DATED.fullmatch(path)) and SLUG.fullmatch(found[1]):
        return await _post(db, found[1])
    return None


async def _picture(db: AsyncSession, path: str) -> str | None:
    found = await db.get(GhostPicture, original(path))
    picture = await db.get(Picture, found.picture) if found else None
    return str(picture.address) if picture else None


async def _list(db: AsyncSession, kind: str, written: str, is_feed: bool) -> str | None:
    known = await db.get(OldAddress, f"/{kind}/{written}")
    try:
        there = known.target if known else (await chosen(db, kind, written)).path
    except NotFound:
        return None
    return f"{there}/{FEED}" if is_feed else there


async def _post(db: AsyncSession, slug: str) -> str | None:
    try:
        return f"/{quote((await post_at(db, slug)).slug)}"
    except NotFound:
        there = await moved(db, slug)
        return f"/{there}" if there else None
