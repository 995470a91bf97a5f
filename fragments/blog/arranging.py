"""The page on which stewards arrange the two menus."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import Invalid, say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .menus import at_first, foot
from .targets import targets

MENUS = {blog.MAIN: say("Over each page"), blog.FOOT: say("At the foot of each page")}
HIDDEN = {
    blog.GONE: say("Hidden: there is no such page"),
    blog.BINNED: say("Hidden: it is in the bin"),
    "draft": say("Hidden: it is a draft"),
    "scheduled": say("Hidden until it is published"),
}
"""Why visitors do not see an item."""


@dataclass(frozen=True, slots=True)
class Line:
    """An item, as it is arranged."""

    way: blog.Way
    form: Form | None
    """Of the one that is being changed."""
    ways: Sequence[str]
    """Where it can go."""
    focus: str
    """Its control that has the focus, of whatever was just moved."""
    inside: "list[Line]" = field(default_factory=list)


@get("/blog/menu")
async def menu(db: Db, view: Page, item: FromQuery[str] = "") -> Response[str]:
    """`item`: the one to be changed."""
    view.steward()
    return await _menu(db, view, changed=int(item) if re.fullmatch(r"\d{1,18}", item, re.ASCII) else 0)


@post("/blog/menu")
async def add_menu_item(db: Db, view: Page, data: Typed) -> Response[Any]:
    """What stood there at first is kept with the first one that is added."""
    view.steward()
    form = Form(data)
    with form.refusals():
        to = form.text("menu") or blog.MAIN
        if to == blog.MAIN and not await blog.navigation(db):
            for way in at_first(view):
                await blog.add_menu_item(db, way.label, way.target)
        await blog.add_menu_item(db, form.text("label"), _target(form), menu=to)
        return view.see("/blog/menu", "navigation")
    await db.rollback()
    return await _menu(db, view, form, status=422)


@post("/blog/menu-items/{id:int}")
async def change_menu_item(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """`way` is one of blog.WAYS, `before 7` or `after 7`, `save` or `remove`."""
    view.steward()
    form = Form(data, id=f"item-{id}")
    with form.refusals():
        await _change(db, form, id)
        if view.wants_fragment:
            return await _menu(db, view, moved=id, way=form.text("way"))
        return view.see("/blog/menu" if form.text("way") == "remove" else f"/blog/menu#menu-item-{id}", "navigation")
    await db.rollback()
    return await _menu(db, view, refused=form, changed=id, status=422)


async def _change(db: AsyncSession, form: Form, id: int) -> None:
    """Raises NotFound, Invalid."""
    match form.text("way").split():
        case ["save"]:
            await blog.edit_menu_item(db, id, form.text("label"), _target(form), menu=form.text("menu"))
        case ["remove"]:
            await blog.remove_menu_item(db, id)
        case [where, other] if other.isdecimal():
            await blog.place_menu_item(db, id, where, int(other[:18]))
        case _:
            await blog.move_menu_item(db, id, form.text("way"))


def _target(form: Form) -> str:
    """What was chosen, or what was written. Raises Invalid where it is both."""
    if form.text("target") and form.text("address"):
        raise Invalid(address=say("Choose from the list or write an address, not both."))
    return form.text("target") or form.text("address")


async def _menu(
    db: AsyncSession,
    view: View,
    form: Form | None = None,
    *,
    changed: int = 0,
    refused: Form | None = None,
    moved: int = 0,
    way: str = "",
    status: int = 200,
) -> Response[str]:
    """`form`: of one more; `changed`: whose form is open, as it was `refused`; `moved` some `way`: what was done."""
    groups = await targets(view)
    known = {target for _, choices in groups for target, _ in choices}
    menus = await blog.menus(db)
    forms = {
        one.id: _sorted_out(refused or _filled(one, menu), known)
        for menu, ways in menus.items()
        for one in ways
        if one.id == changed
    }
    return await view.render(
        "blog/_menu.html",
        title=view.text(say("Navigation")),
        layout="desk.html",
        status=status,
        also=[foot] if way else (),
        form=_sorted_out(form or Form({"menu": blog.MAIN}), known),
        lines={menu: _lines(ways, forms, moved, way) for menu, ways in menus.items()},
        at_first=at_first(view),
        menus={menu: view.text(name) for menu, name in MENUS.items()},
        hidden=HIDDEN,
        targets=groups,
        told=_told(view, menus, moved) if way else "",
    )


def _filled(way: blog.Way, menu: str) -> Form:
    return Form({"label": way.label, "target": way.target, "menu": menu}, id=f"item-{way.id}")


def _sorted_out(form: Form, known: Collection[str]) -> Form:
    """Where it leads stands in the list if it is there, else as an address; so does what is wrong with it."""
    target, address = form.text("target"), form.text("address")
    if target and target not in known:
        target, address = "", target
    made = Form({**form.typed, "target": target, "address": address}, id=form.id)
    made.wrong = {"address" if name == "target" and address else name: why for name, why in form.wrong.items()}
    return made


def _lines(found: Sequence[blog.Way], forms: Mapping[int, Form], moved: int, deed: str) -> list[Line]:
    """Those that are inside none, with what is inside them."""
    lines = {}
    for way in found:
        ways = _possible(found, way)
        lines[way.id] = Line(way, forms.get(way.id), ways, _focus(ways, deed) if way.id == moved else "")
        if way.parent:
            lines[way.parent].inside.append(lines[way.id])
    return [line for line in lines.values() if not line.way.parent]


def _possible(found: Sequence[blog.Way], way: blog.Way) -> list[str]:
    beside = [one.id for one in found if one.parent == way.parent]
    at, is_inner = beside.index(way.id), way.parent is not None
    can = {"up": at > 0, "down": at + 1 < len(beside), "in": at > 0 and not is_inner, "out": is_inner}
    return [way for way in blog.WAYS if can[way]]


def _focus(ways: Sequence[str], deed: str) -> str:
    if deed in blog.WAYS and ways:
        return deed if deed in ways else ways[0]
    return "edit"


def _told(view: View, menus: Mapping[str, Sequence[blog.Way]], moved: int) -> str:
    """Where it is now."""
    for menu, ways in menus.items():
        for way in (one for one in ways if one.id == moved):
            beside = [one.id for one in ways if one.parent == way.parent]
            outer = next((one.label for one in ways if one.id == way.parent), "")
            place = view.text(say("inside {outer}")).format(outer=outer) if outer else view.text(MENUS[menu]).lower()
            said = say("{label} is number {number} of {count}, {place}.")
            number = beside.index(moved) + 1
            return view.text(said).format(label=way.label, number=number, count=len(beside), place=place)
    return view.text(say("Removed. It leads nowhere from here any more."))


ROUTES = [menu, add_menu_item, change_menu_item]
