"""A drill: what a real Litestream copied is restored, looked through and counted, and nobody is kept waiting."""

import asyncio
import re
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, time

import pytest

from app import drilling, trial
from app.control import quiet
from app.drilling import WEEK, drill_coops, drill_weekly
from app.label import careful
from app.main import House
from app.trouble import Trouble
from domains import account
from ops.litestream import binary
from tests.http.conftest import settings

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


@asynccontextmanager
async def copied(furnished, tmp_path, *, serves=True):
    """oak and elm, copied to a folder by a server, or by whoever asks where none runs."""
    shutil.copytree(furnished, tmp_path / "data")
    house = House(replace(settings(tmp_path / "data"), replica=f"file://{tmp_path}/replica"))
    async with house.serving() if serves else house.awake():
        yield house


@pytest.fixture
async def house(furnished, tmp_path):
    async with copied(furnished, tmp_path) as house:
        yield house


async def drilled(house, *slugs):
    """Slug -> what was found; the registry has none."""
    found = await drill_coops(house, quiet, slugs=list(slugs))
    return {"": found["registry"]} | {one["slug"]: one for one in found["coops"]}


async def faults(house, *slugs):
    return {slug: one["wrong"] for slug, one in (await drilled(house, *slugs)).items() if one["wrong"]}


def file_of(house, slug):
    return house.tenants.file(house.registry.known(slug).id)


def kept(house, slug):
    return house.registry.drill(house.registry.known(slug).id)


async def write(house, slug, name):
    async with house.tenants.use(house.registry.known(slug).id) as coop, coop.writing() as db:
        await account.subscribe(db, f"{name}@x.example")


@pytest.fixture
def spoil(monkeypatch):
    """`spoil("DELETE …")`: what comes back from the copies is not what went there."""
    restore = trial.restore

    def spoil(statement):
        async def spoilt(replica, to, **about):
            await restore(replica, to, **about)
            if "/coops/" in replica:
                with careful(to) as file:
                    file.executescript(f"PRAGMA writable_schema=ON; {statement}")

        monkeypatch.setattr(trial, "restore", spoilt)

    return spoil


@pytest.mark.parametrize("serves", [True, False])
async def test_all_that_is_copied_comes_back_and_nothing_stays(furnished, tmp_path, serves):
    async with copied(furnished, tmp_path, serves=serves) as house:
        await write(house, "oak", "maud")
        found = await drilled(house)
        assert list(found) == ["", "elm", "oak"] and not any(one["wrong"] for one in found.values())
        assert all(one["bytes"] > 4096 and one["at"].startswith("20") for one in found.values())
        assert list(await drilled(house, "elm")) == ["", "elm"] and kept(house, "oak").fault == ""
        assert not (house.settings.data_dir / "drill").exists()
        with pytest.raises(Trouble, match="no co-op ash"):
            await drilled(house, "ash")


READERS = "account_readers"
STRANGER = "INSERT INTO cart_lines VALUES (1, 99, 'product', 1, 'Leeks', 'kg', 240, 1, 0)"


SPOILT = {
    f"DELETE FROM {READERS} WHERE address = 'ann@x.example'": f"has 1 rows in {READERS}, and the file 2",
    f"INSERT INTO {READERS} (address) VALUES ('eve@x.example')": f"has 3 rows in {READERS}, and the file 2",
    STRANGER: "a row of cart_lines points at nothing",
    "DELETE FROM sqlite_master WHERE name = 'account_requests_waiting'": "damaged: Page .* is never used",
    "DELETE FROM sqlite_master; PRAGMA writable_schema=OFF; VACUUM": "empty",
}
"""What happened to the copies; what is said."""


async def test_whatever_is_missing_or_too_much_is_said(house, spoil, caplog):
    await write(house, "oak", "maud")
    await write(house, "oak", "ann")
    for statement, said in SPOILT.items():
        spoil(statement)
        found = await faults(house, "oak")
        assert re.search(said, found["oak"]) and kept(house, "oak").fault == found["oak"]
    assert sum("oak could not be brought back" in line.getMessage() for line in caplog.records) == len(SPOILT)


def cut_short(piece):
    piece.write_bytes(piece.read_bytes()[:-1])


