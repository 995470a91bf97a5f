"""One claimed run, node by node, until it ends, sleeps, or is somebody else's."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from domains.activities import acting

from . import children, effects, inline, store
from .clocks import hour_of, zone_of
from .deliveries import queue
from .effects import Call, Performer
from .graph import END, Branch, Each, Effect, Segment, Suspend, resolve
from .keys import key_of
from .lent import Alarm, File
from .limits import Later, Limits
from .runners import cheapest, named
from .store import Note, Running, Stolen, within
from .values import plain
from .writer import Writer

MOST = 1000
TRIES = 3  # of what is pure or tx; what reaches outside says it itself
PENS = 4  # tx effects at once, so that a request waits for no more than these
PATIENCE = {"pure": 5.0, "tx": 5.0, "idempotent": 30.0, "once": 30.0}
"""Seconds an effect may take: less than a lease, and a `tx` holds up every writer of its co-op."""


class Held(Exception):
    """Only a person can say what is true."""


@dataclass(slots=True)
class Place:
    """Where the runs of one open co-op are walked through."""

    file: File
    writer: Writer
    alarm: Alarm
    origin: str
    clock: Callable[[], float]
    pens: asyncio.Semaphore
    limits: Limits


class Walker:
    def __init__(self, place: Place, run: Running) -> None:
        self._place, self._run = place, run

    async def walk(self) -> None:
        """Raises Stolen, and whatever a node does; then the run is still running."""
        while self._run.status == "running":
            await self.step()

    async def step(self) -> None:
        """One node. What keeps no checkpoint of its own is noted and goes with the next one."""
        run = self._run
        if run.node == END:
            return await self._move(END)
        match node := run.flow.node(run.node):
            case Branch():
                yes = node.decide(run.said)
                self._note(yes, node.then if yes else node.otherwise)
            case Suspend() if run.answer:
                self._note(run.answer, node.late if run.answer["late"] else node.next)
            case Suspend():
                await self._suspend(node)
            case Effect():
                self._say(await self._perform(node, 0, run.said, node.next), node.next)
            case Each() if node.runs:
                await self._tend(node)
            case Each():
                await self._each(node)
            case Segment():
                await self._stretch(node)

    async def _suspend(self, node: Suspend) -> None:
        run, now = self._run, self._place.clock()

        def sleep(connection: Connection) -> tuple[bool, float]:
            due = _due(connection, node, run, now)
            if node.mail:
                mail = resolve(node.mail, run.said)
                link = f"{run.id}.{run.token}.{node.tag}"
                payload = mail | {"resume": {"id": run.id, "tag": node.tag, "link": link}}
                queue(connection, run.key_of(), mail["to"], payload, now)
            return store.suspend(connection, run, node.tag, due, now), due

        early, due = await self._place.writer.do(sleep)
        self._slept(early, due, is_heard=bool(node.mail))

    def _slept(self, early: bool, due: float, *, is_heard: bool = False) -> None:
        self._run.status = "ready" if early else "suspended"
        for when in [due] + [self._place.clock()] * (early or is_heard):
            self._place.alarm.at(when)

    async def _tend(self, node: Each) -> None:
        await self._freeze(node)
        now = self._place.clock()
        results = await self._place.writer.do(partial(children.tend, run=self._run, node=node, now=now))
        if results is None:
            self._run.status = "suspended"
            self._place.alarm.at(now)
        else:
            self._note(results, node.next)

    async def _each(self, node: Each) -> None:
        """As many at once as it says; when one fails no other is begun, and those under way come to their end."""
        await self._freeze(node)
        run, few, failed = self._run, asyncio.Semaphore(node.limit), list[Exception]()

        async def one(index: int, item: Any) -> None:
            async with few:
                if failed:
                    return
                try:
                    run.items[index] = await self._item(node, index, item)
                except Exception as error:
                    failed.append(error)

        todo = [(index, item) for index, item in enumerate(run.items[-1], 1) if index not in run.items]
        await asyncio.gather(*(one(*pair) for pair in todo))
        if failed:
            raise failed[0]
        self._note([run.items[index] for index in sorted(run.items) if index > 0], node.next)

    async def _freeze(self, node: Each) -> None:
        run = self._run
        if -1 not in run.items:
            items = plain(list(node.over.of(run.said)))
            if len(items) > MOST:
                raise Held(f"{len(items)} items are more than {MOST}")
            run.notes.append((node.name, -1, items))
            await self._move(node.name)
            run.items[-1] = items

    async def _item(self, node: Each, index: int, item: Any) -> Any:
        run = self._run
        try:
            return await self._perform(node, index, run.said | {"item": item}, node.name)
        except (Stolen, Held, Later):
            raise
        except Exception as error:
            if node.on_error == "stop" or run.attempt <= (node.retry or TRIES):
                raise
            await self._move(node.name, (node.name, index, {"error": str(error)}))
            return {"error": str(error)}

    async def _stretch(self, node: Segment) -> None:
        """In another engine, until it ends or sleeps there; asleep it is a row of ours."""
        run = self._run
        if -1 not in run.items:
            run.items[-1] = cheapest(node.needs).name
            run.notes.append((node.name, -1, run.items[-1]))
            await self._move(node.name)
        engine = named(run.items[-1]).engine
        assert engine
        async with asyncio.timeout(PATIENCE["idempotent"]):
            key = f"{self._place.origin}:{run.key_of()}"
            told = await engine.run(key, run.flow.name, node.runs, run.said["input"], run.answers)
        match plain(told):
            case {"status": "done", **rest}:
                self._note(rest.get("output"), node.next)
            case {"status": "suspended", "tag": str(tag), "seconds": int() | float() as wait} if tag not in run.answers:
                now, due = self._place.clock(), self._place.clock() + wait
                early = await self._place.writer.do(partial(store.suspend, run=run, tag=tag, due=due, now=now))
                self._slept(early, due)
            case other:
                raise Held(f"{run.items[-1]} answered {str(other)[:200]}")

    async def _perform(self, node: Effect | Each, index: int, said: dict[str, Any], to: str) -> Any:
        """One effect with its checkpoint, as its kind demands; afterwards the run stands at `to`."""
        performer = effects.known(node.do)
        call = Call(key_of(self._run.token, node.name, index), self._place.clock())
        act = {"tx": self._plainly if performer.is_plain else self._inside}.get(performer.kind, self._outside)
        async with self._place.limits.room(node.do, performer, call.key):
            return await act(call, performer, resolve(node.args, said), (node.name, index), to)

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
            await self._intend(at)
        try:
            async with asyncio.timeout(PATIENCE[performer.kind]):
                output = plain(await performer.do(replace(call, key=f"{self._place.origin}:{call.key}"), **args))
        except Exception as error:
            if performer.kind != "once":
                raise
            raise Held(f"it may have happened: {error!r}") from error
        if performer.kind == "pure":
            self._run.notes.append((*at, output))
        else:
            await self._move(to, (*at, output))
        return output

    async def _intend(self, at: tuple[str, int]) -> None:
        run, now = self._run, self._place.clock()
        if run.begun:
            raise Held("it was begun, and nobody knows how it ended")

        def intend(connection: Connection) -> None:
            store.move(connection, run, run.node, now)
            store.keep(connection, run, [(*at, None)], now, "begun")

        await self._place.writer.do(intend)
        self._moved(run.node)

    async def _move(self, to: str, *notes: Note) -> None:
        """What was noted before goes along."""
        noted = len(self._run.notes)
        now = self._place.clock()
        kept = [*self._run.notes, *notes]
        await self._place.writer.do(partial(store.move, run=self._run, to=to, now=now, notes=kept))
        self._moved(to, noted)

    def _moved(self, to: str, noted: int | None = None) -> None:
        del self._run.notes[:noted]
        self._run.attempt, self._run.stood = 1, to
        self._run.status = "done" if to == END else "running"

    def _note(self, output: Any, to: str) -> None:
        self._run.notes.append((self._run.node, 0, output))
        self._say(output, to)

    def _say(self, output: Any, to: str) -> None:
        run = self._run
        run.said[run.node], run.node = output, to
        run.items, run.answer = {}, None


def _due(connection: Connection, node: Suspend, run: Running, now: float) -> float:
    if hour := hour_of(node.until):
        return hour.after(now, zone_of(connection))
    return now + float(resolve(node.seconds, run.said))
