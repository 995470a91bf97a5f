"""An effect, with the checkpoint that its kind demands."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domains.activities import acting

from . import effects, inline, store
from .effects import Call, Performer
from .graph import END, Each, Effect, resolve
from .keys import key_of
from .lent import Alarm, World
from .limits import Limits
from .store import LEASE, Note, Running, within
from .values import plain
from .writer import Writer

PENS = 4  # tx effects at once, so that a request waits for no more than these
PATIENCE = {"pure": 5.0, "tx": 5.0, "idempotent": 30.0, "once": 30.0}
"""Seconds an effect may take: less than a lease, and a `tx` holds up every writer of its co-op."""


BUSY = (OperationalError, PoolTimeout)
"""The file's own troubles: they pass, and are never a run's death."""


class Held(Exception):
    """Only a person can say what is true."""


@dataclass(slots=True)
class Place:
    """Where the runs of one open co-op are walked through."""

    file: World
    writer: Writer
    alarm: Alarm
    origin: str
    clock: Callable[[], float]
    pens: asyncio.Semaphore
    limits: Limits


class Performing:
    """What one claimed run does, and keeps of it."""

    def __init__(self, place: Place, run: Running) -> None:
        self._place, self._run, self._kept = place, run, place.clock()

    async def perform(self, node: Effect | Each, index: int, said: dict[str, Any], to: str) -> Any:
        """One effect with its checkpoint, as its kind demands; afterwards the run stands at `to`."""
        performer = effects.known(node.do)
        call = Call(key_of(self._run.token, node.name, index), self._place.clock())
        act = {"tx": self._plainly if performer.is_plain else self._inside}.get(performer.kind, self._outside)
        async with self._place.limits.room(node.do, performer, call.key):
            return await act(call, performer, resolve(node.args, said), (node.name, index), to)

    async def move(self, to: str, *notes: Note) -> None:
        """The run's checkpoint: it stands at `to`. What was noted before goes along. Raises Stolen."""
        now, kept = self._place.clock(), [*self._run.notes, *notes]
        await self._place.writer.do(partial(store.move, run=self._run, to=to, now=now, notes=kept))
        self._moved(to, kept)

    async def intend(self, at: tuple[str, int]) -> None:
        """Keeps that it is about to be done, once. Raises Held when somebody has begun it already."""
        run, now = self._run, self._place.clock()
        if run.begun:
            raise Held("it was begun, and nobody knows how it ended")

        def intend(connection: Connection) -> None:
            store.move(connection, run, run.node, now)
            store.keep(connection, run, [(*at, None)], now, "begun")

        await self._place.writer.do(intend)
        self._moved(run.node)

    async def _inside(self, call: Call, performer: Performer, args: Any, at: tuple[str, int], to: str) -> Any:
        run = self._run
        async with self._place.pens, self._place.file.writing() as db:
            acting(db, f"flow.run:{run.id}")
            await within(db, partial(store.move, run=run, to=to, now=call.now))
            async with asyncio.timeout(PATIENCE["tx"]):
                output = await inline.perform(replace(call, session=db), performer, args)
            await within(db, partial(store.keep, run=run, notes=[(*at, output)], now=call.now))
        self._moved(to)
        return output

    async def _plainly(self, call: Call, performer: Performer, args: Any, at: tuple[str, int], to: str) -> Any:
        """It joins the batch of the writer's thread."""
        run = self._run

        def act(connection: Connection) -> tuple[Any, list[float]]:
            mine = Call(call.key, call.now)
            store.move(connection, run, to, call.now)
            output = plain(inline.plainly(connection, mine, performer, args))
            store.keep(connection, run, [(*at, output)], call.now)
            return output, mine.due

        output, due = await self._place.writer.do(act)
        for when in due:
            self._place.alarm.at(when)
        self._moved(to)
        return output

    async def _outside(self, call: Call, performer: Performer, args: Any, at: tuple[str, int], to: str) -> Any:
        if performer.kind == "once":
            await self.intend(at)
        try:
            async with asyncio.timeout(PATIENCE[performer.kind]):
                output = plain(await performer.do(self._lent(call, performer), **args))
        except Exception as error:
            if performer.kind != "once":
                raise
            raise Held(f"it may have happened: {error!r}") from error
        if performer.kind == "pure":
            self._run.notes.append((*at, output))
        else:
            await self.move(to, (*at, output))
        if self._place.clock() - self._kept > LEASE / 4:  # many that are pure may take longer than a lease
            await self.move(to)
        return output

    def _lent(self, call: Call, performer: Performer) -> Call:
        world = None if performer.kind == "pure" else self._place.file
        return replace(call, key=f"{self._place.origin}:{call.key}", outside=world)

    def _moved(self, to: str, kept: Sequence[Note] | None = None) -> None:
        gone = set(map(id, self._run.notes if kept is None else kept))
        self._run.notes[:] = [note for note in self._run.notes if id(note) not in gone]
        self._kept = self._place.clock()
        self._run.attempt, self._run.stood = 1, to
        self._run.status = "done" if to == END else "running"
