"""A post that came as html is turned into Markdown, once somebody has seen what that changes."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View


@get("/blog/convert-post/{id:int}")
async def convert_post(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    found = await blog.post(db, id)
    return await _convert_post(db, view, found, Form({"version": str(found.version)}))


@post("/blog/convert-post/{id:int}")
async def change_format(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """Twice is once."""
    me, form, found = view.editor(), Form(data), await blog.post(db, id)
    if found.format == blog.MARKDOWN:
        return view.see(f"/blog/edit-post/{id}")
    with form.refusals():
        made = await blog.converted(found)
        await blog.convert_post(db, id, form.text("version"), made, by=me.name)
        return view.see(f"/blog/edit-post/{id}", "converted")
    return await _convert_post(db, view, found, form, 422)


async def _convert_post(db: AsyncSession, view: View, found: blog.Post, form: Form, status: int = 200) -> Response[str]:
    """Before and after, and what is lost between them; where it cannot be, the reason alone."""
    made = None
    with form.refusals():
        made = await blog.converted(found)
    return await view.render(
        "blog/_convert_post.html",
        title=view.text(say("Turn into Markdown: {title}")).format(title=found.title),
        layout="desk.html",
        status=status,
        form=form,
        post=found,
        made=made,
        goes_there=await blog.ghost.goes_there(db, found.id),
        before=Markup(await blog.read_html(found.body)),  # noqa: S704 - sanitised html
        after=Markup(made.html) if made else "",  # noqa: S704 - sanitised prose
    )


ROUTES = [convert_post, change_format]
