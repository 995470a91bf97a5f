"""One claimed run, node by node, until it ends, sleeps, or is somebody else's."""

import asyncio
from functools import partial
from typing import Any

from sqlalchemy import Connection

from . import children, store
from .clocks import hour_of, zone_of
from .deliveries import queue
from .effects import UnknownEffect
from .graph import END, Branch, Each, Effect, Segment, Suspend, Take, resolve
from .limits import Later
from .performing import BUSY, PATIENCE, Held, Performing, Place
from .runners import cheapest, named
from .store import Running, Slept, Stolen
from .values import plain

MOST = 1000
LONGEST = 100 * 366 * 24 * 60 * 60  # seconds that a run may sleep
TRIES = 3  # of what is pure or tx; what reaches outside says it itself


class Spent(Exception):
    """An item of an each has failed as often as it may; its cause says how."""


class Walker:
    def __init__(self, place: Place, run: Running) -> None:
        self._place, self._run = place, run
        self._performing = Performing(place, run)

    async def walk(self) -> None:
        """Raises Stolen, and whatever a node does; then the run is still running."""
        while self._run.status == "running":
            await self.step()

    async def step(self) -> None:
        """One node. What keeps no checkpoint of its own is noted and goes with the next one."""
        run = self._run
        if run.node == END:
            return await self._performing.move(END)
        match node := run.flow.node(run.node):
            case Branch():
                yes = node.decide(run.said)
                self._note(yes, node.then if yes else node.otherwise)
            case Suspend() if run.answer:
                self._note(run.answer, node.late if run.answer["late"] else node.next)
            case Suspend():
                await self._suspend(node)
            case Effect():
                self._say(await self._performing.perform(node, 0, run.said, node.next), node.next)
            case Each() if node.runs:
                await self._tend(node)
            case Each():
                await self._each(node)
            case Segment():
                await self._stretch(node)

    async def _suspend(self, node: Suspend) -> None:
        run, now = self._run, self._place.clock()

        def sleep(connection: Connection) -> Slept:
            slept = store.suspend(connection, run, node.tag, _due(connection, node, run, now), now)
            if node.mail and slept.is_new:
                mail = resolve(node.mail, run.said)
                link = f"{run.id}.{run.token}.{node.tag}"
                payload = mail | {"resume": {"id": run.id, "tag": node.tag, "link": link}}
                queue(connection, run.key_of(), mail["to"], payload, now)
            return slept

        self._slept(await self._place.writer.do(sleep), is_heard=bool(node.mail))

    def _slept(self, slept: Slept, *, is_heard: bool = False) -> None:
        self._run.status = "ready" if slept.is_early else "suspended"
        for when in [slept.due] + [self._place.clock()] * (slept.is_early or is_heard):
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
                    run.tries.pop(index, None)
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
            await self._performing.move(node.name)
            run.items[-1] = items

    async def _item(self, node: Each, index: int, item: Any) -> Any:
        run = self._run
        try:
            return await self._performing.perform(node, index, run.said | {"item": item}, node.name)
        except (Stolen, Held, Later, UnknownEffect, *BUSY):
            raise
        except Exception as error:
            run.tries[index] = run.tries.get(index, 0) + 1
            if run.tries[index] <= (node.retry or TRIES):
                raise
            if node.on_error == "stop":
                raise Spent from error
            await self._performing.move(node.name, (node.name, index, {"error": str(error)}))
            return {"error": str(error)}

    async def _stretch(self, node: Segment) -> None:
        """In another engine, until it ends or sleeps there; asleep it is a row of ours."""
        run = self._run
        if -1 not in run.items:
            run.items[-1] = cheapest(node.needs).name
            run.notes.append((node.name, -1, run.items[-1]))
            await self._performing.move(node.name)
        engine = named(run.items[-1]).engine
        assert engine
        async with asyncio.timeout(PATIENCE["idempotent"]):
            key = f"{self._place.origin}:{run.key_of()}"
            told = await engine.run(key, run.flow.name, node.runs, run.said["input"], run.answers)
        match plain(told):
            case {"status": "done", **rest}:
                self._note(rest.get("output"), node.next)
            case {"status": "suspended", "tag": str(tag), "seconds": int() | float() as wait} if tag not in run.answers:
                now, due = self._place.clock(), self._place.clock() + _seconds(wait)
                self._slept(await self._place.writer.do(partial(store.suspend, run=run, tag=tag, due=due, now=now)))
            case other:
                raise Held(f"{run.items[-1]} answered {str(other)[:200]}")

    def _note(self, output: Any, to: str) -> None:
        self._run.notes.append((self._run.node, 0, output))
        self._say(output, to)

    def _say(self, output: Any, to: str) -> None:
        run = self._run
        run.said[run.node], run.node = output, to
        run.items, run.answer = {}, None


def _due(connection: Connection, node: Suspend, run: Running, now: float) -> float:
    if isinstance(node.until, Take):
        until = resolve(node.until, run.said)
        return now + _seconds(max(until - now, 0) if isinstance(until, int | float) else until)
    if hour := hour_of(node.until):
        return hour.after(now, zone_of(connection))
    return now + _seconds(resolve(node.seconds, run.said))


def _seconds(said: Any) -> float:
    """Raises Held for what no run can sleep for."""
    if not isinstance(said, int | float) or not 0 <= said <= LONGEST:
        raise Held(f"nobody sleeps for {str(said)[:40]} seconds")
    return float(said)
