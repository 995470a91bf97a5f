"""What must never be done, done on purpose: the same looks at copies must see it. Run it for every new Litestream."""

import asyncio
import os
import time
from contextlib import closing

import pytest

from app import files
from ops.litestream import Litestream, LitestreamTrouble, restore, supervisor
from tests.busy import SLUGS
from tests.losses import Machine, look, processes

ROUNDS = 40
"""At most; until a bad copy is seen."""
WRITING = 5
"""Seconds in which a slow machine writes a thousand pages too."""


@pytest.fixture
def machine(tmp_path):
    with Machine(tmp_path, f"file://{tmp_path}/replica") as machine:
        yield machine


@pytest.mark.timeout(500)
def test_a_server_that_folds_its_logs_by_itself_spoils_copies(machine):
    """By SQLite's default, which nobody in this house can have."""
    kills, found = 0, []
    while not found and kills < ROUNDS:
        machine.live(pragma="wal_autocheckpoint=1000")
        time.sleep(WRITING)
        machine.kill_server()
        kills, found = kills + 1, bad(machine)
    assert not any(look(machine.file(slug)).fault for slug in SLUGS), "the files themselves are sound"
    tell(found, f"after {kills} kills of a server that folds its logs by itself")


@pytest.mark.timeout(300)
def test_two_litestreams_on_one_folder_spoil_copies(machine, monkeypatch):
    async def together():
        other = Litestream(machine.data, machine.replica, always=[machine.file(slug) for slug in SLUGS])
        await other.start()
        assert len(processes(machine.data)) == 2
        seconds, found = 0, []
        while not found and seconds < ROUNDS:
            await asyncio.sleep(1)
            seconds, found = seconds + 1, await asyncio.to_thread(bad, machine)
        await other.stop()
        tell(found, f"after {seconds} s of two Litestreams")

    monkeypatch.setattr(supervisor, "lock_to_hand_on", unlocked)
    machine.live(asks=False)
    time.sleep(1)
    asyncio.run(together())


async def test_to_unregister_without_a_sync_loses_the_tail(tmp_path):
    lost, litestream = 0, Litestream(tmp_path, f"file://{tmp_path}/replica")
    await litestream.start()
    for number in range(3):
        with closing(files.connect(file := tmp_path / f"{number}.db", "journal_mode=WAL")) as connection:
            assert await litestream.register(file)
            connection.execute("CREATE TABLE notes (text)")
        assert await litestream._ask("POST", "/unregister", {"path": str(file)}, 10) is not None
        try:
            await restore(litestream.replica_of(file), tmp_path / f"restored-{number}.db")
        except LitestreamTrouble:
            lost += 1
    await litestream.stop()
    print(f"\n{lost} of 3 that were unregistered without a sync lost all")
    assert lost


async def unlocked(folder, patience):
    return os.open("/dev/null", os.O_RDONLY)


def bad(machine):
    """Co-ops whose copies cannot be restored, are not sound, or lack what was confirmed; and what is wrong."""
    return [(slug, fault) for slug in SLUGS if (fault := machine.fault(slug))]


def tell(found, when):
    print(f"\n{when}, {len(found)} of {len(SLUGS)} copies are bad: {found}")
    assert found