@pytest.mark.parametrize("spoil", [cut_short, Path.unlink])
async def test_copies_that_are_damaged_or_gone_are_said_and_the_next_coop_is_drilled(house, monkeypatch, spoil):
    """Just before they are read: Litestream may put a new one there at any time."""
    await write(house, "oak", "maud")
    copies = Path(house.backup.copies(file_of(house, "oak")).place.removeprefix("file://"))
    restore = trial.restore

    async def spoilt(replica, to, **about):
        for piece in copies.rglob("*.ltx") if copies.name in replica else ():
            spoil(piece)
        await restore(replica, to, **about)

    monkeypatch.setattr(trial, "restore", spoilt)
    found = await faults(house)
    assert list(found) == ["oak"] and "could not be restored" in found["oak"]
    assert kept(house, "oak").fault == found["oak"] and kept(house, "elm").fault == ""


async def test_while_all_are_written_to_it_finds_what_is_wrong_alone_and_delays_nobody(house, oak, elm, spoil):
    took, ended = [], False

    async def work(slug, browser):
        number = 0
        while not ended:
            began = monotonic()
            await write(house, slug, f"r{number}")
            assert (await browser.get("/events/calendar")).status_code == 200
            took.append(monotonic() - began)
            number += 1

    work = [asyncio.create_task(work("oak", oak)), asyncio.create_task(work("elm", elm))]
    for _ in range(2):
        assert await faults(house) == {}
    spoil(f"DELETE FROM {READERS}")
    assert list(await faults(house)) == ["elm", "oak"]
    ended = True
    await asyncio.gather(*work)
    assert len(took) > 20 and max(took) < 5


async def test_one_whose_file_is_in_its_copies_alone_sleeps_on(house, spoil):
    await write(house, "oak", "maud")
    file = file_of(house, "oak")
    async with house.tenants.away(file.parent.name):
        shutil.rmtree(file.parent)
    found = await drilled(house)
    assert not found["oak"]["wrong"] and found["oak"]["at"].startswith("20") and not file.exists()
    spoil("DELETE FROM sqlite_master WHERE name = 'account_requests_waiting'")
    assert "damaged" in (await faults(house, "oak"))["oak"] and not file.exists()


async def test_what_cannot_be_drilled_is_said_in_a_sentence(house, monkeypatch):
    id = house.registry.known("oak").id
    async with house.tenants.away(id):
        assert "ask again" in (await faults(house, "oak"))["oak"] and kept(house, "oak") is None
    with monkeypatch.context() as full:
        full.setattr(trial.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 5, 5))
        assert "too little room" in (await faults(house, "oak"))["oak"]
    with monkeypatch.context() as stuck:
        stuck.setattr(type(house.backup.litestream), "alive", False)
        assert "Nobody knows" in (await faults(house, "oak"))["oak"]
    await house.tenants.close()
    file_of(house, "oak").write_bytes(b"no file of SQLite's" * 4096)
    assert "cannot be opened" in (await faults(house, "oak"))["oak"]


async def test_whoever_is_cut_off_leaves_nothing_and_what_was_left_goes(house, monkeypatch):
    there, folder = asyncio.Event(), house.settings.data_dir / "drill"

    async def endless(*_, **__):
        there.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as slow:
        slow.setattr(trial, "restore", endless)
        drilling = asyncio.create_task(drilled(house, "oak"))
        await there.wait()
        assert folder.exists()
        drilling.cancel()
        await asyncio.wait([drilling])
    assert not folder.exists()
    folder.mkdir()
    (folder / "copy.db").touch()
    assert await faults(house) == {} and not folder.exists()


async def test_once_a_week_it_is_done_by_itself(house, monkeypatch):
    monkeypatch.setattr(drilling, "PAUSE", 0)
    monkeypatch.setattr(drilling, "OTHERS", 1)
    async with house.tenants.use(house.registry.known("oak").id):
        await drill_weekly(house)
    first = {slug: kept(house, slug).at for slug in ("oak", "elm")}
    await drill_weekly(house)
    assert {slug: kept(house, slug).at for slug in ("oak", "elm")} == first
    house.registry.note_done("drill", time() - WEEK)
    await house.tenants.close()
    house.registry.note_drill(house.registry.known("elm").id, drilling.Drill(first["oak"] + 0.001, ""))
    await drill_weekly(house)
    assert kept(house, "oak").at > first["oak"], "of those that are closed, the one whose last is the longest ago"
    assert time() - house.registry.last_done("drill") < 10


async def test_where_nothing_is_copied_nothing_is_drilled(furnished, tmp_path):
    shutil.copytree(furnished, tmp_path / "alone")
    house = House(settings(tmp_path / "alone"))
    async with house.awake():
        with pytest.raises(Trouble, match="ROSE_REPLICA is none"):
            await drilled(house)
        await drill_weekly(house)
        assert house.registry.last_done("drill") == 0
