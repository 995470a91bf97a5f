"""Commands of the navigation."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.check import Check
from domains.errors import NotFound, say

from .models import MenuItem

MOST = 12
PATH = re.compile(r"/(?!/)[^\s\\]*")


async def add_menu_item(db: AsyncSession, label: str, target: str) -> MenuItem:
    """At the end. Raises Invalid."""
    there = await _items(db)
    check = Check()
    label = check.line("label", label, say("Say what it is called."), most=40)
    target = _target(check, target)
    if len(there) >= MOST:
        check.refuse("label", say("Twelve are enough to choose from. Remove one first."))
    check.done()
    item = MenuItem(label=label, target=target, position=len(there))
    db.add(item)
    await db.flush()
    await _tell(db, "Add", item)
    return item


async def remove_menu_item(db: AsyncSession, id: int) -> None:
    """Raises NotFound."""
    there = await _items(db)
    item = _item(there, id)
    there.remove(item)
    await db.delete(item)
    await _arrange(db, there)
    await _tell(db, "Remove", item)


async def move_menu_item(db: AsyncSession, id: int, way: str) -> None:
    """`way` is up or down; whatever is at that end already stays there. Raises NotFound, Invalid."""
    check = Check()
    step = -1 if check.one_of("way", way, ("up", "down")) == "up" else 1
    check.done()
    there = await _items(db)
    item = _item(there, id)
    at = min(max(there.index(item) + step, 0), len(there) - 1)
    there.remove(item)
    there.insert(at, item)
    await _arrange(db, there)
    await _tell(db, "Update", item)


async def _items(db: AsyncSession) -> list[MenuItem]:
    return list(await db.scalars(select(MenuItem).order_by(MenuItem.position, MenuItem.id)))


def _target(check: Check, typed: str) -> str:
    if typed.strip().startswith("/"):
        target = check.line("target", typed, most=2000)
        if target and not PATH.fullmatch(target):
            check.refuse("target", say("Write a path like /about, or a whole address like https://example.org."))
        return target
    if typed.strip() and "://" not in typed:
        check.refuse("target", say("Write a path like /about, or a whole address like https://example.org."))
    return check.web_address("target", typed, say("Write a path like /about, or a whole address."))


def _item(there: Sequence[MenuItem], id: int) -> MenuItem:
    """Raises NotFound."""
    for item in there:
        if item.id == id:
            return item
    raise NotFound(f"no menu item {id}")


async def _arrange(db: AsyncSession, there: Sequence[MenuItem]) -> None:
    for position, item in enumerate(there):
        item.position = position
    await db.flush()


async def _tell(db: AsyncSession, type: str, item: MenuItem) -> None:
    object = {"label": item.label, "target": item.target}
    await record(db, Activity(type=type, kind="blog.menu_item", ref=item.id, object=object))
