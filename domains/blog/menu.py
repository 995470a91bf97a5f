"""Commands of the two menus. An item may be inside another, and no deeper; what is inside it goes where it goes."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.check import Check
from domains.errors import NotFound, say

from .models import MAIN, MENUS, MenuItem

MOST = 24
WAYS = ("up", "down", "in", "out")
PATH = re.compile(r"/(?!/)[^\s\\]*")


async def add_menu_item(db: AsyncSession, label: str, target: str, *, menu: str = MAIN) -> MenuItem:
    """At the end, inside nothing. Raises Invalid."""
    check = Check()
    label, target = checked(check, label, target, menu)
    there = await _items(db, menu)
    if len(there) >= MOST:
        check.refuse("label", say("Twenty-four are enough to choose from. Remove one first."))
    check.done()
    item = MenuItem(label=label, target=target, menu=menu, position=len(there))
    db.add(item)
    await db.flush()
    await _tell(db, "Add", item)
    return item


async def edit_menu_item(db: AsyncSession, id: int, label: str, target: str, *, menu: str) -> MenuItem:
    """Given another menu, it goes to its end, with what is inside it. Raises NotFound, Invalid."""
    item, check = await _item(db, id), Check()
    label, target = checked(check, label, target, menu)
    check.done()
    item.label, item.target = label, target
    if menu != item.menu:
        left, there = await _items(db, item.menu), await _items(db, menu)
        block = _block(left, item)
        item.parent = None
        await _arrange(db, [one for one in left if one not in block], item.menu)
        await _arrange(db, [*there, *block], menu)
    await _tell(db, "Update", item)
    return item


async def remove_menu_item(db: AsyncSession, id: int) -> None:
    """What is inside it takes its place. Raises NotFound."""
    item = await _item(db, id)
    there = await _items(db, item.menu)
    for inner in _block(there, item)[1:]:
        inner.parent = None
    there.remove(item)
    await db.delete(item)
    await _arrange(db, there, item.menu)
    await _tell(db, "Remove", item)


async def move_menu_item(db: AsyncSession, id: int, way: str) -> None:
    """One of WAYS; `in` is into the one before it. What cannot go there stays. Raises NotFound, Invalid."""
    item, check = await _item(db, id), Check()
    check.one_of("way", way, WAYS)
    check.done()
    there = await _items(db, item.menu)
    beside = [one for one in there if one.parent == item.parent]
    at = beside.index(item)
    if way == "up" and at:
        there = _placed(there, item, beside[at - 1], "before")
    elif way == "down" and at + 1 < len(beside):
        there = _placed(there, item, beside[at + 1], "after")
    elif way == "in" and at and item.parent is None:
        for one in _block(there, item):
            one.parent = beside[at - 1].id
    elif way == "out" and item.parent is not None:
        outer = next(one for one in there if one.id == item.parent)
        there = _placed(there, item, outer, "after")
    await _arrange(db, there, item.menu)
    await _tell(db, "Update", item)


async def place_menu_item(db: AsyncSession, id: int, where: str, other: int) -> None:
    """Right `before` or `after` another, in its menu, and inside what that is inside of. Raises NotFound, Invalid."""
    item, beside, check = await _item(db, id), await _item(db, other), Check()
    check.one_of("way", where, ("before", "after"))
    check.done()
    there = await _items(db, item.menu)
    block = _block(there, item)
    if item.menu != beside.menu:
        await _arrange(db, [one for one in there if one not in block], item.menu)
        there = [*await _items(db, beside.menu), *block]
    if beside not in block:
        await _arrange(db, _placed(there, item, beside, where), beside.menu)
    await _tell(db, "Update", item)


def checked(check: Check, label: str, target: str, menu: str) -> tuple[str, str]:
    """What it is called and where it leads, as they are kept."""
    check.one_of("menu", menu, MENUS)
    return check.line("label", label, say("Say what it is called."), most=40), _target(check, target)


def _target(check: Check, typed: str) -> str:
    if typed.strip().startswith("/"):
        target = check.line("target", typed, most=2000)
        if target and not PATH.fullmatch(target):
            check.refuse("target", say("Write a path like /about, or a whole address like https://example.org."))
        return target
    if typed.strip() and "://" not in typed:
        check.refuse("target", say("Write a path like /about, or a whole address like https://example.org."))
    return check.web_address("target", typed, say("Choose where it leads, or write an address."))


async def _item(db: AsyncSession, id: int) -> MenuItem:
    """Raises NotFound."""
    if found := await db.get(MenuItem, id):
        return found
    raise NotFound(f"no menu item {id}")


async def _items(db: AsyncSession, menu: str) -> list[MenuItem]:
    asked = select(MenuItem).where(MenuItem.menu == menu).order_by(MenuItem.position, MenuItem.id)
    return list(await db.scalars(asked))


def _block(there: Sequence[MenuItem], item: MenuItem) -> list[MenuItem]:
    """It, and what is inside it."""
    return [item, *(one for one in there if one.parent == item.id)]


def _placed(there: Sequence[MenuItem], item: MenuItem, beside: MenuItem, where: str) -> list[MenuItem]:
    """In its new order; what goes inside something takes along what was inside it."""
    block = _block(there, item)
    for one in block if beside.parent else block[:1]:
        one.parent = beside.parent
    left = [one for one in there if one not in block]
    at = left.index(beside) + (len(_block(left, beside)) if where == "after" else 0)
    return [*left[:at], *block, *left[at:]]


async def _arrange(db: AsyncSession, there: Sequence[MenuItem], menu: str) -> None:
    for position, item in enumerate(there):
        item.position, item.menu = position, menu
    await db.flush()


async def _tell(db: AsyncSession, type: str, item: MenuItem) -> None:
    object = {"label": item.label, "target": item.target, "menu": item.menu}
    await record(db, Activity(type=type, kind="blog.menu_item", ref=item.id, object=object))
