"""Whatever is closed while nobody copies it is copied as soon as somebody does, though nobody asks for it."""

import asyncio
import os
import secrets
import signal
import time

import pytest

from app.label import careful
from app.main import House
from domains import account
from ops.litestream import LitestreamTrouble, binary, restore
from tests.http.conftest import copied
from tests.losses import processes

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


async def write_and_close(house, killing=()):
    oak = house.registry.by_slug("oak").id
    async with house.tenants.use(oak) as coop:
        for process in killing:
            os.kill(process, signal.SIGKILL)
        async with coop.writing() as db:
            await account.subscribe(db, "ann@x.example")
    async with house.tenants.away(oak):
        return coop.file


async def is_copied(house, file):
    to = file.parents[2] / secrets.token_hex(4)
    try:
        await restore(house.backup.litestream.replica_of(file), to)
    except LitestreamTrouble:
        return False
    with careful(to) as copy:
        return copy.execute("SELECT address FROM account_readers").fetchall() == [("ann@x.example",)]


async def test_what_was_closed_while_litestream_was_down(furnished, tmp_path):
    async with copied(furnished, tmp_path) as house:
        file = await write_and_close(house, processes(house.settings.data_dir))
        async with asyncio.timeout(8):
            while not await is_copied(house, file):
                await asyncio.sleep(0.2)
        assert await house.backup.litestream.holds(file)
        await house.tenants.settle()
        assert not await house.backup.litestream.holds(file) and file.parent.name not in house.registry.were_open()


async def test_nobody_waits_long_for_a_place_that_takes_nothing(furnished, tmp_path, monkeypatch):
    """More co-ops are asked for than may be open, so one is closed for each."""
    monkeypatch.setattr("app.backup.CLOSING", 0.5)
    nowhere = "s3://bucket/rose?endpoint=http://127.0.0.1:9&region=none&force-path-style=true"
    async with copied(furnished, tmp_path, replica=nowhere, open_coops=1) as house:
        coops, began = [entry.id for entry in house.registry.all()], time.monotonic()
        for id in coops * 5:
            async with house.tenants.use(id):
                pass
        assert time.monotonic() - began < 4 and set(house.registry.were_open()) == set(coops)
        os.kill(*processes(house.settings.data_dir), signal.SIGKILL)  # or the end would wait for its upload


async def test_what_a_command_did_while_no_server_ran(furnished, tmp_path):
    async with copied(furnished, tmp_path) as house:
        settings = house.settings
    async with (house := House(settings)).awake():
        file = await write_and_close(house)
    async with House(settings).serving() as house, asyncio.timeout(8):
        while not await is_copied(house, file):
            await asyncio.sleep(0.2)
