"""What search engines are told: where not to go, and what there is."""

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog, events, market
from domains.values import in_address
from fragments.view import Db, Page

from . import xml
from .xml import add

REFUSED = (
    "/account/joining/",
    "/account/sign-in-link/",
    "/blog/draft/",
    "/cart/",
    "/events/ticket/",
    "/events/wanted-ticket/",
    "/flows/",
    "/setup/",
    "/steward/",
)
"""What is somebody's own, or is shown to whoever has the link."""
MOST = 50_000
"""Addresses in one file."""
LISTS = ("tag", "author")
ALWAYS = ("/", "/blog/news", "/market/goods", "/events/calendar")


@get("/robots.txt")
async def robots(view: Page) -> Response[Any]:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in REFUSED), "", f"Sitemap: {view.site.url}/sitemap.xml"]
    return view.document("\n".join(lines) + "\n", "text/plain")


@get("/sitemap.xml")
async def sitemap(db: Db, view: Page) -> Response[Any]:
    """As sitemaps.org has it; `lastmod` of what says when it was changed."""
    root = Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for path, changed in (await _pages(db))[:MOST]:
        url = add(SubElement(root, "url"), "loc", f"{view.site.url}{path}")
        if changed:
            add(url, "lastmod", changed.isoformat(timespec="seconds"))
    return view.document(xml.written(root), "application/xml")


async def _pages(db: AsyncSession) -> list[tuple[str, datetime | None]]:
    """What everybody may read, each once."""
    posts = {f"/{post.slug}": post.updated for post in await blog.published(db)}
    lists = [f"/blog/{kind}/{in_address(name)}" for kind in LISTS for name in await blog.names_of(db, kind)]
    goods = [f"/market/product/{id}" for id in await market.offered(db)]
    entries = [f"/events/entry/{id}" for id in await events.everybodys(db)]
    return list((dict.fromkeys(ALWAYS) | posts | dict.fromkeys([*lists, *goods, *entries])).items())


ROUTES = [robots, sitemap]
