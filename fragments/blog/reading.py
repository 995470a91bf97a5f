"""What everyone reads: the home page, a post."""

import re
from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import NotFound, say
from flows import mailing
from fragments import market
from fragments.view import Db, Page, View
from fragments.widgets import expanded, widgets

from .markdown import markdown
from .meta import of_post, of_site

PREVIEWED = timedelta(days=30)
"""How long a link shows a draft to whoever has it."""
TWIN = ".md"
"""The end of an address at which a post is Markdown."""
LONGEST = 90
"""Letters of a sentence that can be set as large as a heading."""


@get(["/", "/blog/home"])
async def home(view: Page) -> Response[str]:
    opening, about = _opening(view.site.about)
    shown = widgets()
    return await view.render(
        "blog/_home.html",
        title=view.site.motto or view.text(say("Home")),
        meta=of_site(view),
        opening=opening or view.text(say("Welcome to {name}")).format(name=view.site.name),
        about=about,
        has_content=bool(await view.once(blog.latest)),
        pages=await view.once(blog.pages),
        market=await view.embed(shown["products"]),
        upcoming=await view.embed(shown["calendar"]),
        latest=await view.embed(latest),
        suppliers=await view.embed(market.suppliers),
    )


@get("/blog/latest")
async def latest(view: Page) -> Response[str]:
    return await view.render("blog/_latest.html", title=view.text(say("News")), posts=await view.once(blog.latest))


@get(["/blog/post/{slug:str}", "/{slug:str}"])
async def post(db: Db, view: Page, slug: FromPath[str]) -> Response[Any]:
    """Drafts are there for editors only; one that moved leads on. `/four-leeks.md` is the twin of `/four-leeks`."""
    slug, twin = slug.removesuffix(TWIN), TWIN if slug.endswith(TWIN) else ""
    try:
        found = await blog.post_at(db, slug, drafts=view.writes)
    except NotFound:
        if there := await blog.moved(db, slug):
            return _moved(f"/{there}{twin}")
        raise
    if view.request.scope["raw_path"].endswith(b"/"):  # the framework forgets it
        return _moved(f"/{slug}{twin}")
    return await markdown(view, found, is_whole=_is_whole(view, found)) if twin else await shown(db, view, found)


@get("/blog/draft/{signed:str}")
async def draft(db: Db, view: Page, signed: FromPath[str]) -> Response[Any]:
    """What is not published yet, for whoever was given the link; then the post itself."""
    found = await blog.post(db, _post_of(view, signed))
    if found.status == blog.BINNED:
        raise NotFound(f"{found.slug} is in the bin")
    if found.is_published:
        return Redirect(f"/{found.slug}", status_code=303, headers={"cache-control": "no-store"})
    page = await shown(db, view, found, is_draft=True)
    page.headers["x-robots-tag"] = "noindex"
    return page


async def shown(db: AsyncSession, view: View, found: blog.Post, *, is_draft: bool = False) -> Response[str]:
    """To whoever may not read all of it: its title and its summary."""
    view.caching.is_personal |= is_draft  # a link ends; what is kept of it would not
    view.under = "blog" if found.kind == "post" else ""
    is_whole = is_draft or _is_whole(view, found)
    cover = await _cover(db, found.cover)
    return await view.render(
        "blog/_draft.html" if is_draft else "blog/_post.html",
        title=found.title,
        description=found.excerpt,
        meta=of_post(view, found, cover) if found.is_published else None,
        post=found,
        cover=cover,
        is_draft=is_draft,
        is_whole=is_whole,
        parts=await expanded(view, await blog.read_prose(*_words(found, is_whole))),
        draft_link=draft_link(view, found) if view.writes else "",
        **(await _mailed(db, view, found) if view.writes else {"going": None, "mailed": None}),
    )


def _moved(to: str) -> Redirect:
    return Redirect(to, status_code=301, headers={"cache-control": "public, no-cache"})


def _words(post: blog.Post, is_whole: bool) -> tuple[str, str]:
    """All of them, or those that are for everybody, and their format."""
    if is_whole:
        return post.body, post.format
    return (blog.before_members(post.body) if post.format == blog.HTML else ""), post.format


async def _cover(db: AsyncSession, name: str) -> blog.Picture | None:
    """None for a linocut, and for a picture that is gone."""
    named = blog.address(name)
    return await blog.picture_at(db, named) if named else None


def _is_whole(view: View, post: blog.Post) -> bool:
    """Whether they may read all of it."""
    return post.visibility == "public" or view.is_member


def draft_link(view: View, post: blog.Post) -> str:
    """Whoever has it reads the draft for a while; empty for what everybody reads."""
    if post.is_published or post.status == blog.BINNED:
        return ""
    until = int((view.now + PREVIEWED).timestamp())
    return f"/blog/draft/{view.keys.sign('draft', f'{post.id}:{until}')}"


def _post_of(view: View, signed: str) -> int:
    """The post. Raises NotFound for a link that nobody made, or that was made too long ago."""
    said = view.keys.unsign("draft", signed) or ":"
    post, _, until = said.partition(":")
    if not post or float(until) < view.now.timestamp():
        raise NotFound(f"no draft {signed}")
    return int(post)


async def _mailed(db: AsyncSession, view: View, found: blog.Post) -> dict[str, Any]:
    """For whoever writes: when it goes out; and on its first day, to how many it went at once."""
    going = await mailing.going(db, view.site.zone, view.now.timestamp())
    is_fresh = found.published and view.now - found.published < timedelta(days=1)
    mailed = await mailing.mailed_at_once(db, found.id) if is_fresh and found.is_published else None
    return {"going": going.get(found.id), "mailed": mailed}


def _opening(about: str) -> tuple[str, str]:
    """The first sentence, if it is short enough to open the page with, and the rest."""
    found = re.match(r"(.*?[.!?…])(?:\s+|$)(.*)", about, re.DOTALL)
    return (found[1], found[2]) if found and len(found[1]) <= LONGEST else ("", about)


ROUTES = [home, latest, draft, post]
