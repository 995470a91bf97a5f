"""Runs one open co-op's durable flows: whatever happens to the process, each goes on from its last checkpoint."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from . import effects, store
from .crew import Crew, back_off
from .deliveries import queue
from .effects import Call, UnknownEffect
from .graph import END, Branch, Each, Effect, Flow, Suspend, resolve
from .lent import Alarm, File
from .store import Running, Stolen, within
from .writer import Writer

MOST = 1000
TRIES = 3  # of what is pure or tx; what reaches outside says it itself
PENS = 4  # tx effects at once, so that a request waits for no more than these
POISON = 25  # claims without a checkpoint between them
PATIENCE = {"pure": 5.0, "tx": 5.0, "idempotent": 30.0, "once": 30.0}
"""Seconds an effect may take: less than a lease, and a `tx` holds up every writer of its co-op."""


BUSY = (OperationalError, PoolTimeout)
"""The file's own troubles: they pass, and are never a run's death."""


class Held(Exception):
    """Only a person can say what is true."""


class Durable:
    def __init__(
        self, file: File, writer: Writer, alarm: Alarm, *, origin: str, clock: Callable[[], float], size: int = 64
    ) -> None:
        self._file, self._writer, self._alarm = file, writer, alarm
        self._origin, self._clock = origin, clock
        self._crew = Crew(size, lambda: alarm.at(clock()))
        self._pens = asyncio.Semaphore(PENS)

    async def open(self) -> None:
        if await self._writer.do(partial(store.take_over, now=self._clock())):
            self._alarm.at(self._clock())

    async def close(self) -> None:
        await self._crew.close()

    def busy(self) -> bool:
        return self._crew.busy()

    async def wake(self) -> float | None:
        """Begins what is due, as far as there is room; says when to ask again, None if a bell will ring before."""
        if not (room := self._crew.room()):
            return None
        claimed, due = await self._writer.do(partial(store.claim, now=self._clock(), many=room))
        for run in claimed:
            self._crew.begin(self._go(run))
        return due

    async def perform(self, flow: Flow, input: dict[str, Any], key: str) -> dict[str, Any]:
        """Starts it and goes on at once, in this task, until it is done or sleeps; answers its outcome."""
        begin = partial(store.start, flow=flow, input=input, key=key, now=self._clock(), claimed=True)
        if run := await self._writer.do(begin):
            await self._go(run)
            if run.status == "done":
                return {"status": "done", "effects": store.effects_of(flow, list(run.said.items())), "flow_id": run.id}
            if run.status == "suspended":
                return {"status": "suspended", "resume": {"id": run.id, "tag": getattr(flow.node(run.node), "tag", "")}}
        return await self._writer.do(lambda connection: store.outcome(connection, store.id_of(connection, key)))

    async def _go(self, run: Running) -> None:
        try:
            if run.attempt > POISON:
                raise Held(f"claimed {run.attempt} times, and nobody came back")
            while run.status == "running":
                await self._pass(run)
        except Stolen:
            pass  # somebody else has it, and all that it needs is in the table
        except Exception as error:
            await self._give_up(run, error)

    async def _pass(self, run: Running) -> None:
        """One node. What keeps no checkpoint of its own is noted and goes with the next one."""
        if run.node == END:
            return await self._move(run, END)
        match node := run.flow.node(run.node):
            case Branch():
                yes = node.on.of(run.said) == node.equals
                self._note(run, yes, node.then if yes else node.otherwise)
            case Suspend() if run.answer:
                self._note(run, run.answer, node.late if run.answer["late"] else node.next)
            case Suspend():
                await self._suspend(run, node)
            case Effect():
                output = await self._perform(run, node, 0, run.said, node.next)
                self._say(run, output, node.next)
            case Each():
                await self._each(run, node)

    async def _suspend(self, run: Running, node: Suspend) -> None:
        now = self._clock()
        due = now + resolve(node.seconds, run.said)

        def sleep(connection: Connection) -> bool:
            if node.mail:
                mail = resolve(node.mail, run.said)
                payload = mail | {"resume": {"id": run.id, "tag": node.tag}}
                queue(connection, f"{run.id}:{node.name}:0", mail["to"], payload, now)
            return store.suspend(connection, run, node.tag, due, now)

        early = await self._writer.do(sleep)
        run.status = "ready" if early else "suspended"
        for when in [due] + [now] * bool(early or node.mail):
            self._alarm.at(when)

    async def _each(self, run: Running, node: Each) -> None:
        if -1 not in run.items:
            items = list(node.over.of(run.said))
            if len(items) > MOST:
                raise Held(f"{len(items)} items are more than {MOST}")
            run.notes.append((node.name, -1, items))
            await self._move(run, node.name)
            run.items[-1] = items
        for index, item in enumerate(run.items[-1], 1):
            if index not in run.items:
                run.items[index] = await self._item(run, node, index, item)
        self._note(run, [run.items[index] for index in sorted(run.items) if index > 0], node.next)

    async def _item(self, run: Running, node: Each, index: int, item: Any) -> Any:
        try:
            return await self._perform(run, node, index, run.said | {"item": item}, node.name)
        except (Stolen, Held):
            raise
        except Exception as error:
            if node.on_error == "stop" or run.attempt <= (node.retry or TRIES):
                raise
            run.notes.append((node.name, index, {"error": str(error)}))
            await self._move(run, node.name)
            return {"error": str(error)}

    async def _perform(self, run: Running, node: Effect | Each, index: int, said: dict[str, Any], to: str) -> Any:
        """One effect with its checkpoint, as its kind demands; afterwards the run stands at `to`."""
        kind, do = effects.known(node.do).kind, effects.known(node.do).do
        call, args = Call(f"{run.id}:{node.name}:{index}", self._clock()), resolve(node.args, said)
        if kind == "tx":
            async with self._pens, self._file.writing() as db:
                await within(db, partial(store.move, run=run, to=to, now=call.now))
                async with asyncio.timeout(PATIENCE[kind]):
                    output = await do(replace(call, session=db), **args)
                await within(db, partial(store.step, run=run, node=node.name, index=index, output=output, now=call.now))
            self._moved(run, to)
            return output
        if kind == "once":
            await self._intend(run, node, index)
        try:
            async with asyncio.timeout(PATIENCE[kind]):
                output = await do(replace(call, key=f"{self._origin}:{call.key}"), **args)
        except Exception as error:
            if kind != "once":
                raise
            raise Held(f"{node.do} may have happened: {error!r}") from error
        run.notes.append((node.name, index, output))
        if kind != "pure":
            await self._move(run, to)
        return output

    async def _intend(self, run: Running, node: Effect | Each, index: int) -> None:
        if run.begun:
            raise Held(f"{node.do} was begun, and nobody knows how it ended")
        now = self._clock()

        def intend(connection: Connection) -> None:
            store.move(connection, run, node.name, now)
            store.step(connection, run, node.name, index, None, now, "begun")

        await self._writer.do(intend)
        self._moved(run, node.name)

    async def _move(self, run: Running, to: str) -> None:
        await self._writer.do(partial(store.move, run=run, to=to, now=self._clock()))
        self._moved(run, to)

    def _moved(self, run: Running, to: str) -> None:
        run.notes.clear()
        run.attempt, run.status = 1, "done" if to == END else "running"

    def _note(self, run: Running, output: Any, to: str) -> None:
        run.notes.append((run.node, 0, output))
        self._say(run, output, to)

    def _say(self, run: Running, output: Any, to: str) -> None:
        run.said[run.node], run.node = output, to
        run.items, run.answer = {}, None

    async def _give_up(self, run: Running, error: Exception) -> None:
        """For a while, or for good."""
        status, due = _after(run, error), self._clock() + back_off(run.attempt)
        why = f"{type(error).__name__}: {error}"
        again = due if status == "ready" else None
        try:
            await self._writer.do(partial(store.put_back, run=run, status=status, due=again, why=why))
        except Stolen:
            return
        if again is not None:
            self._alarm.at(again)


def _after(run: Running, error: Exception) -> str:
    """How a run stands after its node has failed."""
    if isinstance(error, Held | UnknownEffect):
        return "held"
    tries = getattr(run.flow.node(run.node), "retry", 0) or TRIES
    return "dead" if not isinstance(error, BUSY) and run.attempt > tries else "ready"
