"""The one Ghost that a co-op keeps in step with: linked, wished of, parted from."""

from dataclasses import dataclass

from sqlalchemy import case, delete, null, update
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.base import table_of
from domains.errors import NotFound

from .models import Ghost, GhostHint, GhostPost

ADMIN_KEY, HOOK_SECRET = "ghost-admin", "ghost-hooks"
"""What they are called among the co-op's sealed keys."""


@dataclass(frozen=True, slots=True)
class Wishes:
    writes_back: bool = False
    """What is edited here is sent there."""
    mirrors_menus: bool = False


async def ghost(db: AsyncSession) -> Ghost | None:
    return await db.get(Ghost, 1)


async def link(db: AsyncSession, address: str, title: str, wishes: Wishes) -> Ghost:
    """All of it is looked at; what was taken from another one before stays, and is in step with nothing."""
    known = await ghost(db)
    if not known or known.address != address:
        await _forget(db)
    if known:
        await db.delete(known)
        await db.flush()
    linked = Ghost(address=address, title=title, writes_back=wishes.writes_back, mirrors_menus=wishes.mirrors_menus)
    db.add(linked)
    await _tell(db, "Add", linked)
    return linked


async def wish(db: AsyncSession, wishes: Wishes) -> Ghost:
    """Raises NotFound."""
    linked = await _linked(db)
    linked.writes_back, linked.mirrors_menus, linked.is_out = wishes.writes_back, wishes.mirrors_menus, True
    await _tell(db, "Update", linked)
    return linked


async def unlink(db: AsyncSession) -> None:
    """What was taken from it stays. Raises NotFound."""
    linked = await _linked(db)
    await db.execute(delete(GhostHint))
    await db.delete(linked)
    await _tell(db, "Remove", linked)


async def _forget(db: AsyncSession) -> None:
    """Of what came, what is there, until the next one says that it has it; what was never taken there is ours still."""
    posts = table_of(GhostPost).c
    version = case((posts.unsent.is_not(None), 0), else_=posts.version)
    await db.execute(update(GhostPost).values(hash="", offered=null(), unsent=null(), version=version))


async def _linked(db: AsyncSession) -> Ghost:
    """Raises NotFound."""
    if found := await ghost(db):
        return found
    raise NotFound("no Ghost")


async def _tell(db: AsyncSession, type: str, told: Ghost) -> None:
    await db.flush()
    await record(db, Activity(type=type, kind="blog.ghost", ref=told.id, object={"address": told.address}))
