"""What a mailed link asks: `12.9f86d081884c7d65.decision`, signed by the co-op's key, bound to one wait."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .engine.graph import Suspend
from .engine.keys import token_of
from .engine.models import Run, Wait
from .engine.recall import flow_of
from .engine.store import within


@dataclass(frozen=True, slots=True)
class Asked:
    run: Run
    tag: str
    choices: tuple[str, ...]
    """What may be answered; anything, when there are none."""
    status: str
    """open, early, resumed, late or cancelled."""
    payload: Any
    by: str
    at: float
    """Since when it stands so."""
    due: float | None


async def asked(db: AsyncSession, link: str) -> Asked | None:
    """None when there is no such wait: never was, or forgotten, or of a run that a restore has undone."""
    number, _, rest = link.partition(".")
    token, _, tag = rest.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    run = await db.get(Run, int(number))
    wait = (await db.scalars(select(Wait).where(Wait.run == int(number), Wait.tag == tag))).one_or_none()
    if not run or not wait or token_of(run.key) != token:
        return None
    flow = await within(db, lambda connection: flow_of(connection, run.definition))
    choices = next((node.choices for node in flow.nodes if isinstance(node, Suspend) and node.tag == tag), ())
    return Asked(run, tag, choices, wait.status, wait.payload, wait.by, wait.at, wait.due)
