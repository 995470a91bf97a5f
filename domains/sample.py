"""What of a co-op is sample content: known by the ledger's entry that made it, and sample until another one follows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .activities import Activity
from .base import Table, table_of
from .site import site

WORDS = ("motto", "about")
"""What a sample says of the co-op itself."""


class Made(Table):
    __tablename__ = "sample_things"
    private = True  # stewards alone see it; whatever public pages show of it is in its own table

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    kind: Mapped[str]
    ref: Mapped[int]
    activity: Mapped[int]
    """The last that the ledger said of it while the sample was made."""


@dataclass(frozen=True, slots=True)
class Thing:
    kind: str
    ref: int
    name: str
    """As it is called now."""
    is_changed: bool
    """Whether anybody did anything with it since."""


@asynccontextmanager
async def noting(db: AsyncSession) -> AsyncIterator[None]:
    """Whatever is recorded inside is sample content."""
    before = await db.scalar(select(func.max(Activity.id))) or 0
    yield
    said = select(Activity.kind, Activity.ref, func.max(Activity.id)).where(Activity.id > before)
    said = said.group_by(Activity.kind, Activity.ref)
    await db.execute(insert(table_of(Made)).from_select(["kind", "ref", "activity"], said))


async def is_there(db: AsyncSession) -> bool:
    return await db.scalar(select(Made.id).limit(1)) is not None


async def things(db: AsyncSession) -> Sequence[Thing]:
    """All that is still here, but for what it says of the co-op itself; what was removed for good is nobody's."""
    newest = select(func.max(Activity.id)).where(Activity.kind == Made.kind, Activity.ref == Made.ref).correlate(Made)
    asked = (
        select(Made.kind, Made.ref, Made.activity, Activity.id, Activity.object)
        .join(Activity, Activity.id == newest.scalar_subquery())
        .where(Activity.type != "Remove", Made.kind != "site.site")
    )
    return [
        Thing(kind, ref, str(said.get("title") or said.get("name") or said.get("label")), newest != made)
        for kind, ref, made, newest, said in await db.execute(asked.order_by(Made.id))
    ]


async def words(db: AsyncSession) -> Sequence[str]:
    """Those of WORDS that are still the sample's."""
    asked = select(Activity.object).join(Made, Made.activity == Activity.id).where(Made.kind == "site.site")
    said, now = await db.scalar(asked) or {}, await site(db)
    return [name for name in WORDS if said and getattr(now, name) == said[name]]


async def unchanged(db: AsyncSession, kind: str) -> set[int]:
    """The ids of those that nobody has made their own."""
    return {thing.ref for thing in await things(db) if thing.kind == kind and not thing.is_changed}


async def keep(db: AsyncSession, kind: str, ref: int) -> None:
    """It is the co-op's own from here on, though nobody has changed it."""
    await db.execute(delete(Made).where(Made.kind == kind, Made.ref == ref))


async def forget(db: AsyncSession) -> None:
    """What is left of it is the co-op's own."""
    await db.execute(delete(Made))
