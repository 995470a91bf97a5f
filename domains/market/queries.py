from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from domains.base import is_none_of, table_of
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
_FEATURED = select(Product).where(Product.status == OFFERED, Product.featured, func.coalesce(Product.stock, 1) > 0)
_FEATURED = _FEATURED.order_by(*IN_ORDER).limit(bindparam("most"))
_goods = table_of(Product).c
_COUNT = select(func.count()).where(_goods.status == OFFERED, is_none_of(_goods.id, "but"))
_SUPPLIERS = select(_goods.supplier, func.count()).where(_goods.status == OFFERED).group_by(_goods.supplier)
_SUPPLIERS = _SUPPLIERS.order_by(func.lower(_goods.supplier), _goods.supplier)


@dataclass(frozen=True, slots=True)
class Goods:
    found: Sequence[Product]
    """Those on this page, category by category."""
    categories: Mapping[str, int]
    """How many there are of each, whichever is chosen."""
    suppliers: Mapping[str, int]
    count: int
    """Those on all pages."""
    page: int
    pages: int


async def goods(
    db: AsyncSession, words: str = "", categories: Collection[str] = (), suppliers: Collection[str] = (), page: int = 1
) -> Goods:
    """What is offered, has every one of the words, and is of those chosen (none is all); the nearest page there is."""
    fits = [Product.status == OFFERED, *(_mentions(word) for word in words.split()[:WORDS])]
    in_them, by_them = _chosen(Product.category, categories), _chosen(Product.supplier, suppliers)
    long = bool(words)  # it looks into every text of every good
    count = await db.scalar(select(func.count()).where(*fits, *in_them, *by_them).execution_options(long=long)) or 0
    pages = max(1, -(-count // PAGE))
    page = min(max(1, page), pages)
    asked = select(Product).where(*fits, *in_them, *by_them).order_by(*IN_ORDER)
    return Goods(
        await _all(db, asked.limit(PAGE).offset((page - 1) * PAGE).execution_options(long=long)),
        await _tallies(db, _goods.category, [*fits, *by_them], long),
        await _tallies(db, _goods.supplier, [*fits, *in_them], long),
        count,
        page,
        pages,
    )


async def tallied_suppliers(db: AsyncSession) -> Mapping[str, int]:
    """How many things of each are offered."""
    return {name: number for name, number in await db.execute(_SUPPLIERS)}


async def related(db: AsyncSession, product: Product, most: int = 5) -> tuple[Sequence[Product], Sequence[Product]]:
    """Others on offer: of the same supplier, and else of the same category."""
    others = select(Product).where(Product.status == OFFERED, Product.id != product.id).order_by(*IN_ORDER).limit(most)
    theirs, kind = Product.supplier == product.supplier, Product.category == product.category
    return await _all(db, others.where(theirs)), await _all(db, others.where(kind, ~theirs))


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
    return (await db.scalars(_FEATURED, {"most": most})).all()


async def count(db: AsyncSession, *, but: Collection[int] = ()) -> int:
    """Of what is offered."""
    return await db.scalar(_COUNT, {"but": list(but)}) or 0


async def offered(db: AsyncSession) -> Sequence[int]:
    """The ids of all that is."""
    return (await db.scalars(select(_goods.id).where(_goods.status == OFFERED).order_by(_goods.id))).all()


async def withdrawn(db: AsyncSession, most: int = 50) -> Sequence[Product]:
    """The newest first."""
    return await _all(db, select(Product).where(Product.status == WITHDRAWN).order_by(Product.id.desc()).limit(most))


async def categories(db: AsyncSession) -> Sequence[str]:
    return (await db.scalars(select(Product.category).distinct().order_by(Product.category))).all()


async def suppliers(db: AsyncSession) -> Sequence[str]:
    return (await db.scalars(select(Product.supplier).distinct().order_by(Product.supplier))).all()


async def _all(db: AsyncSession, asked: Select[Any]) -> Sequence[Product]:
    return (await db.scalars(asked)).all()


async def _tallies(
    db: AsyncSession, column: ColumnElement[str], fits: Collection[ColumnElement[bool]], long: bool = False
) -> Mapping[str, int]:
    counted = select(column, func.count()).where(*fits).group_by(column).order_by(func.lower(column), column)
    return {name: number for name, number in await db.execute(counted.execution_options(long=long))}


def _chosen(column: InstrumentedAttribute[str], chosen: Collection[str]) -> list[ColumnElement[bool]]:
    return [column.in_(chosen)] if chosen else []


def _mentions(word: str) -> ColumnElement[bool]:
    texts = (Product.name, Product.supplier, Product.category, Product.number, Product.note, Product.description)
    return or_(*(text.icontains(word, autoescape=True) for text in texts))
