"""Reads are done at once where they are asked; those that take long, beside everything else."""

import asyncio
import threading
import time
from functools import partial

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError

from app import files
from domains import blog, market, site
from domains.activities import ledger

HERE = select(func.here())
THERE = HERE.execution_options(long=True)


async def knowing(db, here):
    """So that SQL can ask: `here()`."""
    make = partial(_make, here=here)
    await (await db.connection()).run_sync(make)


def _make(connection, here):
    connection.connection.dbapi_connection.create_function("here", 0, here)


async def test_a_read_is_done_at_once_and_a_long_one_on_a_thread(coop):
    async with coop.reading() as db:
        await knowing(db, threading.get_ident)
        assert await db.scalar(HERE) == threading.get_ident()
        assert await db.scalar(THERE) != threading.get_ident()
        assert (await db.execute(THERE)).scalars().all() != [threading.get_ident()]


async def test_nobody_waits_for_a_long_read(coop):
    done = threading.Event()
    async with coop.reading() as slow, coop.reading() as quick:
        await knowing(slow, lambda: done.wait(30))
        reading = asyncio.create_task(slow.scalar(THERE))
        await asyncio.sleep(0)
        assert await blog.latest(quick) == [] and not reading.done()
        done.set()
        assert await reading


async def test_who_is_cancelled_leaves_when_the_read_is_over_and_the_connection_is_good(coop):
    begun, done = threading.Event(), threading.Event()

    async def ask():
        async with coop.reading() as db:
            await knowing(db, lambda: begun.set() or done.wait(30))
            await db.scalar(THERE)

    asking = asyncio.create_task(ask())
    await asyncio.to_thread(begun.wait, 30)
    asking.cancel()
    await asyncio.sleep(0.05)
    assert not asking.done()
    done.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with coop.reading() as db:
        assert await blog.latest(db) == []


async def test_a_search_is_long_and_a_list_is_not(coop):
    asked = []
    listen = (Engine, "before_cursor_execute", lambda *_: asked.append(threading.get_ident()))
    async with coop.reading() as db:
        await db.execute(text("SELECT 1"))
        event.listen(*listen)
        try:
            await ledger(db), await market.goods(db)
            assert asked and set(asked) == {threading.get_ident()}
            asked.clear()
            await ledger(db, "leeks"), await market.goods(db, "leeks")
            assert asked and threading.get_ident() not in asked
        finally:
            event.remove(*listen)


async def test_there_are_as_many_readers_as_ask_and_none_can_write(coop):
    sessions = [coop.reading() for _ in range(40)]
    try:
        for db in sessions:
            assert await blog.latest(db) == []
        with pytest.raises(OperationalError, match="readonly"):
            await sessions[0].execute(text("UPDATE site SET name = 'mine'"))
    finally:
        for db in sessions:
            await db.close()


async def test_a_reader_waits_for_no_writer_whoever_it_is(coop):
    """A wait would be everybody's: SQLite would sleep in the loop's own thread."""
    other = files.connect(coop.file)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("UPDATE site SET name = 'mine'")
    before = time.perf_counter()
    async with coop.reading() as db:
        assert (await db.execute(text("SELECT count(*) FROM site WHERE name = 'mine'"))).scalar() == 0
    assert time.perf_counter() - before < 1
    other.close()


@pytest.fixture
async def oak(coop):
    async with coop.writing() as db:
        await site.describe(db, site.Facts("Oak"), "https://oak.example")
    return coop


def committed(coop, sql):
    """By another process, as far as SQLite knows."""
    other = files.connect(coop.file)
    other.execute(sql)
    other.close()


async def test_one_look_at_the_file_answers_for_all_who_have_come_and_for_nobody_later(oak, monkeypatch):
    looks, look = [], oak.version
    monkeypatch.setattr(oak, "version", lambda: looks.append(1) or look())

    async def ask():
        return oak.version_for_all()

    first = await asyncio.gather(*(ask() for _ in range(10)))
    assert len(set(first)) == 1 and len(looks) == 1
    here = asyncio.gather(ask(), ask())
    committed(oak, "UPDATE site SET name = 'Rowan'")
    later = asyncio.create_task(ask())
    assert {*await here, await later}.isdisjoint(first)


async def test_who_comes_after_a_commit_sees_it_even_while_others_are_still_waiting(oak):
    seen = []

    async def ask():
        seen.append(oak.version_for_all())

    async def commit():
        await ask()
        committed(oak, "UPDATE site SET name = 'Rowan'")
        await asyncio.create_task(ask())

    await asyncio.gather(commit(), ask())
    before, beside, after = seen
    assert before == beside != after
