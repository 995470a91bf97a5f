"""A co-op that has ten thousand runs to do is no trouble to another."""

import asyncio
from time import monotonic, time

import pytest
from sqlalchemy import select

import flows
from domains.base import table_of
from flows.engine import store
from flows.engine.models import Run
from tests import tales

MANY = 10_000


def begin_many(connection):
    for n in range(MANY):
        store.start(connection, tales.CALLS, {"number": n, "many": []}, f"k{n}", time())


async def done(coop):
    async with coop.reading() as db:
        return len((await db.scalars(select(table_of(Run).c.id).where(Run.status == "done"))).all())


@pytest.fixture
async def busy(house, coop):
    """Its worker runs, and oak has more to do than it can."""
    await coop.thread.do(begin_many)
    await house.worker.start()
    house.dues.at(coop.id, 0)
    while not await done(coop):
        await asyncio.sleep(0.01)
    yield coop
    await house.worker.stop()


async def test_ten_thousand_runs_of_one_delay_those_of_another_by_less_than_a_second(house, busy):
    waits = []
    async with house.tenants.use(house.registry.by_slug("elm").id) as elm:
        for n in range(5):
            began = monotonic()
            async with elm.writing() as db:
                await flows.start(db, tales.CALLS, {"number": n, "many": []}, f"e{n}", time())
            while await done(elm) <= n:
                await asyncio.sleep(0.005)
            waits.append(monotonic() - began)
    assert await done(busy) < MANY  # it was at work all the time
    assert sorted(waits)[2] < 1, waits
