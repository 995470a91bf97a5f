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
_LIST = re.compile(r"/(tag|author)/([^/]+)(?:/(rss)|/page/(\d{1,6}))?", re.ASCII)
_NEWS = re.compile(r"/page/(\d{1,6})", re.ASCII)
_BESIDE = re.compile(r"/([^/]+)/(?:amp|rss)")
_FEEDS = ("/rss", "/feed")
_MAPS = re.compile(r"/sitemap-\w+(?:-\d+)?\.xml", re.ASCII)
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
    if path in _FEEDS:
        return f"/blog/{FEED}"
    if _MAPS.fullmatch(path):
        return "/sitemap.xml"
    if found := _NEWS.fullmatch(path):
        return f"/blog/news?page={found[1]}"
    if found := _LIST.fullmatch(path):
        return await _list(db, found[1], found[2], f"/{FEED}" if found[3] else f"?page={found[4]}" if found[4] else "")
    if (found := _DATED.fullmatch(path) or _BESIDE.fullmatch(path)) and SLUG.fullmatch(found[1]):
        return await _post(db, found[1])
    return None


async def _picture(db: AsyncSession, path: str) -> str | None:
    found = await db.get(GhostPicture, original(path))
    picture = await db.get(Picture, found.picture) if found else None
    return str(picture.address) if picture else None


async def _list(db: AsyncSession, kind: str, written: str, part: str) -> str | None:
    known = await db.get(OldAddress, f"/{kind}/{written}")
    try:
        there = known.target if known else (await chosen(db, kind, written)).path
    except NotFound:
        return None
    return f"{there}{part}"


async def _post(db: AsyncSession, slug: str) -> str | None:
    try:
        return f"/{quote((await post_at(db, slug)).slug)}"
    except NotFound:
        there = await moved(db, slug)
        return f"/{there}" if there else None
