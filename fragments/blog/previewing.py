"""How what is being written will look."""

from typing import Any

from litestar import Response, get, post
from markupsafe import Markup

from domains import blog
from domains.errors import say
from fragments.forms import Form
from fragments.view import Page, Typed, View
from fragments.widgets import expanded


@get("/blog/preview")
async def preview(view: Page) -> Response[str]:
    view.editor()
    return await _preview(view, level="h1")


@post("/blog/preview")
async def show_preview(view: Page, data: Typed) -> Response[Any]:
    """Keeps nothing."""
    view.editor()
    form = Form(data)
    parts = await previewed(view, form)
    return await _preview(view, parts=parts, wrong=form, status=422 if form.wrong else 200)


async def previewed(view: View, form: Form) -> list[Markup]:
    """Nothing, when the body cannot be read; the form says why."""
    with form.refusals():
        return await expanded(view, await blog.read_prose(blog.read_body(form.text("body"))))
    return []


async def _preview(view: View, *, status: int = 200, **about: Any) -> Response[str]:
    """`level`: of its heading, for it stands beside a form, or alone."""
    known: dict[str, Any] = {"title": view.text(say("Preview")), "level": "h2", "parts": (), "wrong": Form()}
    return await view.render("blog/_preview.html", layout="desk.html", status=status, **(known | about))


ROUTES = [preview, show_preview]
