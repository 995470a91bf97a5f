"""The two menus of a Ghost, as ours: once, where the co-op has none of its own yet, or each time."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import Check
from domains.errors import Invalid, say

from ..menu import MOST, add_menu_item, checked, remove_menu_item
from ..models import FOOT, MAIN
from ..ways import navigation
from .link import ghost

SETTINGS = {MAIN: "navigation", FOOT: "secondary_navigation"}
"""What a Ghost calls them."""
LONGEST = 40
"""Letters that an item of ours is called by."""
KEPT = {
    MAIN: say("The main menu stays as it is: it has entries of its own."),
    FOOT: say("The menu at the foot stays as it is: it has entries of its own."),
}


async def take_navigation(db: AsyncSession, items: Sequence[tuple[str, str]], menu: str) -> list[str]:
    """Sentences, of what is not taken."""
    there = [(row.label, row.target) for row in await navigation(db, menu)]
    if there == list(items):
        return []
    if there and items:
        return [KEPT[menu]]
    refused = []
    for label, target in items:
        try:
            await add_menu_item(db, label, target, menu=menu)
        except Invalid:
            left_out = say("{label} is left out of the menus: {target} is no page here and no address elsewhere.")
            refused.append(left_out.format(label=label, target=target))
    return refused


async def mirror_menus(db: AsyncSession, found: Mapping[str, Sequence[tuple[str, str]]]) -> bool:
    """Whether anything was changed; nothing is where that is not wished. What leads nowhere is left out."""
    linked = await ghost(db)
    if not linked or not linked.mirrors_menus:
        return False
    return any([await _mirror(db, menu, [_ours(*item) for item in items]) for menu, items in found.items()])


async def _mirror(db: AsyncSession, menu: str, wanted: Sequence[tuple[str, str]]) -> bool:
    there = await navigation(db, menu)
    possible = [item for one in wanted if (item := _possible(*one, menu))][:MOST]
    if [(way.label, way.target) for way in there if not way.parent] == possible:
        return False
    for way in there:
        await remove_menu_item(db, way.id)
    for label, target in possible:
        await add_menu_item(db, label, target, menu=menu)
    return True


def _possible(label: str, target: str, menu: str) -> tuple[str, str] | None:
    """As it is kept; None for what is no path and no address, like `mailto:`."""
    check = Check()
    item = checked(check, label, target, menu)
    return None if check.wrong else item


def _ours(label: str, target: str) -> tuple[str, str]:
    return label.strip()[:LONGEST], (target.rstrip("/") or "/") if target.startswith("/") else target
