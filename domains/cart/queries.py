import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.errors import NotFound

from .models import Basket, BasketLine


async def lines(db: AsyncSession, holder: str) -> Sequence[BasketLine]:
    """In the order in which they were put in, what was just taken out among them; none for an empty holder."""
    if not holder:
        return ()
    asked = select(BasketLine).join(Basket, Basket.id == BasketLine.basket_id).where(Basket.holder == holder)
    return (await db.scalars(asked.order_by(BasketLine.id))).all()


async def line(db: AsyncSession, holder: str, id: int) -> BasketLine:
    """In their own basket, or just taken out of it. Raises NotFound."""
    asked = select(BasketLine).join(Basket, Basket.id == BasketLine.basket_id)
    if found := await db.scalar(asked.where(Basket.holder == holder, BasketLine.id == id)):
        return found
    raise NotFound(f"{holder or 'nobody'} has no line {id}")


INSIDE = """
SELECT cart_lines.* FROM cart_lines JOIN cart_baskets ON cart_baskets.id = basket_id WHERE holder = ?
"""


def inside(file: sqlite3.Connection, holder: str) -> tuple[Any, ...]:
    """All that is in their basket, read at once: no two baskets that differ are the same."""
    return tuple(file.execute(INSIDE, (holder,)).fetchall())
