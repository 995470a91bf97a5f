"""Write-ahead logs that no Litestream folds: the machine does it by itself, and only then."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from app import backup, chores
from app.backup import log_size
from app.chores import Chores, fold
from domains import account
from ops.litestream import holding_lock

LARGEST = 100_000


@pytest.fixture
def files(house, coop, monkeypatch):
    monkeypatch.setattr(backup, "LARGEST", LARGEST)
    return coop.file, house.registry.path


async def write(house, coop):
    """A little into each."""
    house.registry.note_done("nothing", 1)
    async with coop.writing() as db:
        await account.count_try(db, "nothing", 10**6, timedelta(hours=1))


async def test_they_stay_bounded_while_everybody_writes(house, coop, files, monkeypatch):
    monkeypatch.setattr(chores, "CHORES", (chores.Chore(fold, 0.001),))
    sizes = {file: [] for file in files}
    at_work = Chores(house)
    await at_work.start()
    try:
        for _ in range(100):
            await write(house, coop)
            await asyncio.sleep(0.002)
            for file in files:
                sizes[file].append(log_size(file))
    finally:
        await at_work.stop()
    for seen in sizes.values():
        folds = sum(after < before for before, after in pairwise(seen))
        assert LARGEST / 2 < max(seen) < 3 * LARGEST and folds > 1
    async with coop.reading() as db:
        assert await account.people(db) and house.registry.by_slug("oak")


async def test_nobody_folds_what_a_litestream_may_be_reading(house, coop, files):
    while any(log_size(file) <= LARGEST for file in files):
        await write(house, coop)
    with holding_lock(house.settings.data_dir) as free:
        assert free
        await fold(house)
        assert all(log_size(file) > LARGEST for file in files)
    await fold(house)
    assert not any(map(log_size, files))
