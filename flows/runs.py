"""What others ask of the flows: to react to what was recorded, to start one, to resume one, to say how it stands."""

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import take_recorded

from . import stories
from .engine import inline, store
from .engine.graph import Flow
from .engine.runners import INLINE
from .engine.store import within

DEPTH = 10
NEXT_DUE = "SELECT min(due) FROM (SELECT min(due) AS due FROM flow_runs UNION ALL SELECT min(due) FROM flow_deliveries)"
"""When a file next wants somebody, for a run or for a delivery."""


class Endless(Exception):
    """Stories set each other off without end; nothing of it is kept."""


async def react(db: AsyncSession, now: float) -> list[dict[str, Any]]:
    """Sets off the stories of all that this transaction recorded, in this same transaction.

    Awaited by the one place that commits. Inline stories have run when it returns, durable ones have their row, and
    what those recorded in turn has been reacted to as well. Raises what an inline effect raises.
    """
    outcomes: list[dict[str, Any]] = []
    for _ in range(DEPTH):
        if not (recorded := take_recorded(db)):
            return outcomes
        for one in recorded:
            for flow in stories.set_off_by(one.type, one.kind):
                input = {name: one.object[name] for name in flow.takes}
                outcomes.append(await start(db, flow, input, f"{flow.name}:{one.id}", now))
    raise Endless(", ".join(sorted({one.type for one in recorded})))


async def start(db: AsyncSession, flow: Flow, input: dict[str, Any], key: str, now: float) -> dict[str, Any]:
    """By the cheapest runner, in the caller's transaction. A durable one is begun once for its key, ever."""
    if flow.runner is INLINE:
        return await inline.run(db, flow, input, key, now)
    await within(db, partial(store.start, flow=flow, input=input, key=key, now=now))
    db.info["due"] = now
    id = await within(db, lambda connection: store.id_of(connection, key))
    return await within(db, partial(store.outcome, id=id))


async def resume(db: AsyncSession, id: int, tag: str, payload: Any, by: str, now: float) -> bool:
    """True for exactly one caller, ever; False for everybody after, and for a run that is over."""
    db.info["due"] = now
    return await within(db, partial(store.resume, id=id, tag=tag, payload=payload, by=by, now=now))


async def outcome(db: AsyncSession, id: int) -> dict[str, Any]:
    return await within(db, partial(store.outcome, id=id))
