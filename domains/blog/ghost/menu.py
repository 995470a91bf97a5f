"""The navigation of a Ghost, where the co-op has none of its own yet."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains.errors import Invalid, say

from ..menu import add_menu_item
from ..queries import navigation


async def take_navigation(db: AsyncSession, items: Sequence[tuple[str, str]], **where: Any) -> list[str]:
    """`where` is handed on to `add_menu_item`. Sentences, of what is not taken."""
    there = [(row.label, row.target) for row in await navigation(db)]
    if there == list(items):
        return []
    if there and items:
        return [say("The navigation stays as it is: it has entries of its own.")]
    refused = []
    for label, target in items:
        try:
            await add_menu_item(db, label, target, **where)
        except Invalid:
            refused.append(say("The navigation leaves out {label}.").format(label=label))
    return refused
