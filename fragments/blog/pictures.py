"""The library of pictures, for whoever writes: what is there, where it is used, and bringing more."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog
from domains.errors import say
from fragments.forms import Form
from fragments.uploads import AROUND, brought
from fragments.view import Db, Page, Typed, View

from .lists import number

MOST, WITHIN = 200, timedelta(hours=1)
"""Each costs a second of the machine's time."""


@get("/blog/media")
async def media(db: Db, view: Page, page: FromQuery[str] = "") -> Response[str]:
    view.editor()
    return await _media(db, view, Form(), number(page))


@post("/blog/media", request_max_body_size=blog.LARGEST + AROUND, opt={"files": True})
async def add_picture(db: Db, view: Page) -> Response[Any]:
    me = view.editor()
    await account.count_try(db, "pictures", MOST, WITHIN)
    await db.commit()  # the try counts, and nobody waits to write while a picture comes and is made smaller
    form, file = await brought(view.request)
    with form.refusals():
        picture = await blog.read_picture(file, form.text("alt"))
        kept = await blog.keep_picture(db, picture, most=view.room, by=me.name)
        return view.see(f"/blog/picture/{kept.id}", "picture")
    return await _media(db, view, form, status=422)


@get("/blog/picture/{id:int}")
async def picture(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    found = await blog.picture(db, id)
    return await _picture(db, view, found, Form({"alt": found.alt}))


@post("/blog/picture/{id:int}")
async def change_picture(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """Its words are changed, or it is removed."""
    view.editor()
    form = Form(data)
    with form.refusals():
        if form.text("way") == "out":
            await blog.remove_picture(db, id)
            return view.see("/blog/media", "picture-removed")
        await blog.describe_picture(db, id, form.text("alt"))
        return view.see(f"/blog/picture/{id}", "saved")
    return await _picture(db, view, await blog.picture(db, id), form, status=422)


async def _media(db: AsyncSession, view: View, form: Form, page: int = 1, status: int = 200) -> Response[str]:
    listed = await blog.pictures(db, page)
    return await view.render(
        "blog/_media.html",
        title=view.text(say("Pictures")),
        layout="desk.html",
        status=status,
        form=form,
        listed=listed,
        uses=await blog.uses(db, [each.id for each in listed.pictures]),
        used=await blog.used(db),
    )


async def _picture(db: AsyncSession, view: View, found: blog.Picture, form: Form, status: int = 200) -> Response[str]:
    return await view.render(
        "blog/_picture.html",
        title=view.text(say("Picture: {alt}")).format(alt=found.alt),
        layout="desk.html",
        status=status,
        form=form,
        picture=found,
        uses=(await blog.uses(db, [found.id])).get(found.id, ()),
    )


ROUTES = [media, add_picture, picture, change_picture]
