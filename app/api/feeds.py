"""The news for whoever follows it with a reader: all of it, or of one tag or author. It is the same for everyone."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from domains import blog
from domains.errors import say
from fragments.meta import ATOM, RSS
from fragments.view import Db, Page, View

from . import atom, rss
from .feed import Feed, Item


@get(["/blog/feed.atom", "/blog/tag/{tag:str}/feed.atom", "/blog/author/{author:str}/feed.atom"])
async def as_atom(db: Db, view: Page, tag: FromPath[str] = "", author: FromPath[str] = "") -> Response[Any]:
    return view.document(atom.written(await _feed(db, view, tag, author)), ATOM)


@get(["/blog/feed.rss", "/blog/tag/{tag:str}/feed.rss", "/blog/author/{author:str}/feed.rss"])
async def as_rss(db: Db, view: Page, tag: FromPath[str] = "", author: FromPath[str] = "") -> Response[Any]:
    return view.document(rss.written(await _feed(db, view, tag, author)), RSS)


async def _feed(db: Db, view: View, tag: str, author: str) -> Feed:
    """Raises NotFound."""
    of = await blog.chosen(db, "tag" if tag else "author", tag or author) if tag or author else None
    posts = await blog.feed(db, of)
    title = f"{view.site.name}: {of.name if of else view.text(say('News'))}"
    page = f"{view.site.url}{of.path if of else '/blog/news'}"
    address = f"{view.site.url}{view.request.url.path}"
    updated = max((post.updated for post in posts), default=view.now)
    items = [await _item(view, post) for post in posts]
    return Feed(address, page, title, view.site.motto, view.site.name, view.site.language, updated, items)


async def _item(view: View, post: blog.Post) -> Item:
    """Of what is for members: nothing but its title and its summary."""
    address, id = f"{view.site.url}/{post.slug}", f"{view.site.url}/federation/post/{post.id}"
    html = await blog.read_abroad(post.body, address, post.format) if post.visibility == "public" else ""
    published = post.published or post.updated
    return Item(id, address, post.title, post.authors, post.topics, post.excerpt, html, published, post.updated)


ROUTES = [as_atom, as_rss]
