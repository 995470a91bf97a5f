"""How the copies of a co-op stand, as stewards and machines are told, with a real Litestream beside the house."""

import asyncio
import os
import re
import shutil
import signal
import time
from dataclasses import replace

import pytest

from app import chores, lookout
from app.chores import Chore, look
from app.lookout import Standing
from app.main import House
from app.metrics import told as told_of_all
from app.registry import Drill
from domains import account
from ops.litestream import binary, supervisor
from tests.http.conftest import PARTIAL, settings
from tests.unit.test_litestream import processes

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


@pytest.fixture
async def house(furnished, tmp_path, monkeypatch):
    """Copied to a folder, and looked after at a quick pace."""
    monkeypatch.setattr(chores, "CHORES", (Chore(look, 0.05),))
    monkeypatch.setattr(lookout, "LATE", 1)
    data = tmp_path / "data"
    shutil.copytree(furnished, data)
    house = House(replace(settings(data), replica=f"file://{tmp_path}/replica"))
    async with house.serving():
        yield house


async def write(coop):
    async with coop.writing() as db:
        await account.subscribe(db, f"{os.urandom(4).hex()}@x.example")


async def until(house, coop, standing):
    async with asyncio.timeout(10):
        while house.lookout.standing(coop) is not standing:
            await asyncio.sleep(0.02)


@pytest.fixture
async def copied(house, coop):
    await write(coop)
    await until(house, coop, Standing.COPIED)


@pytest.fixture
def breaks(tmp_path):
    """`breaks()`: nothing can be copied any more; `breaks(mended=True)`: it can."""

    def breaks(mended=False):
        if mended:
            (tmp_path / "replica").unlink()
            (tmp_path / "away").rename(tmp_path / "replica")
        else:
            (tmp_path / "replica").rename(tmp_path / "away")
            (tmp_path / "replica").touch()

    return breaks


async def health(client):
    return (await client.get("/health")).json()


async def test_what_cannot_be_copied_is_said_with_since_when_to_its_own_stewards_alone(
    house, coop, steward, oak, elm, copied, breaks
):
    assert "Copied</span>" in (await steward.get("/steward/copies")).text and (await elm.get("/")).status_code == 200
    await until(house, house.tenants.open[house.registry.by_slug("elm").id], Standing.COPIED)
    breaks()
    before = time.time()
    await write(coop)
    await until(house, coop, Standing.BEHIND)
    assert before - 5 < house.lookout.since(coop) <= before + 0.1
    page, desk = (await steward.get("/steward/copies")).text, (await steward.get("/steward")).text
    assert "Behind</span>" in page and re.search("Copies are behind: what was written in the last [1-9] second", page)
    assert '<a href="/steward/copies">Copies are behind</a>' in desk and "One thing needs you" in desk
    told, other = await health(oak), await health(elm)
    assert told["status"] == "ok" and told["replication"] == "behind" and told["seconds"] >= 1
    assert other["replication"] == "copied" and other["seconds"] <= 5
    metrics = (await told_of_all(house)).decode()
    assert f'rose_replication_behind_seconds{{coop="{coop.id}"}}' in metrics
    assert metrics.count("rose_replication_behind_seconds{") == 1 and "rose_litestream_up 1.0" in metrics
    assert float(re.search(r"^rose_replication_lag_seconds (.*)", metrics, re.M)[1]) >= 1
    breaks(mended=True)
    await until(house, coop, Standing.COPIED)
    assert "Copies are behind" not in (await steward.get("/steward")).text
    assert (await health(oak))["replication"] == "copied"


async def test_nobody_asks_of_what_nobody_wrote_to(house, coop, copied, monkeypatch):
    asked, sync = [], house.backup.litestream.sync

    async def counted(file, patience=10):
        asked.append(file)
        return await sync(file, patience)

    monkeypatch.setattr(house.backup.litestream, "sync", counted)
    since = house.lookout.since(coop)
    await asyncio.sleep(0.5)
    assert len(asked) <= 1, "of what Litestream itself writes, once"
    assert house.lookout.since(coop) > since + 0.3
    await write(coop)
    await asyncio.sleep(0.3)
    assert set(asked) == {coop.file}


async def test_no_page_waits_for_a_litestream_that_hangs(house, coop, steward, oak, copied):
    (process,) = processes(house.settings.data_dir)
    os.kill(process, signal.SIGSTOP)
    try:
        await write(coop)
        await until(house, coop, Standing.BEHIND)
        for client, path in ((oak, "/"), (steward, "/steward"), (steward, "/steward/copies"), (oak, "/health")):
            async with asyncio.timeout(1):
                assert (await client.get(path)).status_code == 200
    finally:
        os.kill(process, signal.SIGCONT)
    await until(house, coop, Standing.COPIED)


async def test_a_litestream_that_has_died_is_off_and_the_site_goes_on(house, coop, steward, oak, copied, monkeypatch):
    monkeypatch.setattr(supervisor, "SHORTEST", 60)
    os.kill(*processes(house.settings.data_dir), signal.SIGKILL)
    await until(house, coop, Standing.OFF)
    page, desk = (await steward.get("/steward/copies")).text, (await steward.get("/steward")).text
    assert "Copies have stopped: what was written in the last" in page and "Copies have stopped</a>" in desk
    answer = await oak.get("/health")
    assert answer.status_code == 200 and answer.json()["replication"] == "off" and answer.json()["seconds"] < 60


async def test_the_page_says_where_the_copies_are_how_large_and_whether_they_were_tried(
    house, coop, oak, member, steward, copied, tmp_path
):
    page, part = await steward.get("/steward/copies"), await steward.get("/steward/copies", headers=PARTIAL)
    assert 'hx-trigger="every 5s"' in part.text and "<html" not in part.text
    assert "It is a copy on this disk" in page.text and "safe" not in page.text and "not yet: once" in page.text
    size = sum(file.stat().st_size for file in (tmp_path / "replica" / "coops" / coop.id).rglob("*.ltx"))
    assert f"{round(size / 1000, 1):g} kB" in page.text
    assert "rose coop restore oak --at 20" in page.text and 'href="/steward/export"' in page.text
    house.registry.note_drill(coop.id, Drill(time.time(), ""))
    assert "and all was there" in (await steward.get("/steward/copies")).text
    house.registry.note_drill(coop.id, Drill(time.time(), "Two rows are <missing>."))
    assert "Two rows are &lt;missing&gt;." in (await steward.get("/steward/copies")).text
    assert "The copies could not be restored" in (await steward.get("/steward")).text
    for nobody, status in ((oak, 401), (member, 403)):
        assert (await nobody.post("/steward/copies")).status_code == status
    done = await steward.post("/steward/copies")
    assert done.status_code == 303 and done.headers["location"] == "/steward/copies?said=weighed"
