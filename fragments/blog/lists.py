"""The news, all of it or what is chosen: by a tag, by whoever wrote it."""

import re

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from domains import blog
from domains.errors import say
from fragments.view import Db, Page, View

from .meta import of_list


@get("/blog/news")
async def news(db: Db, view: Page, page: FromQuery[str] = "") -> Response[str]:
    title, listing = view.text(say("News")), await blog.news(db, number(page))
    meta = of_list(view, "/blog/news", title, listing)
    return await view.render("blog/_news.html", title=title, meta=meta, listing=listing)


@get("/blog/tag/{tag:str}")
async def tag(db: Db, view: Page, tag: FromPath[str], page: FromQuery[str] = "") -> Response[str]:
    return await _list(db, view, await blog.chosen(db, "tag", tag), page)


@get("/blog/author/{author:str}")
async def author(db: Db, view: Page, author: FromPath[str], page: FromQuery[str] = "") -> Response[str]:
    return await _list(db, view, await blog.chosen(db, "author", author), page, "profile")


async def _list(db: Db, view: View, of: blog.Chosen, page: str, kind: str = "website") -> Response[str]:
    listing = await blog.news(db, number(page), of=of)
    meta = of_list(view, of.path, of.name, listing, kind)
    return await view.render(f"blog/_{of.kind}.html", title=of.name, meta=meta, listing=listing, of=of)


def number(page: str) -> int:
    """The first page for whatever is no number."""
    return int(page) if re.fullmatch(r"[1-9]\d{0,5}", page, re.ASCII) else 1


ROUTES = [news, tag, author]
