"""How the co-op's pages look: stewards choose, and see the page printed so before it is kept."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog
from domains import look as looks
from domains.errors import Invalid, say
from fragments.blog.pictures import MOST, WITHIN
from fragments.forms import Form
from fragments.uploads import AROUND, brought
from fragments.view import Db, Page, View

FONTS = (
    ("besley", say("Besley and Source Sans"), say("As handbills were set.")),
    ("source", say("Source Sans alone"), say("Plain, for long lists.")),
    ("system", say("What each machine has"), say("Nothing to load, so the first page comes soonest.")),
)
CORNERS = (("square", say("Square")), ("little", say("A little round")), ("round", say("Round")))
STANDS = (("beside", say("Beside the name")), ("instead", say("Instead of the name")))
KEPT, LOGO = "kept", "logo"
"""Instead of a picture: the mark that is there, and for an icon, the logo."""
ICONS = (("", say("The house’s own")), (LOGO, say("Made of the logo")))
TYPED = ("hue", "font", "corner", "stands")
PICTURES = 50
"""As many may be chosen from."""
Marks = Sequence[looks.Mark] | None


@get("/steward/look")
async def look(view: Page) -> Response[str]:
    view.steward()
    is_there = {"logo": KEPT if view.site.logo else "", "icon": KEPT if view.site.icon else LOGO}
    return await _look(view, Form({name: str(getattr(view.site, name)) for name in TYPED} | is_there))


@post("/steward/look", request_max_body_size=blog.LARGEST + AROUND, opt={"files": True})
async def dress(db: Db, view: Page) -> Response[Any]:
    """`then` is look: nothing but a picture that was brought is kept, and the page is printed so."""
    me = view.steward()
    await db.rollback()  # nobody waits to write while a picture comes and is drawn
    form, files = await brought(view.request)
    with form.refusals():
        chosen = looks.Look(**{name: form.text(name) for name in TYPED})
        looks.checked(chosen)
        picture = await _read(db, view, files[0].data) if files and files[0].data else None
        if picture:
            form = Form({**form.typed, "logo": str(picture.made.address)})
        logo, icons = await _marks(db, view, form, picture)
        if picture:  # whatever becomes of the form, it is still there
            await blog.keep_picture(db, picture, most=view.room, by=me.name)
        if form.text("then") == "look":
            return await _look(_printed(view, form), form)
        await looks.dress(db, chosen, logo, icons)
        return view.see("/steward/look", "look")
    await db.rollback()
    return await _look(view, form, status=422)


async def _read(db: AsyncSession, view: View, file: bytes) -> blog.Brought:
    """Raises Invalid."""
    await account.count_try(db, "pictures", MOST, WITHIN)
    await db.commit()
    return await blog.read_picture(file, view.text(say("Logo of {name}")).format(name=view.site.name))


async def _marks(db: AsyncSession, view: View, form: Form, picture: blog.Brought | None) -> tuple[Marks, Marks]:
    """The logo and the icons: None for what stays, none for what goes. Raises Invalid."""
    typed, icon = form.text("logo"), form.text("icon")
    logo = await _source(db, view, "logo", typed, picture)
    other = logo if icon in (KEPT, LOGO) else await _source(db, view, "icon", icon, picture)
    await db.rollback()
    drawn = looks.marks([await blog.draw_logo(logo)], "webp") if logo and typed != KEPT else []
    icons = looks.marks(await blog.draw_icons(other), "png") if other and icon != KEPT else []
    return None if typed == KEPT else drawn, None if icon == KEPT else icons


async def _source(db: AsyncSession, view: View, field: str, typed: str, picture: blog.Brought | None) -> bytes:
    """Of what was chosen; empty for none. Raises Invalid."""
    if picture and typed == str(picture.made.address):
        return picture.made.files[-1].data
    if typed == KEPT:
        return await looks.mark(db, view.site.logo.removeprefix(looks.MARKS)) if view.site.logo else b""
    if not typed:
        return b""
    if (named := blog.address(typed)) and (found := await blog.picture_at(db, named)):
        return await blog.file_at(db, found.address)
    raise Invalid(**{field: say("Choose one of these.")})


def _printed(view: View, form: Form) -> View:
    """As it was chosen; nothing of it is kept."""
    logo = view.site.logo if form.text("logo") == KEPT else form.text("logo")
    chosen: dict[str, Any] = {name: form.text(name) for name in ("font", "corner", "stands")}
    return replace(view, site=replace(view.site, hue=int(form.text("hue")), logo=logo, **chosen))


async def _look(view: View, form: Form, status: int = 200) -> Response[str]:
    pictures = [
        (str(each.address), view.text(say("Picture: {alt}")).format(alt=each.alt))
        for each in (await blog.pictures(view.db, size=PICTURES)).pictures
    ]
    kept = [(KEPT, view.text(say("The one that is there")))]
    return await view.render(
        "steward/_look.html",
        title=view.text(say("Look")),
        layout="desk.html",
        status=status,
        form=form,
        fonts=[(font, view.text(name), view.text(why)) for font, name, why in FONTS],
        corners=_said(view, CORNERS),
        stands=_said(view, STANDS),
        logos=[("", view.text(say("None"))), *(kept if view.site.logo else ()), *pictures],
        icons=[*_said(view, ICONS), *(kept if view.site.icon else ()), *pictures],
    )


def _said(view: View, options: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(value, view.text(name)) for value, name in options]


ROUTES = [look, dress]
