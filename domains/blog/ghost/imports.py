"""What became of the exports that stewards brought."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.values import now

from .models import GhostImport


async def begin_import(db: AsyncSession, name: str, file: str, site: str, by: str) -> GhostImport:
    begun = GhostImport(name=name, file=file, site=site, by=by)
    db.add(begun)
    await db.flush()
    return begun


async def end_import(db: AsyncSession, id: int, report: Mapping[str, Any]) -> None:
    if found := await db.get(GhostImport, id):
        found.ended, found.report, found.file = now(), dict(report), ""


async def last_import(db: AsyncSession) -> GhostImport | None:
    return (await db.scalars(select(GhostImport).order_by(GhostImport.id.desc()).limit(1))).one_or_none()
