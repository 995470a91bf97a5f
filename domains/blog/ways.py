"""Where the menus lead, and what of it is not there for everybody."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of

from .commands import RESERVED
from .models import MAIN, MENUS, PUBLISHED, MenuItem, Post, Redirect

GONE = "gone"
"""The state of a post that there is not."""
POST = "/blog/post/"
_LEADS = re.compile(rf"({POST}|/)([a-z0-9-]+)(#.*)?")

_items, _there, _moved = table_of(MenuItem).c, table_of(Post).alias(), table_of(Post).alias()
_begin = case((_items.target.startswith(POST), len(POST) + 1), else_=2)
_slug = func.substr(_items.target, _begin, func.instr(_items.target.concat("#"), "#") - _begin)
_WAYS = (
    select(
        _items.menu,
        _items.id,
        _items.label,
        _items.target,
        _items.parent,
        _there.c.status,
        _moved.c.status.label("moved"),
    )
    .outerjoin(_there, _there.c.slug == _slug)
    .outerjoin(Redirect, Redirect.slug == _slug)
    .outerjoin(_moved, _moved.c.id == Redirect.post)
    .order_by(_items.position, _items.id)
)


@dataclass(frozen=True, slots=True)
class Way:
    id: int
    label: str
    target: str
    parent: int | None
    missing: str = ""
    """Why visitors do not see it: GONE, or the status of the post that it leads to. Empty where they do."""


async def menus(db: AsyncSession) -> Mapping[str, Sequence[Way]]:
    """Each in the order in which it is read: what is inside an item follows it."""
    found: dict[str, list[Way]] = {menu: [] for menu in MENUS}
    for one in await db.execute(_WAYS):
        found[one.menu].append(Way(one.id, one.label, one.target, one.parent, _missing(one)))
    return found


async def navigation(db: AsyncSession, menu: str = MAIN) -> Sequence[Way]:
    """One of them."""
    return (await menus(db))[menu]


def _missing(one: Any) -> str:
    leads = _LEADS.fullmatch(one.target)
    if not leads or (leads[1] == "/" and leads[2] in RESERVED) or PUBLISHED in (one.status, one.moved):
        return ""
    return one.status or GONE
