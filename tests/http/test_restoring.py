"""A co-op that goes back in time, from the copies that a real Litestream made of it, while another lives."""

import asyncio
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from app import restoring
from app.control import quiet
from app.label import careful
from app.main import House
from app.restoring import restore_beside, restore_coop
from app.trouble import Trouble
from domains import account
from ops.litestream import binary
from tests.conftest import all_of
from tests.http.conftest import copied, settings

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


@pytest.fixture
async def house(furnished, tmp_path):
    async with copied(furnished, tmp_path) as house:
        yield house


@pytest.fixture
def oak_file(house):
    return house.tenants.file(house.registry.by_slug("oak").id)


async def write(house, *names):
    """Copied for certain before it returns; says when."""
    async with house.tenants.use(house.registry.by_slug("oak").id) as coop, coop.writing() as db:
        for name in names:
            await account.subscribe(db, f"{name}@x.example")
    assert await house.backup.litestream.sync(coop.file)
    await asyncio.sleep(0.1)
    now = datetime.now(UTC).isoformat()
    await asyncio.sleep(0.1)
    return now


async def written(house):
    async with house.tenants.use(house.registry.by_slug("oak").id) as coop:
        return [address[0] for (address,) in await all_of(coop, account.models.Reader.address)]


def inside(file):
    with careful(file) as connection:
        return [address[0] for (address,) in connection.execute("SELECT address FROM account_readers")]


async def test_it_goes_back_and_forward_again_and_what_was_is_kept(house, oak, elm):
    before = await write(house, "a")
    await write(house, "b")
    made = await restore_coop(house, quiet, slug="oak", at=before)
    assert await written(house) == ["a"] and inside(made["kept"]) == ["a", "b"]
    assert (await oak.get("/")).status_code == (await elm.get("/")).status_code == 200
    later = await write(house, "c")
    await write(house, "d")
    await restore_coop(house, quiet, slug="oak", at=later)
    assert await written(house) == ["a", "c"], "a history with a turn in it is restored as any other"
    await restore_coop(house, quiet, slug="oak", at=before)
    assert await written(house) == ["a"]


async def test_the_newest_has_every_commit_that_was_confirmed(house, oak_file):
    async with house.tenants.use(oak_file.parent.name) as coop, coop.writing() as db:
        await account.subscribe(db, "z@x.example")
    await restore_coop(house, quiet, slug="oak")
    assert await written(house) == ["z"]


async def test_beside_it_the_coop_goes_on_as_it_is(house, oak_file):
    before = await write(house, "a")
    await write(house, "b")
    made = await restore_beside(house, quiet, slug="oak", at=before)
    assert inside(made["file"]) == ["a"] and await written(house) == ["a", "b"]
    Path(made["file"]).unlink()
    assert not list((house.settings.data_dir / "moving").iterdir())


async def test_whoever_asks_meanwhile_is_told_and_others_are_served(house, oak, elm, monkeypatch):
    going, go = asyncio.Event(), asyncio.Event()
    restore = restoring.restore

    async def slow(*about, **more):
        going.set()
        await go.wait()
        await restore(*about, **more)

    await write(house, "a")
    monkeypatch.setattr(restoring, "restore", slow)
    work = asyncio.create_task(restore_coop(house, quiet, slug="oak"))
    await going.wait()
    answer = await oak.get("/")
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0 and "away for a moment" in answer.text
    assert (await elm.get("/")).status_code == 200
    with pytest.raises(Trouble, match="busy"):
        await restore_coop(house, quiet, slug="oak")
    go.set()
    await work
    assert (await oak.get("/")).status_code == 200


async def test_a_file_that_is_broken_comes_back_and_one_that_is_gone_by_itself(house, oak, oak_file):
    await write(house, "a")
    for bring_back in (partial(oak.get, "/"), partial(restore_coop, house, quiet, slug="oak")):
        async with house.tenants.away(oak_file.parent.name):
            shutil.rmtree(oak_file.parent)
        await bring_back()
        assert await written(house) == ["a"]
    async with house.tenants.away(oak_file.parent.name):
        oak_file.write_bytes(b"no file of SQLite's" * 4096)
    made = await restore_coop(house, quiet, slug="oak")
    assert await written(house) == ["a"] and Path(made["kept"]).read_bytes().startswith(b"no file")
    assert (await oak.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("at", "said"),
    [("never", "is no time"), ("2999-01-01", "yet to come"), ("2020-01-01T00:00:00Z", "no copy of oak from 2020")],
)
async def test_what_cannot_be_restored_is_told_and_the_coop_is_as_it_was(house, oak, at, said):
    await write(house, "a")
    before = (await oak.get("/")).status_code, await written(house)
    for restore in restore_coop, restore_beside:
        with pytest.raises(Trouble, match=said):
            await restore(house, quiet, slug="oak", at=at)
    assert ((await oak.get("/")).status_code, await written(house)) == before == (200, ["a"])
    assert not list((house.settings.data_dir).glob("moving/*"))


async def test_a_copy_that_is_damaged_replaces_nothing(house, oak, monkeypatch):
    async def spoilt(url, to, *, at):
        to.write_bytes(b"SQLite format 3\0" + b"x" * 8000)

    await write(house, "a")
    monkeypatch.setattr(restoring, "restore", spoilt)
    with pytest.raises(Trouble, match="damaged"):
        await restore_coop(house, quiet, slug="oak")
    assert await written(house) == ["a"] and (await oak.get("/")).status_code == 200


async def test_what_does_not_open_is_put_back(house, oak, oak_file, monkeypatch):
    """Under another secret key, say."""
    restore = restoring.restore

    async def strange(url, to, *, at):
        await restore(url, to, at=at)
        with careful(to) as file:
            file.execute("UPDATE site_keys SET wrapped = randomblob(60)")

    await write(house, "a")
    monkeypatch.setattr(restoring, "restore", strange)
    with pytest.raises(Exception, match="signing|actor"):
        await restore_coop(house, quiet, slug="oak")
    assert await written(house) == ["a"] and (await oak.get("/")).status_code == 200


async def test_where_nothing_is_copied_nothing_is_restored(furnished, tmp_path):
    shutil.copytree(furnished, tmp_path / "alone")
    house = House(settings(tmp_path / "alone"))
    async with house.awake():
        with pytest.raises(Trouble, match="ROSE_REPLICA is none"):
            await restore_coop(house, quiet, slug="oak")
