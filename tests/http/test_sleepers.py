"""Nothing on the way up of a server, and nothing that it does afterwards, grows with the co-ops that sleep."""

import asyncio
import os
import secrets
import shutil
from itertools import count
from time import time

import pytest
from httpx import ASGITransport, AsyncClient

from app.main import House
from app.registry import Entry
from app.serve import _greet
from tests.http.conftest import settings

MONTH = 30 * 86400


@pytest.fixture
async def among(furnished, tmp_path):
    """`among(many)`: how much a server does that starts, answers and rests among so many sleepers."""

    async def among(many):
        house = House(settings(shutil.copytree(furnished, tmp_path / str(many))))
        fill(house.registry, many)
        steps = count()
        house.registry._file.set_progress_handler(lambda: next(steps) and None, 1)
        async with house.serving():
            await _greet(house, sample=False)
            await asyncio.sleep(0.1)
            async with AsyncClient(transport=ASGITransport(house.app), base_url="https://oak.example") as oak:
                assert (await oak.get("/")).status_code == 200
            house.dues.ring()
            await asyncio.sleep(0.1)
            return {
                "steps of SQLite": next(steps),
                "open files": len(os.listdir("/proc/self/fd")),
                "tasks": len(asyncio.all_tasks()),
                "remembered": len(house.dues._due) + len(house.tenants.open),
            }

    return among


def fill(registry, many):
    with registry._writing() as file:
        for number in range(many):
            entry = Entry(secrets.token_hex(8), f"sleeper{number}", f"https://sleeper{number}.example")
            row = (entry.id, entry.slug, entry.url, time() + MONTH)
            file.execute("INSERT INTO coops (id, slug, url, due) VALUES (?, ?, ?, ?)", row)
            file.execute("INSERT INTO hosts (host, coop) VALUES (?, ?)", (f"sleeper{number}.example", entry.id))


async def test_a_server_does_as_much_among_four_hundred_sleepers_as_among_twenty(among):
    await among(1)  # what is only done once in a process
    few, many = await among(20), await among(400)
    assert {what: many[what] <= 1.2 * few[what] for what in few} == dict.fromkeys(few, True), (few, many)


async def test_a_sleeper_that_cannot_be_woken_is_tried_again_later_and_delays_nobody(house, caplog):
    house.registry.add(Entry("gone", "gone", "https://gone.example"))
    house.registry.note_closed("gone", 0, 0)
    oak = house.registry.by_slug("oak").id
    await house.worker.start()
    await asyncio.sleep(0.2)
    house.registry.note_closed(oak, time() + 0.1, time())
    house.dues.ring()
    await asyncio.sleep(0.4)
    await house.worker.stop()
    assert oak in house.tenants.open
    assert [record.getMessage() for record in caplog.records] == ["gone could not be woken"]
    assert "gone" in house.dues and house.registry.due(time()) == ["gone"]
