"""What a Ghost calls after us when something has changed there. It may be lost, late or forged: nothing that it says of
a post is believed, it only says which one to ask for."""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import delete, exists, select, true, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of
from domains.errors import Forbidden
from domains.values import now

from .models import GhostHint

SIGNED = re.compile(r"sha256=([0-9a-f]{64}), ?t=(\d{13})", re.ASCII)
ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
FRESH = timedelta(minutes=5)
"""How long after it was signed one is taken; of that time none is taken twice."""
_hints = table_of(GhostHint)


TAG, SITE, GONE, REFUSED = "tag", "site", "gone", "refused"
"""What the first does to posts moves no time of theirs; the second is whatever else; the third is a steward's word that
what is missing there is to be put away here, however much it is; and the fourth are posts that cannot be kept here."""


class Hint(NamedTuple):
    kind: str
    """post, page, or one of those above."""
    id: str


def door(secret: str) -> str:
    """What the address that it calls ends with: a Ghost calls one address with one secret, the first that it was told,
    so another secret has another address."""
    return sha256(secret.encode()).hexdigest()[:12]


def checked(signed: str, body: bytes, secret: str, at: datetime) -> str:
    """Its signature, as the header X-Ghost-Signature has it. Raises Forbidden for a wrong one, and for an old one."""
    found = SIGNED.fullmatch(signed.strip())
    if not found:
        raise Forbidden("it is not signed")
    made = hmac.new(secret.encode(), body + found[2].encode(), "sha256").hexdigest()
    if not hmac.compare_digest(made, found[1]):
        raise Forbidden("it is signed by somebody else")
    if abs(at.timestamp() - int(found[2]) / 1000) > FRESH.total_seconds():
        raise Forbidden("it was signed too long ago")
    return found[1]


def read(body: bytes) -> Hint:
    """Which post or page; one that was deleted is told of as it was before."""
    try:
        said = json.loads(body)
        for kind in ("post", "page"):
            told: Mapping[str, Any] = said.get(kind) or {}
            id = (told.get("current") or {}).get("id") or (told.get("previous") or {}).get("id")
            if isinstance(id, str) and ID.fullmatch(id):
                return Hint(kind, id)
        return Hint(TAG if TAG in said else SITE, "")
    except (ValueError, AttributeError, TypeError, RecursionError):
        return Hint(SITE, "")


async def take_hint(db: AsyncSession, signature: str, hint: Hint, at: datetime) -> None:
    """`signature` may be any word that never comes again. Raises Forbidden for one that came before."""
    row = {"signature": signature, "kind": hint.kind, "ghost_id": hint.id, "at": at, "taken": False}
    told = insert(_hints).values(row).on_conflict_do_nothing().returning(_hints.c.signature)
    if not await db.scalar(told):
        raise Forbidden("it came before")


async def has_hints(db: AsyncSession) -> bool:
    """Whether there are some that nobody has read."""
    return bool(await db.scalar(select(exists().where(~_hints.c.taken))))


async def read_hints(db: AsyncSession) -> list[Hint]:
    """All that nobody has read, each once; whoever reads them goes and asks."""
    old = (_hints.c.taken, _hints.c.at < now() - 2 * FRESH, _hints.c.kind != REFUSED)
    await db.execute(delete(_hints).where(*old))
    taking = update(_hints).where(~_hints.c.taken).values(taken=True).returning(_hints.c.kind, _hints.c.ghost_id)
    return sorted({Hint(*row) for row in await db.execute(taking)})


async def refuse(db: AsyncSession, ghost_id: str) -> None:
    """What is there now cannot be kept; what was taken of it before stays."""
    row = {"signature": f"{REFUSED}:{ghost_id}", "kind": REFUSED, "ghost_id": ghost_id, "at": now(), "taken": True}
    await db.execute(insert(_hints).values(row).on_conflict_do_nothing())


async def refused(db: AsyncSession) -> set[str]:
    """The ids of those that were."""
    return set(await db.scalars(select(_hints.c.ghost_id).where(_hints.c.kind == REFUSED)))


async def forget_refused(db: AsyncSession, ghost_id: str = "") -> None:
    """Of one, or of all: it is asked for again."""
    one = _hints.c.ghost_id == ghost_id if ghost_id else true()
    await db.execute(delete(_hints).where(_hints.c.kind == REFUSED, one))
