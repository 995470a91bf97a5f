"""What others ask of the flows: to react to what was recorded, to start one, to say how it stands, to steer it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record, take_recorded
from domains.errors import NotFound

from . import stories
from .engine import inline, recall, schedules, steering, store
from .engine.graph import Flow
from .engine.models import Run
from .engine.runners import DURABLE, INLINE, NoRunner
from .engine.store import within
from .engine.values import plain

DEPTH = 10
NEXT_DUE = (
    "SELECT min(due) FROM (SELECT min(due) AS due FROM flow_runs UNION ALL SELECT min(due) FROM flow_deliveries "
    f"UNION ALL {schedules.next_due(stories.SCHEDULED)})"
)
"""When a file next wants somebody, for a run, a delivery or a schedule that has something to do."""


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
            if one.kind == "site.site":  # its clocks may be others now
                await within(db, partial(schedules.wind, scheduled=stories.SCHEDULED, now=now))
                _wants(db, now)
            for flow in stories.set_off_by(one.type, one.kind):
                outcomes.append(await _set_off(db, flow, one, now))
    raise Endless(", ".join(sorted({one.type for one in recorded})))


async def start(
    db: AsyncSession, flow: Flow, input: dict[str, Any], key: str, now: float, because: int | None = None
) -> dict[str, Any]:
    """By the cheapest runner, in the caller's transaction. A durable one is begun once for its key, ever; one of which
    nothing comes keeps no run.

    `key` comes never again, not even after a restore. Raises NoRunner, WrongAnswer.
    """
    runner = flow.runner
    if input.keys() != set(flow.takes):
        raise ValueError(f"{flow.name} takes {', '.join(flow.takes)}")
    if runner is INLINE:
        return await inline.run(db, flow, input, key, now)
    if flow.is_over(input):
        return {"status": "done", "effects": [], "flow_id": key}
    return await _begin(db, flow if runner is DURABLE else flow.abroad(), input, key, now, because)


async def outcome(db: AsyncSession, id: int) -> dict[str, Any]:
    return await within(db, partial(recall.outcome, id=id))


async def resume(db: AsyncSession, id: int, tag: str, payload: Any, by: str, now: float) -> bool:
    """True for exactly one caller, ever; False for everybody after, and for a run that is over. Raises WrongAnswer."""
    _wants(db, now)
    return await within(db, partial(steering.resume, id=id, tag=tag, payload=payload, by=by, now=now))


async def retry(db: AsyncSession, id: int, now: float) -> bool:
    """Whether it was dead or held; now it goes on from where it stood. Raises NotFound."""
    return await _steer(db, id, "retry", partial(steering.retry, id=id, now=now), now)


async def skip(db: AsyncSession, id: int, value: Any, by: str, now: float) -> bool:
    """Whether it was dead or held; now it goes on as if its node had said `value`. Raises NotFound, WrongAnswer."""
    return await _steer(db, id, "skip", partial(steering.skip, id=id, value=value, by=by, now=now), now)


async def cancel(db: AsyncSession, id: int, now: float) -> bool:
    """Whether it was open. Raises NotFound."""
    return await _steer(db, id, "cancel", partial(steering.cancel, id=id, now=now), now)


async def _set_off(db: AsyncSession, flow: Flow, by: Activity, now: float) -> dict[str, Any]:
    """A flow that no runner is there for is kept, and held: what set it off is not undone for that."""
    said, key = {"ref": by.ref} | by.object, f"{flow.name}:{by.cid}"
    input = {name: said[name] for name in flow.takes}
    try:
        return await start(db, flow, input, key, now, by.id)
    except NoRunner:
        return await _begin(db, flow.abroad(), input, key, now, by.id)


async def _begin(
    db: AsyncSession, flow: Flow, input: dict[str, Any], key: str, now: float, because: int | None
) -> dict[str, Any]:
    begin = partial(store.start, flow=flow, input=plain(input), key=key, now=now, because=because)
    await within(db, begin)
    _wants(db, now)
    id = await within(db, partial(recall.id_of, key=key))
    return await within(db, partial(recall.outcome, id=id))


async def _steer(db: AsyncSession, id: int, deed: str, do: Callable[[Connection], bool], now: float) -> bool:
    if not (run := await db.get(Run, id, populate_existing=True)):
        raise NotFound(str(id))
    node = run.node
    if not await within(db, do):
        return False
    about = {"deed": deed, "node": node, "flow": run.name}
    await record(db, Activity(type="Update", kind="flow.run", ref=id, object=about))
    _wants(db, now)
    return True


def _wants(db: AsyncSession, now: float) -> None:
    db.info["due"] = min(now, db.info.get("due", now))
