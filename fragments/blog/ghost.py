"""For stewards: the Ghost that the blog keeps in step with, how far it is, and what is not the same here and there."""

import re
import secrets
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains import site as sites
from domains.errors import Conflict, NotFound, say
from flows import ghost as story
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View
from fragments.widgets import expanded

WISHES = ("writes_back", "mirrors_menus")


@get("/blog/ghost")
async def ghost(db: Db, view: Page) -> Response[str]:
    view.steward()
    linked = await blog.ghost.ghost(db)
    kept = ("address", *WISHES)
    typed = {name: str(getattr(linked, name) or "") for name in kept} if linked else {"mirrors_menus": "yes"}
    return await _ghost(db, view, Form(typed))


@post("/blog/ghost")
async def change_ghost(db: Db, view: Page, data: Typed) -> Response[Any]:
    """`deed`: link (to another, or with another key), wish, ask, bin (what is missing there), or unlink."""
    view.steward()
    form, wishes = Form(data), blog.ghost.Wishes(*(bool(data.get(name)) for name in WISHES))
    with form.refusals():
        match form.text("deed"):
            case "unlink":
                await blog.ghost.unlink(db)
                await sites.drop_key(db, blog.ghost.ADMIN_KEY)
                return view.see("/blog/ghost", "unlinked")
            case "wish":
                await blog.ghost.wish(db, wishes)
                await _ask(db, view)
                return view.see("/blog/ghost", "saved")
            case "ask":
                await _ask(db, view)
                return view.see("/blog/ghost", "asked")
            case "bin":
                await _ask(db, view, blog.ghost.GONE)
                return view.see("/blog/ghost", "asked")
        await _link(db, view, form.text("address"), form.text("admin_key"), wishes)
        return view.see("/blog/ghost", "linked")
    return await _ghost(db, view, form, 422)


@get("/blog/ghost-post/{id:int}")
async def ghost_post(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    """One that is not the same here and there, beside what is there."""
    view.steward()
    return await _ghost_post(db, view, id, Form())


@post("/blog/ghost-post/{id:int}")
async def settle_ghost_post(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """`keep`: ours, or theirs; of what was `seen`: where either is another meanwhile both are shown anew."""
    me, form = view.steward(), Form(data)
    keep = form.text("keep")
    try:
        with form.refusals():
            there = await blog.ghost.decide(db, id, keep, form.text("seen"), by=me.name)
            await _ask(db, view, post=there if keep == "theirs" else "")
            return view.see("/blog/ghost", "theirs" if keep == "theirs" else "ours")
    except Conflict:
        return await _ghost_post(db, view, id, form, 409)
    return await _ghost_post(db, view, id, form, 422)


async def _ghost_post(db: AsyncSession, view: View, id: int, form: Form, status: int = 200) -> Response[str]:
    ours = await blog.post(db, id)
    beside = await blog.ghost.beside(db, id)
    return await view.render(
        "blog/_ghost_post.html",
        title=view.text(say("Here and in Ghost: {title}")).format(title=ours.title),
        layout="desk.html",
        status=status,
        form=form,
        ours=ours,
        beside=beside,
        is_stale=status == 409,
        ghost=await blog.ghost.ghost(db),
        here=await expanded(view, await blog.read_prose(ours.body, ours.format)),
        there=Markup(_nameless(await blog.read_html(beside.there.html))) if beside.there else "",  # noqa: S704 - safe
    )


def _nameless(html: str) -> str:
    """Without ids, which ours has beside it."""
    return re.sub(r' id="[^"]*"', "", html)


async def _link(db: AsyncSession, view: View, address: str, key: str, wishes: blog.ghost.Wishes) -> None:
    """Raises Invalid."""
    await db.commit()  # nobody waits to write while it is asked
    assert view.transport
    found = await blog.ghost.greet(view.transport, address, key)
    linked = await blog.ghost.link(db, found.address, found.title, wishes)
    await sites.keep_key(db, blog.ghost.ADMIN_KEY, view.keys.seal(blog.ghost.ADMIN_KEY, found.key.encode()))
    if blog.ghost.HOOK_SECRET not in await sites.keys(db):
        secret = secrets.token_urlsafe(24).encode()
        await sites.keep_key(db, blog.ghost.HOOK_SECRET, view.keys.seal(blog.ghost.HOOK_SECRET, secret))
    assert linked
    await _ask(db, view)


async def _ask(db: AsyncSession, view: View, why: str = blog.ghost.SITE, *, post: str = "") -> None:
    """`post`: the one that is to be asked for however long ago it was changed there. Raises NotFound."""
    if not await blog.ghost.ghost(db):
        raise NotFound("no Ghost")
    if post:
        hint = blog.ghost.Hint("post", post)
        await blog.ghost.take_hint(db, f"decided:{secrets.token_hex(8)}", hint, view.now)
    await story.ask_anew(db, f"asked:{secrets.token_hex(8)}", view.now.timestamp(), why)


async def _ghost(db: AsyncSession, view: View, form: Form, status: int = 200) -> Response[str]:
    linked = await blog.ghost.ghost(db)
    return await view.render(
        "blog/_ghost.html",
        title="Ghost",
        layout="desk.html",
        status=status,
        form=form,
        linked=linked,
        taken=await blog.ghost.count_taken(db),
        withheld=await blog.ghost.withheld(db),
        has_key=blog.ghost.ADMIN_KEY in await sites.keys(db),
        differing=await blog.ghost.differing(db),
        hook=f"{view.site.url}/webhooks/ghost",
    )


ROUTES = [ghost, change_ghost, ghost_post, settle_ghost_post]
