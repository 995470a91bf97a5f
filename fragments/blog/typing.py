"""While a post is typed: how it will look, and what is kept of it before it is saved."""

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from litestar import Response, post
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import NotFound, say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View
from fragments.widgets import expanded

LARGEST = 3 * 2**20
"""Bytes of a form: as many letters as a post may have, each of which may be sent as twelve."""
SAYS_NOTHING = frozenset(("key", "post", "version", "kind", "visibility", "status"))
"""Fields that are there before anybody types."""


@post("/blog/previews", request_max_body_size=LARGEST, opt={"reads": True})
async def preview(view: Page, data: Typed) -> Response[str]:
    """Nothing is kept of it."""
    view.editor()
    form = Form(data)
    about: dict[str, Any] = {"title": view.text(say("Preview")), "layout": "desk.html"}
    about["parts"] = await previewed(view, form)
    if form.wrong:
        about |= {"status": 422, "unread": form.wrong["body"]}
    return await view.render("blog/preview.html", **about)


@post("/blog/unsaved", request_max_body_size=LARGEST)
async def keep(db: Db, view: Page, data: Typed) -> Response[Any]:
    """What a form holds just now, for whoever types in it; what says no more than its post does is not kept."""
    me, form = view.editor(), Form(data)
    words, found = {**form.typed, "key": key_of(form)}, await _of(db, form)
    about: dict[str, Any] = {"title": view.text(say("Kept")), "layout": "desk.html"}
    with form.refusals():
        if _says_more(view, form, found):
            at = await blog.keep_unsaved(db, me.id, words["key"], found.id if found else 0, words)
            about["kept"] = view.local(at)
        else:
            await blog.forget_unsaved(db, me.id, words["key"])
    if form.wrong:
        about |= {"status": 422, "full": form.wrong[""]}
    return await view.render("blog/kept.html", **about)


def filled(view: View, found: blog.Post) -> dict[str, str]:
    """As it would be typed."""
    kept = ("kind", "title", "slug", "excerpt", "cover", "canonical", "visibility")
    typed = {name: getattr(found, name) for name in kept}
    typed |= {} if found.format == blog.HTML else {"body": found.body}
    typed |= {"tags": ", ".join(found.tags), "authors": ", ".join(found.authors)}
    typed |= {"version": str(found.version), "featured": "yes" if found.featured else ""}
    typed |= {"day": "", "time": ""}
    if found.due:
        due = view.local(found.due)
        typed |= {"day": due.date().isoformat(), "time": f"{due:%H:%M}"}
    return typed


def fitted(view: View, typed: Mapping[str, str], found: blog.Post) -> dict[str, str]:
    """What was typed, as the form of what it is now holds it.

    A field that was not sent is as it is kept, for it was not in sight; but not a box that is not ticked, nor a version
    that nobody says. Markdown stands `aside` while the post is html, and comes back when it is not.
    """
    fits = {**filled(view, found), "featured": "", "version": "", **typed}
    if found.format == blog.HTML and "body" in typed:
        fits["aside"] = fits.pop("body")
    elif found.format != blog.HTML and "aside" in typed:
        aside = fits.pop("aside")
        fits["body"] = typed.get("body", aside)
    return fits


async def previewed(view: View, form: Form, found: blog.Post | None = None) -> list[Markup]:
    """What is typed, or html as it is; nothing, when the body cannot be read; `form` then says why."""
    view = replace(view, is_preview=True)
    if found and found.format == blog.HTML:
        return await expanded(view, await blog.read_prose(found.body, found.format))
    with form.refusals():
        return await expanded(view, await blog.read_prose(blog.read_body(form.text("body"))))
    return []


async def forgotten(db: AsyncSession, view: View, form: Form) -> bool:
    """Whether they ask to throw away what was typed before, under the key that `forget` says."""
    if key := form.text("forget"):
        await blog.forget_unsaved(db, view.editor().id, key)
    return bool(key)


def key_of(form: Form) -> str:
    """Its own, or a new one where it has none yet."""
    return form.text("key") or token_urlsafe(12)


async def _of(db: AsyncSession, form: Form) -> blog.Post | None:
    """The post that it is the form of; None for a new one, and for one that somebody has removed."""
    typed = form.text("post")
    is_number = typed.isascii() and typed.isdecimal() and len(typed) < 19
    try:
        return await blog.post(db, int(typed)) if is_number else None
    except NotFound:
        return None


def _says_more(view: View, form: Form, found: blog.Post | None) -> bool:
    """Than what is saved; a new one that is empty says nothing."""
    if not found:
        return any(text.strip() for name, text in form.typed.items() if name not in SAYS_NOTHING)
    saved, fits = filled(view, found), fitted(view, form.typed, found)
    return "aside" in fits or any(
        fits[name].splitlines() != text.splitlines() for name, text in saved.items() if name != "version"
    )


ROUTES = [preview, keep]
