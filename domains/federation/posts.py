"""What the co-op has published, as activities: each one Create of an Article, and the outbox that lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from domains.site import Site

from .documents import STREAMS, place

PUBLIC = f"{STREAMS}#Public"
PAGE = 20
"""Activities on a page of the outbox."""


@dataclass(frozen=True, slots=True)
class Article:
    """What whoever publishes it says of it; `path` is where people read it, and may change, `id` never does."""

    id: int
    title: str
    excerpt: str
    path: str
    published: datetime
    updated: datetime


def article(site: Site, said: Article) -> dict[str, Any]:
    return {"@context": STREAMS, **_object(site, said)}


def outbox(site: Site, total: int) -> dict[str, Any]:
    """Its pages hold what it lists."""
    id = place(site, "outbox")
    first: dict[str, Any] = {"first": f"{id}?page=1"} if total else {"orderedItems": []}
    return {"@context": STREAMS, "id": id, "type": "OrderedCollection", "totalItems": total} | first


def outbox_page(site: Site, page: int, pages: int, articles: Sequence[Article]) -> dict[str, Any]:
    """From 1, the newest first."""
    id = place(site, "outbox")
    ways = {"prev": page - 1, "next": page + 1}
    return {
        "@context": STREAMS,
        "id": f"{id}?page={page}",
        "type": "OrderedCollectionPage",
        "partOf": id,
        **{way: f"{id}?page={to}" for way, to in ways.items() if 1 <= to <= pages},
        "orderedItems": [_creation(site, said) for said in articles],
    }


def _creation(site: Site, said: Article) -> dict[str, Any]:
    created = _object(site, said)
    alike = {name: created[name] for name in ("published", "to", "cc")}
    return {
        "id": f"{created['id']}#created",
        "type": "Create",
        "actor": created["attributedTo"],
        **alike,
        "object": created,
    }


def _object(site: Site, said: Article) -> dict[str, Any]:
    url = f"{site.url}{said.path}"
    excerpt = f"<p>{escape(said.excerpt)}</p>" if said.excerpt else ""
    return {
        "id": place(site, f"post/{said.id}"),
        "type": "Article",
        "attributedTo": place(site, "actor"),
        "name": said.title,
        "content": f'{excerpt}<p><a href="{escape(url)}">{escape(url)}</a></p>',
        "url": url,
        "published": _moment(said.published),
        "updated": _moment(said.updated),
        "to": [PUBLIC],
        "cc": [place(site, "followers")],
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
