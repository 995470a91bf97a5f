"""The pictures of what comes from Ghost: which a post wants, and which were brought already."""

from collections.abc import Iterable, Mapping
from html.parser import HTMLParser

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import is_one_of, table_of
from domains.errors import say

from ..models import Picture
from .addresses import original, pictures_in
from .models import GhostPicture
from .posts import Arrived
from .words import line

LONGEST = 1_000_000
"""Characters of html that a post may have."""
_pictures = table_of(GhostPicture).c


def paths(came: Arrived) -> list[str]:
    """Of each picture in it, once, its cover first. Nothing of a post that is too long."""
    if len(came.html) > LONGEST:
        return []
    cover = [original(came.cover)] if came.cover.startswith("/content/images/") else []
    return list(dict.fromkeys([*cover, *pictures_in(came.html)]))


def wanted(came: Arrived) -> Mapping[str, str]:
    """The path of each picture in it -> what is on it: its own words, its caption's, or where it stands.

    Nothing of a post that is too long.
    """
    known, said = paths(came), _Said()
    if known and "<img" in came.html.lower():
        said.feed(came.html)
        said.close()
    words = said.alts | ({original(came.cover): came.cover_alt} if came.cover_alt else {})
    usual = line(say("Picture in {title}").format(title=came.title), 400)
    return {path: words.get(path) or usual for path in known}


async def known_pictures(db: AsyncSession, paths: Iterable[str]) -> dict[str, str]:
    """Of those that were taken: the path that it had there -> our address."""
    asked = select(_pictures.path, Picture).join(Picture, Picture.id == _pictures.picture)
    found = await db.execute(asked.where(is_one_of(_pictures.path, paths)))
    return {path: str(picture.address) for path, picture in found}


async def remember_picture(db: AsyncSession, path: str, picture: int) -> None:
    await db.merge(GhostPicture(path=path, picture=picture))


class _Said(HTMLParser):
    """What is said of each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: dict[str, str] = {}
        self._last: list[str] = []
        self._caption: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "figure":
            self._last = []
        elif tag == "figcaption":
            self._caption = []
        elif tag == "img" and (source := known.get("src")):
            path = original(source)
            self._last.append(path)
            self.alts[path] = self.alts.get(path) or line(known.get("alt"), 400)

    def handle_data(self, data: str) -> None:
        if self._caption is not None:
            self._caption.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "figcaption" and self._caption is not None:
            caption = line("".join(self._caption), 400)
            for path in self._last:
                self.alts[path] = self.alts[path] or caption
            self._caption = None
