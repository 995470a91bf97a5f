"""What is kept of a post with each change of it: its status, its history, and its entry in the ledger."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.values import now

from . import revisions
from .models import BINNED, DRAFT, PUBLISHED, SCHEDULED, Post, Redirect
from .plain import read_plain

BECOMES = {
    (DRAFT, DRAFT): "Draft",
    (DRAFT, SCHEDULED): "Schedule",
    (DRAFT, PUBLISHED): "Create",
    (SCHEDULED, DRAFT): "Draft",
    (SCHEDULED, SCHEDULED): "Schedule",
    (SCHEDULED, PUBLISHED): "Create",
    (PUBLISHED, PUBLISHED): "Update",
    (PUBLISHED, DRAFT): "Delete",
    (DRAFT, BINNED): "Bin",
    (SCHEDULED, BINNED): "Bin",
    (PUBLISHED, BINNED): "Delete",
    (BINNED, DRAFT): "Draft",
    (BINNED, SCHEDULED): "Schedule",
    (BINNED, PUBLISHED): "Create",
    (BINNED, BINNED): "Bin",
}
"""(status before, status now) -> what the ledger says; a draft is nobody else's concern."""


async def stand(db: AsyncSession, changed: Post, status: str, by: str) -> Post:
    """Keeps it in this status, and records what that means. What is published again is mailed to nobody again."""
    was, is_new = changed.status, changed.published is None
    changed.updated = now()
    if status == PUBLISHED and is_new:
        changed.published = changed.updated
    return await keep(db, changed, status, by, BECOMES[was, status], is_new=is_new)


async def keep(
    db: AsyncSession,
    changed: Post,
    status: str,
    by: str,
    type: str,
    *,
    is_new: bool = False,
    plain: str | None = None,
) -> Post:
    """With the times that it has. `plain`: what is read of it, for whoever knows: a long one takes seconds."""
    changed.status, changed.version = status, changed.version + 1
    changed.plain = await read_plain(changed.body, changed.format) if plain is None else plain
    if status != SCHEDULED:
        changed.due = None
    await db.flush()
    if status == PUBLISHED:  # whoever is there now is meant
        await db.execute(delete(Redirect).where(Redirect.slug == changed.slug))
    await revisions.keep(db, changed, by)
    await tell(db, type, changed, is_new=is_new)
    return changed


async def tell(db: AsyncSession, type: str, told: Post, *, is_new: bool = False) -> None:
    await db.flush()
    object = {
        "post": told.id,
        "title": told.title,
        "slug": told.slug,
        "kind": told.kind,
        "tags": told.tags,
        "urgent": is_new and "urgent" in told.tags,
        "newsletter": is_new and "newsletter" in told.tags,
        "authors": told.authors,
        **({"due": told.due.timestamp()} if told.due else {}),
    }
    await record(db, Activity(type=type, kind="blog.post", ref=told.id, object=object))
