"""Whether a commit is copied, asked of the real Litestream."""

import asyncio
import os
import signal

import pytest

from app.backup import Backup, Kept
from ops.litestream import Litestream, binary
from tests.unit.test_litestream import folder, open_coop, processes, replica, write  # noqa: F401

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


@pytest.fixture
async def litestream(folder, replica):  # noqa: F811
    (folder / "coops" / "oak").mkdir(parents=True)
    litestream = Litestream(folder, replica, opened=lambda: folder.glob("coops/*/site.db"))
    await litestream.start()
    yield litestream
    await litestream.stop()


@pytest.fixture
def backup(folder, litestream):  # noqa: F811
    return Backup(folder, litestream)


@pytest.fixture
async def oak(folder, litestream):  # noqa: F811
    """A file that is open and copied, and a connection to it."""
    file, opened = open_coop(folder)
    with opened as connection:
        await litestream.register(file)
        yield file, connection


async def test_what_was_committed_before_the_question_is_copied_and_never_called_safe_on_the_same_disk(backup, oak):
    file, connection = oak
    write(connection)
    assert await backup.confirm(file) is Kept.HERE


async def test_a_replica_on_another_disk_is_elsewhere(backup, oak, monkeypatch):
    monkeypatch.setattr("app.backup.is_elsewhere", lambda url, data: True)
    write(oak[1])
    assert await backup.confirm(oak[0]) is Kept.ELSEWHERE


async def test_many_who_ask_share_a_question_that_was_asked_after_their_commits(backup, oak, monkeypatch):
    file, connection = oak
    asked, sync = [], backup.litestream.sync

    async def counted(file, patience):
        asked.append(connection.total_changes)
        return await sync(file, patience)

    monkeypatch.setattr(backup.litestream, "sync", counted)

    async def commit_and_ask():
        write(connection, 1)
        made = connection.total_changes
        kept = await backup.confirm(file)
        return kept, any(known >= made for known in asked)

    told = []
    for _ in range(5):
        told += [asyncio.create_task(commit_and_ask()) for _ in range(20)]
        await asyncio.sleep(0.005)
    assert set(await asyncio.gather(*told)) == {(Kept.HERE, True)} and len(asked) <= 10


async def test_who_gives_up_takes_nobody_along(backup, oak):
    file, connection = oak
    write(connection)
    asking = [asyncio.create_task(backup.confirm(file)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    assert await asyncio.gather(*asking[1:]) == [Kept.HERE] * 2


async def test_what_litestream_does_not_know_is_nowhere(backup, folder):  # noqa: F811
    file, opened = open_coop(folder, "elm")
    with opened as connection:
        write(connection)
        assert await backup.confirm(file) is Kept.NOWHERE


async def test_while_it_is_slow_it_is_nowhere_and_then_it_is_copied(backup, oak, folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr("app.backup.PATIENCE", 0.3)
    (process,) = processes(folder)
    os.kill(process, signal.SIGSTOP)
    write(oak[1])
    assert await backup.confirm(oak[0]) is Kept.NOWHERE
    os.kill(process, signal.SIGCONT)
    monkeypatch.setattr("app.backup.PATIENCE", 10)
    assert await backup.confirm(oak[0]) is Kept.HERE


async def test_while_it_is_down_it_is_nowhere_and_started_again_it_is_copied(backup, oak, folder):  # noqa: F811
    (process,) = processes(folder)
    os.kill(process, signal.SIGKILL)
    write(oak[1])
    while backup.alive:
        await asyncio.sleep(0.01)
    assert await backup.confirm(oak[0]) is Kept.NOWHERE
    async with asyncio.timeout(20):
        while await backup.confirm(oak[0]) is Kept.NOWHERE:
            await asyncio.sleep(0.05)
    assert await backup.confirm(oak[0]) is Kept.HERE


async def test_without_a_litestream_nothing_is_anywhere(folder):  # noqa: F811
    assert await Backup(folder, None).confirm(folder / "site.db") is Kept.NOWHERE
