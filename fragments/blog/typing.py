"""While a post is typed: how it will look, and what is kept of it before it is saved."""

from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from litestar import Response, post
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View
from fragments.widgets import expanded

SAYS_NOTHING = frozenset(("key", "version", "kind", "visibility", "status"))
"""Fields that are there before anybody types."""


@post("/blog/previews", opt={"reads": True})
async def preview(view: Page, data: Typed) -> Response[str]:
    """Nothing is kept of it."""
    view.editor()
    form = Form(data)
    about: dict[str, Any] = {"title": view.text(say("Preview")), "layout": "desk.html"}
    about["parts"] = await previewed(view, form)
    if form.wrong:
        about |= {"status": 422, "unread": form.wrong["body"]}
    return await view.render("blog/preview.html", **about)


@post("/blog/unsaved")
async def keep(db: Db, view: Page, data: Typed) -> Response[Any]:
    """What a form holds just now, for whoever types in it; what says no more than its post does is not kept."""
    me, form = view.editor(), Form(data)
    words, id = {**form.typed, "key": key_of(form)}, _number(form.text("post"))
    at = None
    if await _says_more(db, view, form, id):
        at = view.local(await blog.keep_unsaved(db, me.id, words["key"], id, words))
    else:
        await blog.forget_unsaved(db, me.id, words["key"])
    return await view.render("blog/kept.html", title=view.text(say("Kept")), layout="desk.html", kept=at)


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


async def _says_more(db: AsyncSession, view: View, form: Form, id: int) -> bool:
    """Than what is saved; a new one that is empty says nothing."""
    if not id:
        return any(text.strip() for name, text in form.typed.items() if name not in SAYS_NOTHING)
    saved = filled(view, await blog.post(db, id))
    return any(form.text(name).splitlines() != text.splitlines() for name, text in saved.items() if name != "version")


def _number(typed: str) -> int:
    """Zero for what is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


ROUTES = [preview, keep]
