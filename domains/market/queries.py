from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.errors import NotFound

from .models import OFFERED, WITHDRAWN, Product

PAGE = 24
"""Goods on a page of the list."""
WORDS = 10
"""The most that a search looks at."""
IN_ORDER = (
    func.lower(Product.category),
    Product.category,
    Product.number == "",
    func.length(Product.number),
    Product.number,
    func.lower(Product.name),
    Product.id,
)
"""As a catalogue has them: 99 before 114, and last what has no number."""


@dataclass(frozen=True, slots=True)
class Goods:
    found: Sequence[Product]
    """Those on this page, category by category."""
    tallies: Mapping[str, int]
    """How many fit the words, in each category."""
    count: int
    """Those on all pages."""
    page: int
    pages: int


async def goods(db: AsyncSession, words: str = "", category: str = "", page: int = 1) -> Goods:
    """What is offered and has every one of the words; the nearest page there is."""
    fits = [Product.status == OFFERED, *(_mentions(word) for word in words.split()[:WORDS])]
    counting = select(Product.category, func.count()).where(*fits).group_by(Product.category)
    counted = (await db.execute(counting.order_by(func.lower(Product.category)))).all()
    tallies = {name: number for name, number in counted}
    count = tallies.get(category, 0) if category else sum(tallies.values())
    pages = max(1, -(-count // PAGE))
    page = min(max(1, page), pages)
    asked = select(Product).where(*fits).order_by(*IN_ORDER).limit(PAGE).offset((page - 1) * PAGE)
    if category:
        asked = asked.where(Product.category == category)
    return Goods(await _all(db, asked), tallies, count, page, pages)


async def product(db: AsyncSession, id: int) -> Product:
    """Offered or withdrawn. Raises NotFound."""
    if found := await db.get(Product, id):
        return found
    raise NotFound(f"no product {id}")


async def products(db: AsyncSession, ids: Collection[int]) -> Sequence[Product]:
    """Offered or withdrawn; an id that nobody has is left out."""
    return await _all(db, select(Product).where(Product.id.in_(ids))) if ids else ()


async def featured(db: AsyncSession, most: int = 6) -> Sequence[Product]:
    """What the editors picked out, while there is some left."""
    asked = select(Product).where(Product.status == OFFERED, Product.featured, func.coalesce(Product.stock, 1) > 0)
    return await _all(db, asked.order_by(*IN_ORDER).limit(most))


async def count(db: AsyncSession, *, but: Collection[int] = ()) -> int:
    """Of what is offered."""
    return await db.scalar(select(func.count()).where(Product.status == OFFERED, Product.id.not_in(but))) or 0


async def withdrawn(db: AsyncSession, most: int = 50) -> Sequence[Product]:
    """The newest first."""
    return await _all(db, select(Product).where(Product.status == WITHDRAWN).order_by(Product.id.desc()).limit(most))


async def categories(db: AsyncSession) -> Sequence[str]:
    return (await db.scalars(select(Product.category).distinct().order_by(Product.category))).all()


async def suppliers(db: AsyncSession) -> Sequence[str]:
    return (await db.scalars(select(Product.supplier).distinct().order_by(Product.supplier))).all()


async def _all(db: AsyncSession, asked: Select[Any]) -> Sequence[Product]:
    return (await db.scalars(asked)).all()


def _mentions(word: str) -> ColumnElement[bool]:
    texts = (Product.name, Product.supplier, Product.category, Product.number, Product.note, Product.description)
    return or_(*(text.icontains(word, autoescape=True) for text in texts))
