"""All posts and pages as a Ghost 6 imports them: whoever came from there, or came here first, can go there."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain, count
from typing import Any
from urllib.parse import urljoin

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.site import Site
from domains.values import in_address, now

from ..abroad import came_abroad, read_abroad
from ..models import BINNED, DRAFT, HTML, PUBLISHED, SCHEDULED, Post
from ..ways import Way, menus
from .blocks import in_cards
from .menu import SETTINGS
from .words import line

VERSION = "6.0.0"
MOST_EXCERPT = 300
"""Letters that it takes."""


async def leaving(db: AsyncSession, site: Site) -> dict[str, Any]:
    """A file that it imports, of the menus and of all but what is in the bin. Pictures stay here, by their whole
    addresses."""
    posts = (await db.scalars(select(Post).where(Post.status != BINNED).order_by(Post.id))).all()
    tags = _named(site, "tag", (tag for post in posts for tag in post.tags))
    authors = _named(site, "author", (author for post in posts for author in post.authors))
    data = {
        "posts": [await _post(post, site) for post in posts],
        "tags": list(tags.values()),
        "users": [_user(author) for author in authors.values()],
        "posts_tags": list(_pairs(posts, site, "tag_id", tags, "tags")),
        "posts_authors": list(_pairs(posts, site, "author_id", authors, "authors")),
        "settings": [_menu(SETTINGS[menu], ways, site) for menu, ways in (await menus(db)).items()],
    }
    return {"db": [{"meta": {"exported_on": _milliseconds(now()), "version": VERSION}, "data": data}]}


async def _post(post: Post, site: Site) -> dict[str, Any]:
    html = await (came_abroad if post.format == HTML else read_abroad)(post.body, f"{site.url}/")
    status = {PUBLISHED: "published", SCHEDULED: "scheduled"}.get(post.status, DRAFT)
    when = post.due or post.published
    return {
        "id": _id(site, "post", post.id),
        "title": post.title,
        "slug": post.slug,
        "html": in_cards(html),
        "type": post.kind,
        "status": status,
        "visibility": post.visibility,
        "featured": int(post.featured),
        "custom_excerpt": line(post.excerpt, MOST_EXCERPT) or None,
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


def _named(site: Site, kind: str, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Name -> what it is there: no two have one address, which would make them one."""
    found: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        own = in_address(name)
        slug = next(each for each in chain((own,), (f"{own}-{number}" for number in count(2))) if each not in taken)
        taken.add(slug)
        found[name] = {"id": _id(site, kind, name), "name": name, "slug": slug}
    return found


def _user(author: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody's mail address leaves, and none that could be somebody's (RFC 2606): whoever imports it gives theirs."""
    return {**author, "email": f"author-{author['id']}@example.invalid"}


def _pairs(
    posts: Sequence[Post], site: Site, column: str, named: Mapping[str, Mapping[str, Any]], names: str
) -> Iterator[dict[str, Any]]:
    for post in posts:
        for at, name in enumerate(getattr(post, names)):
            yield {"post_id": _id(site, "post", post.id), column: named[name]["id"], "sort_order": at}


def _id(site: Site, kind: str, own: int | str) -> str:
    """As long as its own are, and the same each time; no other site has it."""
    return sha256(f"{site.url} {kind} {own}".encode()).hexdigest()[:24]


def _exact(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)
