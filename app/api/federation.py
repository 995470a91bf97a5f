"""The co-op as other servers see it."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from app.accept import prefers_page
from domains import blog, federation, sample
from domains.errors import NotFound
from fragments.view import Db, Page

from .documents import document, refusal


@get("/federation/actor")
async def actor(view: Page) -> Response[Any]:
    """Whoever follows its id in a browser is shown the home page."""
    return _see("/") if prefers_page(view.request) else document(federation.actor(view.site))


@get("/federation/outbox")
async def outbox(db: Db, view: Page, page: FromQuery[str] = "") -> Response[bytes]:
    """News that is published, but for what is sample content; a page of it has a number, from 1."""
    if not page:
        return document(federation.outbox(view.site, await count_posts(db)))
    listing = await blog.news(db, _number(page), size=federation.PAGE, but=await sample.unchanged(db, "blog.post"))
    if not listing.posts or str(listing.page) != page:
        raise NotFound(f"no page {page}")
    articles = [_article(post) for post in listing.posts]
    return document(federation.outbox_page(view.site, listing.page, listing.pages, articles))


@get("/federation/post/{id:int}")
async def article(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    """A post under an id that outlives its address; in a browser it is the post itself."""
    found = await blog.post(db, id)
    if not found.is_published or found.kind != "post" or id in await sample.unchanged(db, "blog.post"):
        raise NotFound(f"no news {id}")
    said = _article(found)
    return _see(said.path) if prefers_page(view.request) else document(federation.article(view.site, said))


@get("/federation/followers")
async def followers(view: Page) -> Response[bytes]:
    return document(federation.nobody(view.site, "followers"))


@get("/federation/following")
async def following(view: Page) -> Response[bytes]:
    return document(federation.nobody(view.site, "following"))


@post("/federation/inbox", status_code=501)
async def inbox() -> Response[bytes]:
    """501 says what is true, and Mastodon takes it as final instead of trying again for days."""
    return refusal(501, "This co-op does not take messages yet.")


async def count_posts(db: AsyncSession) -> int:
    """Of news that is published, and no sample."""
    listing = await blog.news(
        db, size=1, but=await sample.unchanged(db, "blog.post")
    )  # one a page: as many pages as posts
    return listing.pages if listing.posts else 0


def _article(post: blog.Post) -> federation.Article:
    published = post.published or post.updated
    return federation.Article(post.id, post.title, post.excerpt, f"/{post.slug}", published, post.updated)


def _number(page: str) -> int:
    """Raises NotFound."""
    if not re.fullmatch(r"[1-9]\d{0,5}", page, re.ASCII):
        raise NotFound(f"no page {page}")
    return int(page)


def _see(path: str) -> Redirect:
    return Redirect(path, status_code=303, headers={"cache-control": "public, no-cache", "vary": "Accept"})


ROUTES = [actor, outbox, article, followers, following, inbox]
