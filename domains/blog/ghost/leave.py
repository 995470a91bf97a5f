"""All posts and pages as a Ghost 6 imports them: whoever came from there, or came here first, can go there."""

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.site import Site
from domains.values import in_address, now

from ..markdown import read_abroad
from ..models import BINNED, DRAFT, PUBLISHED, SCHEDULED, Post
from ..ways import Way, menus
from .menu import SETTINGS

VERSION = "6.0.0"
KNOWN = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "hr", "pre"}
"""What its editor has something of its own for; whatever else is, it keeps as html."""
CARD = "<!--kg-card-begin: html-->\n{}\n<!--kg-card-end: html-->"


async def leaving(db: AsyncSession, site: Site) -> dict[str, Any]:
    """A file that it imports, of the menus and of all but what is in the bin. Pictures stay here, by their whole
    addresses."""
    posts = (await db.scalars(select(Post).where(Post.status != BINNED).order_by(Post.id))).all()
    tags = _numbered(tag for post in posts for tag in post.tags)
    authors = _numbered(author for post in posts for author in post.authors)
    data = {
        "posts": [await _post(post, site) for post in posts],
        "tags": [{"id": id, "name": tag, "slug": in_address(tag)} for tag, id in tags.items()],
        "users": [_user(name, id) for name, id in authors.items()],
        "posts_tags": list(_pairs(posts, "tag_id", tags, "tags")),
        "posts_authors": list(_pairs(posts, "author_id", authors, "authors")),
        "settings": [_menu(SETTINGS[menu], ways, site) for menu, ways in (await menus(db)).items()],
    }
    return {"db": [{"meta": {"exported_on": _milliseconds(now()), "version": VERSION}, "data": data}]}


def in_cards(html: str) -> str:
    """Html, of which what its editor would break is put into cards that it leaves alone."""
    return "\n".join(block if tag in KNOWN else CARD.format(block) for tag, block in _Blocks(html).found)


async def _post(post: Post, site: Site) -> dict[str, Any]:
    html = post.body if post.format == "html" else await read_abroad(post.body, f"{site.url}/")
    status = {PUBLISHED: "published", SCHEDULED: "scheduled"}.get(post.status, DRAFT)
    when = post.due or post.published
    return {
        "id": post.id,
        "title": post.title,
        "slug": post.slug,
        "html": in_cards(html),
        "type": post.kind,
        "status": status,
        "visibility": post.visibility,
        "featured": int(post.featured),
        "custom_excerpt": post.excerpt or None,
        "canonical_url": post.canonical or None,
        "feature_image": f"{site.url}{post.cover}" if post.cover.startswith("/") else None,
        "created_at": _exact(post.published or post.updated),
        "updated_at": _exact(post.updated),
        "published_at": _exact(when) if when else None,
    }


def _menu(key: str, ways: Sequence[Way], site: Site) -> dict[str, Any]:
    """Flat, as its menus are: what is inside an item follows it."""
    there = [{"label": way.label, "url": urljoin(f"{site.url}/", way.target)} for way in ways if not way.missing]
    return {"key": key, "value": json.dumps(there, ensure_ascii=False)}


def _user(name: str, id: int) -> dict[str, Any]:
    """Nobody's mail address leaves, and none that could be somebody's (RFC 2606): whoever imports it gives theirs."""
    return {"id": id, "name": name, "slug": in_address(name), "email": f"author-{id}@example.invalid"}


def _pairs(posts: Sequence[Post], column: str, ids: dict[str, int], names: str) -> Iterator[dict[str, Any]]:
    for post in posts:
        for at, name in enumerate(getattr(post, names)):
            yield {"post_id": post.id, column: ids[name], "sort_order": at}


def _numbered(names: Any) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names), 1)}


def _exact(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)


class _Blocks(HTMLParser):
    """Sanitised html, by what stands at its top."""

    EMPTY = {"hr", "br", "img", "input"}

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[str, str]] = []
        self._html, self._depth, self._tag, self._begin = html, 0, "", 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self.feed(html)
        self.close()
        self._keep(len(html))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if not self._depth:
            self._keep(self._at())
            self._tag, self._begin = tag, self._at()
        self._depth += tag not in self.EMPTY

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in self.EMPTY
        if not self._depth:
            self._keep(self._html.index(">", self._at()) + 1)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _keep(self, end: int) -> None:
        if block := self._html[self._begin : end].strip():
            self.found.append((self._tag, block))
        self._tag, self._begin = "", end
