"""The navigation, and the page on which stewards arrange it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

AT_FIRST = (
    (say("Market"), "/market/goods"),
    (say("Calendar"), "/events/calendar"),
    (say("News"), "/blog/news"),
)
"""What stands there until a steward adds something."""


@dataclass(frozen=True, slots=True)
class Way:
    label: str
    href: str
    current: str
    """`page`, `true` for the room that the page is in, or empty."""


@get("/blog/navigation")
async def navigation(db: Db, view: Page) -> Response[str]:
    items = [(item.label, item.target) for item in await blog.navigation(db)] or _at_first(view)
    here = _current([href for _, href in items], view.path)
    ways = [Way(label, href, here.get(href, "")) for label, href in items]
    return await view.render("blog/_navigation.html", title=view.text(say("Navigation")), ways=ways)


@get("/blog/menu")
async def menu(db: Db, view: Page) -> Response[str]:
    view.steward()
    return await _menu(db, view, Form())


@post("/blog/menu")
async def add_menu_item(db: Db, view: Page, data: Typed) -> Response[Any]:
    """What stood there at first is kept with the first one that is added."""
    view.steward()
    form = Form(data)
    with form.refusals():
        for label, target in () if await blog.navigation(db) else _at_first(view):
            await blog.add_menu_item(db, label, target)
        await blog.add_menu_item(db, form.text("label"), form.text("target"))
        return view.see("/blog/menu", "navigation")
    await db.rollback()
    return await _menu(db, view, form, 422)


@post("/blog/menu-items/{id:int}")
async def change_menu_item(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """`way` is up, down or out."""
    view.steward()
    form = Form(data)
    with form.refusals():
        if form.text("way") == "out":
            await blog.remove_menu_item(db, id)
        else:
            await blog.move_menu_item(db, id, form.text("way"))
        if view.wants_fragment:
            return await _menu(db, view, Form(), moved=id, way=form.text("way"))
        return view.see("/blog/menu", "navigation")
    return await _menu(db, view, form, 422)


async def _menu(
    db: AsyncSession, view: View, form: Form, status: int = 200, moved: int = 0, way: str = ""
) -> Response[str]:
    return await view.render(
        "blog/_menu.html",
        title=view.text(say("Navigation")),
        layout="desk.html",
        status=status,
        form=form,
        items=await blog.navigation(db),
        at_first=_at_first(view),
        moved=moved,
        way=way,
    )


def _at_first(view: View) -> list[tuple[str, str]]:
    return [(view.text(label), target) for label, target in AT_FIRST]


def _current(targets: Sequence[str], path: str) -> dict[str, str]:
    """The page itself; else the first that leads into the same room."""
    if path in targets:
        return {path: "page"}
    room = path.split("/")[1]
    inside = [target for target in targets if room and target.startswith(f"/{room}/")]
    return {target: "true" for target in inside[:1]}


ROUTES = [navigation, menu, add_menu_item, change_menu_item]
