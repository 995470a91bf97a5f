"""The library of pictures, for whoever writes: what is there, where it is used, and bringing more."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog
from domains.errors import Invalid, say
from fragments.forms import Form
from fragments.uploads import AROUND, File, brought
from fragments.view import Db, Page, Typed, View

from .lists import number

MOST, WITHIN = 200, timedelta(hours=1)
"""Each costs a second of the machine's time."""
TOGETHER = 2
"""Of the largest, in one form."""
UNKEPT = {"cache-control": "no-store"}


@get("/blog/media")
async def media(db: Db, view: Page, page: FromQuery[str] = "") -> Response[str]:
    view.editor()
    return await _media(db, view, Form(), number(page))


@post("/blog/media", request_max_body_size=TOGETHER * blog.LARGEST + AROUND, opt={"files": True})
async def add_picture(db: Db, view: Page) -> Response[Any]:
    """One with its words; or several, which are asked for theirs when they are here."""
    me = view.editor()
    await account.count_try(db, "pictures", MOST, WITHIN)
    await db.commit()  # the try counts, and nobody waits to write while they come and are made smaller
    form, files = await brought(view.request)
    if len(files) > 1:
        await account.count_try(db, "pictures", MOST, WITHIN, len(files) - 1)
        await db.commit()
        return await _add_several(db, view, form, files)
    with form.refusals():
        picture = await blog.read_picture(files[0].data if files else b"", form.text("alt"))
        kept = await blog.keep_picture(db, picture, most=view.room, by=me.name)
        if _is_script(view):
            return Response({"line": kept.shown_as(picture.alt)}, headers=UNKEPT)
        if kept.alt == picture.alt:
            return view.see(f"/blog/picture/{kept.id}", "picture")
        return view.see(f"/blog/picture/{kept.id}?words={quote(picture.alt)}", "picture-known")
    if _is_script(view):
        said = " ".join(view.text(sentence) for sentence in form.wrong.values())
        return Response({"refused": said}, status_code=422, headers=UNKEPT)
    return await _media(db, view, form, status=422)


@get("/blog/wordless")
async def wordless(db: Db, view: Page) -> Response[str]:
    """Pictures of which nobody has said yet what is on them."""
    view.editor()
    return await _wordless(db, view, Form())


@post("/blog/wordless")
async def say_words(db: Db, view: Page, data: Typed) -> Response[Any]:
    """What is said of some is kept; the others go on being asked for."""
    view.editor()
    form, wrong = Form(data), {}
    for each in await blog.wordless(db):
        field = f"alt-{each.id}"
        try:
            await blog.describe_picture(db, each.id, form.text(field))
        except Invalid as refused:
            wrong[field] = refused.fields["alt"]
    if not wrong:
        return view.see("/blog/media", "saved")
    form.wrong = wrong
    return await _wordless(db, view, form, 200 if len(wrong) < len(data) else 422)


@get("/blog/picture/{id:int}")
async def picture(db: Db, view: Page, id: FromPath[int], words: FromQuery[str] = "") -> Response[str]:
    """`words`: others than it has, to be looked at and perhaps saved."""
    view.editor()
    found = await blog.picture(db, id)
    return await _picture(db, view, found, Form({"alt": words or found.alt}))


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


def _is_script(view: View) -> bool:
    """The editor's, which is told `{line}`, what shows a picture in a post, or `{refused}`, why there is none."""
    return view.request.headers.get("accept") == "application/json"


async def _add_several(db: AsyncSession, view: View, form: Form, files: Sequence[File]) -> Response[Any]:
    """What is refused is named, and takes nothing of the others along."""
    refused = []
    for file in files:
        try:
            picture = await blog.read_picture(file.data, None)
            await blog.keep_picture(db, picture, most=view.room, by=view.editor().name)
        except Invalid as error:
            refused.append(f"{file.name}: {view.text(error.fields['file'])}")
    if refused:
        if many := len(files) - len(refused):
            refused.append(view.text(say("The other one came in.") if many == 1 else say("The others came in.")))
        form.wrong = {"file": " ".join(refused)}
        return await _media(db, view, form, status=200 if many else 422)  # others are kept
    return view.see("/blog/wordless", "pictures")


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
        wordless=await blog.wordless(db),
    )


async def _wordless(db: AsyncSession, view: View, form: Form, status: int = 200) -> Response[str]:
    title, found = view.text(say("What is on them")), await blog.wordless(db)
    about: dict[str, Any] = {"form": form, "pictures": found}
    return await view.render("blog/_wordless.html", title=title, layout="desk.html", status=status, **about)


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


ROUTES = [media, add_picture, wordless, say_words, picture, change_picture]
