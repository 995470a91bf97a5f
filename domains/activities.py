"""The ledger: every change that matters to anyone else, in the words of ActivityStreams."""

import json
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Index, Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Table
from .values import Instant, now

ACTOR, RECORDED = "actor", "activities"
SITE = "site"
"""The co-op itself, as an actor."""


class Activity(Table):
    __tablename__ = "activities"
    private = True  # stewards alone read it; what public pages show changes its own table as well

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    type: Mapped[str]
    """Create, Update, Delete, Add, …"""
    kind: Mapped[str]
    """What was acted upon: `blog.post`."""
    ref: Mapped[int]
    actor: Mapped[str] = mapped_column(default="", index=True)
    """Whoever did it: `account.person:7`, `flow.run:12`, or `site` for the co-op itself."""
    object: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    """A snapshot of what was acted upon, as the stories it sets off will read it."""
    published: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    cid: Mapped[str] = mapped_column(init=False, default="", index=True)
    """The content id of all of the above: whoever has the same activity has the same id."""


Index("activities_thing", Activity.kind, Activity.ref)


def acting(db: AsyncSession, actor: str) -> None:
    """From here on, what this session records was done by `actor`."""
    db.info[ACTOR] = actor


async def record(db: AsyncSession, activity: Activity) -> Activity:
    """In the transaction of the change itself; whoever keeps that transaction sets off the stories first."""
    activity.actor = activity.actor or db.info.get(ACTOR, SITE)
    activity.cid = content_id(said(activity))
    db.add(activity)
    await db.flush()
    db.info.setdefault(RECORDED, []).append(activity)
    return activity


def take_recorded(db: AsyncSession) -> list[Activity]:
    """What was recorded since the last time and not undone: a rollback, of a savepoint too, leaves nothing behind."""
    return [activity for activity in db.info.pop(RECORDED, ()) if activity in db]


def has_recorded(session: Session) -> bool:
    return any(activity in session for activity in session.info.get(RECORDED, ()))


async def ledger(db: AsyncSession, words: str = "", *, before: int | None = None, most: int = 50) -> Sequence[Activity]:
    """The newest first, those that hold every one of the words; `before` an id, for the next page."""
    asked = select(Activity).order_by(Activity.id.desc()).limit(most)
    if before is not None:
        asked = asked.where(Activity.id < before)
    for word in words.split()[:10]:
        columns = (Activity.type, Activity.kind, Activity.actor, Activity.cid, cast(Activity.object, Text))
        asked = asked.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return (await db.scalars(asked.execution_options(long=bool(words)))).all()


def said(activity: Activity) -> dict[str, Any]:
    """What its content id is made of: all of it but its number in this file."""
    return {
        "type": activity.type,
        "kind": activity.kind,
        "ref": activity.ref,
        "actor": activity.actor,
        "object": activity.object,
        "published": activity.published.isoformat(),
    }


def content_id(data: dict[str, Any]) -> str:
    """CIDv1, codec json (0x0200), of the SHA-256 of the canonical JSON (RFC 8785 for texts and whole numbers)."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    multihash = b"\x12\x20" + sha256(canonical).digest()
    return "b" + b32encode(b"\x01\x80\x04" + multihash).decode().rstrip("=").lower()
