"""Our durable flows, in a process of their own: `python -m tests.bench.ours FOLDER CASE [MANY]` tells figures in JSON.

One co-op's file at `synchronous=FULL`, opened as the server opens it, with the worker that wakes what is due.
"""

import asyncio
import json
import secrets
import sys
from collections import defaultdict
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import time

import uvloop
from sqlalchemy import text

import flows
from app.backup import Backup
from app.coop import Coop
from app.dues import Dues
from app.registry import Entry, Registry
from app.tenants import Tenants
from app.worker import Worker
from flows.engine.builder import flow
from flows.engine.effects import effect
from tests import tales

from .pace import CALLERS, latencies, rate

MONTH = 30 * 86400  # seconds
MADE = text("CREATE TABLE IF NOT EXISTS bench_notes (number INTEGER NOT NULL)")
NOTE = text("INSERT INTO bench_notes (number) VALUES (:number)")


class Nobody:
    async def send(self, key, to, payload): ...


@effect("bench.note@1", "tx")
def note(call, *, number):
    call.connection.execute(NOTE, {"number": number})


PLAIN = tales.three("bench.plain", "bench.note@1")
SLEEPER = flow("bench.sleeper", In=tales.In).suspend("asked", tag="ask", seconds=MONTH).build()
"""Without effects: a server that knows no tales lets it sleep."""


@asynccontextmanager
async def opened(folder):
    dues, registry = Dues(), Registry(folder / "registry.db")
    tenants = Tenants(
        folder, registry, dues, lambda file: Coop(file, dues.of("oak"), Nobody()), Backup(folder, None), most=8
    )
    if not registry.by_id("oak"):
        await tenants.make_room("oak")
        registry.add(Entry("oak", "oak", "http://oak.localhost"))
    worker = Worker(tenants, dues)
    await worker.start()
    async with tenants.use("oak") as coop:
        yield coop
    await worker.stop()
    await tenants.close()
    registry.close()


async def calls(coop):
    return await rates(coop, tales.CALLS)


async def notes(coop):
    return await rates(coop, tales.NOTES)


async def plain(coop):
    await coop.thread.do(lambda connection: connection.execute(MADE))
    return await rates(coop, PLAIN)


async def rates(coop, story):
    return {f"{callers}": await rate(partial(perform, coop, story), callers) for callers in CALLERS}


async def perform(coop, story, number):
    return await coop.flows.perform(story, {"number": number, "many": []}, f"{story.name}:{secrets.token_hex(8)}")


async def sleeps(coop):
    sleepers = []

    async def sleep(number):
        sleepers.append(await fall_asleep(coop, number))

    created = await rate(sleep, CALLERS[-1])
    return {"created": created} | await latencies(partial(resume, coop, ends(coop)), sleepers)


async def fall_asleep(coop, number):
    """Its number."""
    return (await perform(coop, SLEEPER, number))["resume"]["id"]


def ends(coop):
    """Run -> an event, set when its task has ended, which is after its last commit."""
    ended, go = defaultdict(asyncio.Event), coop.flows._go

    async def noted(run):
        await go(run)
        ended[run.id].set()

    coop.flows._go = noted
    return ended


async def resume(coop, ended, id):
    assert await click(coop, id)
    await ended[id].wait()


async def click(coop, id):
    async with coop.writing() as db:
        return await flows.resume(db, id, "ask", "yes", "ann", time())


async def clicks(coop, many):
    """How often two clicks at once made one resume."""
    sleepers = [await fall_asleep(coop, number) for number in range(many)]
    return {"once": sum([sum(await asyncio.gather(click(coop, id), click(coop, id))) == 1 for id in sleepers])}


async def bed(coop, many):
    await asyncio.gather(*(fall_asleep(coop, number) for number in range(many)))
    return {}


async def wake(coop):
    """The first resume of this process; then it is at work until somebody kills it."""
    (id,) = coop.watcher.execute("SELECT id FROM flow_runs WHERE status = 'suspended'").fetchone()
    await resume(coop, ends(coop), id)
    tell({})
    while True:
        await rates(coop, tales.CALLS)


def tell(figures):
    print(json.dumps(figures), flush=True)


async def main(folder, case, *many):
    async with opened(Path(folder)) as coop:
        tell(await globals()[case](coop, *map(int, many)))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
