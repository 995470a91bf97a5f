"""Runs one open co-op's durable flows: whatever happens to the process, each goes on from its last checkpoint."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from . import recall, schedules, steering, store
from .children import ItemDied
from .crew import Crew, back_off
from .effects import UnknownEffect
from .graph import END, Each, Flow
from .lent import Alarm, World
from .limits import Later, Limits
from .performing import BUSY, PENS, Held, Place
from .runners import NoRunner
from .store import Running, Stolen
from .walker import TRIES, Spent, Walker
from .writer import Writer

log = logging.getLogger("flows")
POISON = 25  # claims without a checkpoint between them
SET_BACK = 60.0  # seconds; clocks are put right by less all the time


class Durable:
    def __init__(
        self,
        file: World,
        writer: Writer,
        alarm: Alarm,
        *,
        origin: str,
        clock: Callable[[], float],
        scheduled: Sequence[schedules.Scheduled] = (),
        limits: Limits | None = None,
        size: int = 64,
    ) -> None:
        self._writer, self._alarm, self._clock = writer, alarm, clock
        self._place = Place(file, writer, alarm, origin, clock, asyncio.Semaphore(PENS), limits or Limits(clock))
        self._scheduled, self._seen = scheduled, 0.0
        self._crew = Crew(size, lambda: alarm.at(clock()))

    async def open(self) -> None:
        """What was left by the dead is taken over, what nobody can do any more is held, and the clocks are wound."""
        now = self._clock()
        for name, lost in await self._writer.do(partial(steering.hold_lost, now=now)):
            log.warning("%s: a run of %s is held: nobody here knows how to do %s", self._place.origin, name, lost)
        tick = await self._writer.do(partial(schedules.wind, scheduled=self._scheduled, now=now))
        for due in (tick, await self._writer.do(partial(store.take_over, now=now))):
            if due is not None:
                self._alarm.at(due)

    async def close(self) -> None:
        await self._crew.close()

    def busy(self) -> bool:
        return self._crew.busy()

    async def wake(self) -> float | None:
        """Begins what is due, as far as there is room; says when to ask again, None if a bell will ring before."""
        if not (room := self._crew.room()):
            return None
        await self._look_at_the_clock()
        claim = partial(_claim, scheduled=self._scheduled, now=self._clock(), many=room)
        claimed, due = await self._writer.do(claim)
        for run in claimed:
            self._crew.begin(self._go(run))
        return due

    async def perform(self, flow: Flow, input: dict[str, Any], key: str) -> dict[str, Any]:
        """Starts it and goes on at once, in this task, until it is done or sleeps; answers its outcome."""
        begin = partial(store.start, flow=flow, input=input, key=key, now=self._clock(), claimed=True)
        if run := await self._writer.do(begin):
            await self._go(run)
            if run.status == "done":
                return {"status": "done", "effects": recall.effects_of(flow, list(run.said.items())), "flow_id": run.id}
            if run.status == "suspended":
                return {"status": "suspended", "resume": {"id": run.id, "tag": getattr(flow.node(run.node), "tag", "")}}
        return await self._writer.do(lambda connection: recall.outcome(connection, recall.id_of(connection, key)))

    async def _look_at_the_clock(self) -> None:
        before, self._seen = self._seen, self._clock()
        if self._seen < before - SET_BACK:
            self._place.limits.forget()
            await self._writer.do(partial(store.hurry, now=self._seen))

    async def _go(self, run: Running) -> None:
        try:
            if run.attempt > POISON:
                raise Held(f"claimed {run.attempt} times, and nobody came back")
            await Walker(self._place, run).walk()
        except Stolen:  # all that its new owner needs is in the table
            await self._writer.do(partial(store.yield_cancelled, run=run, now=self._clock()))
        except Exception as error:
            await self._give_up(run, error)
        if run.parent:  # it may have been waiting for this one
            self._alarm.at(self._clock())

    async def _give_up(self, run: Running, error: Exception) -> None:
        """For a while, or for good."""
        now = self._clock()
        status, due, tried = _after(run, error, now)
        cause = error.__cause__ if isinstance(error, Spent) else error
        why = "" if isinstance(error, Later) else f"{type(cause).__name__}: {cause}"
        stands = partial(store.put_back, run=run, status=status, due=due, why=why, now=now, tried=tried)
        try:
            await self._writer.do(stands)
        except Stolen:
            await self._writer.do(partial(store.yield_cancelled, run=run, now=now))
            return
        if due is not None:
            self._alarm.at(due)


def _claim(
    connection: Connection, scheduled: Sequence[schedules.Scheduled], now: float, many: int
) -> tuple[list[Running], float | None]:
    tick = schedules.tick(connection, scheduled, now)
    claimed, due = store.claim(connection, now, many)
    return recall.recall(connection, claimed), min((at for at in (tick, due) if at is not None), default=None)


def _after(run: Running, error: Exception, now: float) -> tuple[str, float | None, int]:
    """How a run stands after its node has failed, until when, and how often it was tried."""
    if isinstance(error, Later):
        return "ready", error.due, run.attempt - 1
    if isinstance(error, Held | UnknownEffect | NoRunner):
        return "held", None, run.attempt
    node = None if run.node == END else run.flow.node(run.node)
    is_spent = run.attempt > (getattr(node, "retry", 0) or TRIES) and not isinstance(node, Each)  # items count alone
    if isinstance(error, ItemDied | Spent) or (is_spent and not isinstance(error, BUSY)):
        return "dead", None, run.attempt
    return "ready", now + back_off(max([run.attempt, *run.tries.values()])), run.attempt
