"""A co-op that nobody opens lives in its copies alone, until somebody asks for it."""

import asyncio
import shutil
from contextlib import closing
from pathlib import Path
from time import time

import pytest
from sqlalchemy import insert

import app.backup
import app.cache
import app.visits
from app import chores, files, moving
from app.check import checks
from app.commands import migrate
from app.control import quiet
from app.leaving import export_coop, remove_coop
from app.restoring import restore_coop
from app.trouble import Trouble
from domains import account
from flows.engine.models import Delivery
from ops.litestream import binary
from tests.conftest import all_of
from tests.http.conftest import copied

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


@pytest.fixture
async def house(furnished, tmp_path):
    async with copied(furnished, tmp_path) as house:
        yield house


@pytest.fixture
def id(house):
    return house.registry.by_slug("oak").id


@pytest.fixture
async def asleep(house, id):
    """Oak, with one reader; says where its file was."""
    await subscribe(house, id, "a@x.example")
    assert await house.tenants.lay_down(id)
    assert not house.tenants.file(id).parent.exists() and house.registry.is_asleep(id)
    return house.tenants.file(id)


async def subscribe(house, id, address):
    async with house.tenants.use(id) as coop, coop.writing() as db:
        await account.subscribe(db, address)


async def readers(house, id):
    async with house.tenants.use(id) as coop:
        return [address for (address,) in await all_of(coop, account.models.Reader.address)]


async def asleep_at_last(house, id):
    """When the worker, which looks in whenever something may be due, has gone."""
    async with asyncio.timeout(10):
        while not await house.tenants.lay_down(id):
            await asyncio.sleep(0.02)


async def until(true):
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture
def slowly(house, monkeypatch):
    """Bringing back takes as long as this says; and visitors have little patience."""
    go, restore = asyncio.Event(), app.backup.restore

    async def slow(*about, **more):
        await go.wait()
        await restore(*about, **more)

    monkeypatch.setattr(app.backup, "restore", slow)
    for room in app.cache, app.visits:
        monkeypatch.setattr(room, "GLANCE", 0.05)
    yield go
    go.set()


async def test_it_comes_back_at_the_first_request_with_all_that_it_had(house, id, visit):
    ruth = await visit("oak", "ruth@oak.example")
    await subscribe(house, id, "a@x.example")
    for again in range(3):
        assert await house.tenants.lay_down(id)
        assert not house.tenants.file(id).parent.exists()
        assert (await ruth.get("/steward/today")).status_code == 200, "she is signed in as before"
        assert not house.registry.is_asleep(id)
        await subscribe(house, id, f"{again}@x.example")
    assert await readers(house, id) == ["a@x.example", "0@x.example", "1@x.example", "2@x.example"]


async def test_its_file_stays_while_somebody_uses_it_or_nobody_knows_that_it_is_copied(house, id):
    async with house.tenants.use(id):
        assert not await house.tenants.lay_down(id)
    await house.backup.litestream.stop()
    assert not await house.tenants.lay_down(id)
    assert house.tenants.file(id).exists() and not house.registry.is_asleep(id)


async def test_its_file_stays_where_a_piece_of_its_copies_is_missing(house, id, tmp_path):
    """Litestream goes on adding to them, and says that all of it is copied."""
    for name in "abc":
        await subscribe(house, id, f"{name}@x.example")
        async with house.tenants.use(id) as coop:
            assert await house.backup.litestream.sync(coop.file)
    pieces = sorted((tmp_path / "replica" / "coops" / id).rglob("*.ltx"))
    pieces[len(pieces) // 2].unlink()
    await subscribe(house, id, "d@x.example")
    assert not await house.tenants.lay_down(id)
    assert not house.registry.is_asleep(id)
    assert await readers(house, id) == [f"{name}@x.example" for name in "abcd"]


async def test_those_whose_files_are_here_wait_for_no_bucket(house, id, asleep, oak, elm, slowly, monkeypatch):
    monkeypatch.setattr("app.sleeping.WAKING", 1)
    async with house.tenants.away(house.registry.by_slug("elm").id):
        pass  # it is closed, and here
    assert [(await oak.get("/")).status_code for _ in range(6)] == [503] * 6
    async with asyncio.timeout(5):
        assert (await elm.get("/")).status_code == 200


async def test_whoever_takes_the_copies_away_is_told_who_sleeps_in_them(house, id, asleep, oak, tmp_path, monkeypatch):
    monkeypatch.setenv("ROSE_SECRET_KEY", house.settings.secret_key.value)
    for replica, word in ("none", "is none"), (f"file://{tmp_path}/other", "not where"):
        monkeypatch.setenv("ROSE_REPLICA", replica)
        found = await asyncio.to_thread(checks, house.settings.data_dir)
        (told,) = [finding for finding in found if finding.what == "sleepers"]
        assert told.state == "bad" and word in told.says and "ROSE_REPLICA" in told.mend
    monkeypatch.setattr(house.backup, "litestream", None)
    page = await oak.get("/")
    assert page.status_code == 503, "it is away, and not gone"
    with pytest.raises(Trouble, match="sleeps in its copies"):
        await remove_coop(house, quiet, slug="oak")


async def test_whoever_looks_at_a_screen_is_shown_that_it_wakes_and_a_form_waits(house, id, asleep, oak, slowly):
    page = await oak.get("/")
    assert page.status_code == 503 and page.headers["retry-after"] == page.headers["refresh"] == "1"
    assert "waking up" in page.text
    form = asyncio.create_task(oak.post("/account/sign-in", data={"address": "b@x.example"}))
    await asyncio.sleep(0.2)
    assert not form.done()
    slowly.set()
    assert (await form).status_code == 303
    assert (await oak.get("/")).status_code == 200


async def test_many_are_laid_down_and_brought_back_at_once(house, id):
    """Each has its place in one folder, which others clear up meanwhile."""
    data = house.settings.data_dir
    done = asyncio.Event()

    async def come_and_go():
        while not done.is_set():
            place = await asyncio.to_thread(moving.place, data)
            await asyncio.to_thread(place.touch)
            await asyncio.to_thread(moving.forget, place)

    others = [asyncio.create_task(come_and_go()) for _ in range(8)]
    for _ in range(5):
        await asleep_at_last(house, id)
        async with house.tenants.use(id):
            assert house.tenants.file(id).exists()
    done.set()
    await asyncio.gather(*others)


async def test_others_are_served_while_it_wakes(house, asleep, oak, elm, slowly):
    waking = asyncio.create_task(oak.get("/"))
    assert (await elm.get("/")).status_code == 200
    slowly.set()
    await waking


async def test_where_its_copies_cannot_be_reached_it_is_told_and_tried_again(house, asleep, oak, tmp_path, monkeypatch):
    (tmp_path / "replica").rename(tmp_path / "elsewhere")
    for _ in range(2):
        page = await oak.get("/")
        assert page.status_code == 503 and "cannot be opened" in page.text and page.headers["refresh"]
    (tmp_path / "elsewhere").rename(tmp_path / "replica")
    assert (await oak.get("/")).status_code == 503, "it is not asked for at every request"
    monkeypatch.setattr("app.sleeping.monotonic", lambda: float("inf"))
    assert (await oak.get("/")).status_code == 200


async def test_flows_that_are_due_wake_it_and_those_that_are_not_leave_it_asleep(house, id, asleep):
    for due, wakes in (time() + 3600, False), (time(), True):
        house.registry._file.execute("UPDATE coops SET due = ? WHERE id = ?", (due, id))
        house.dues.ring()
        if wakes:
            await until(asleep.exists)
        else:
            await asyncio.sleep(0.3)
            assert not asleep.exists()


async def test_before_it_sleeps_the_registry_knows_when_it_is_due(house, id):
    due = time() + 3600
    async with house.tenants.use(id) as coop, coop.turn():
        with coop.connect() as db:
            row = {"key": "a", "kind": "mail", "to": "a@x.example", "payload": {}, "status": "waiting", "at": 0.0}
            db.execute(insert(Delivery).values(due=due, **row))
            db.commit()
    await asleep_at_last(house, id)
    assert house.registry.next_due(time()) == due


async def test_the_machine_lays_down_whoever_was_not_asked_for_long_enough(furnished, tmp_path):
    async with copied(furnished, tmp_path, sleep_after=1.0) as house:
        oak, elm = (house.registry.by_slug(slug).id for slug in ("oak", "elm"))
        async with house.tenants.use(oak, 1.0), house.tenants.use(elm, 1.0):
            pass
        await chores.lay_down(house)
        assert not house.registry.is_asleep(oak) and not house.registry.is_asleep(elm)
        house.tenants.open[oak].asked -= chores.DAY
        await chores.lay_down(house)
        assert house.registry.is_asleep(oak) and not house.registry.is_asleep(elm)
        async with house.tenants.use(oak):
            assert house.tenants.file(oak).exists(), "a command, a flow or a drill wants something of it"
        await chores.lay_down(house)
        assert house.registry.is_asleep(oak), "and that is over"


async def test_whoever_is_due_within_the_hour_stays_awake(furnished, tmp_path):
    async with copied(furnished, tmp_path, sleep_after=1.0) as house:
        oak, elm = (house.registry.by_slug(slug).id for slug in ("oak", "elm"))
        for id, wait in ((oak, 600), (elm, 7200)):
            async with house.tenants.use(id, 1.0) as coop, coop.turn():
                with coop.connect() as db:
                    row = {
                        "key": "a",
                        "kind": "mail",
                        "to": "a@x.example",
                        "payload": {},
                        "status": "waiting",
                        "at": 0.0,
                    }
                    db.execute(insert(Delivery).values(due=time() + wait, **row))
                    db.commit()
            house.tenants.open[id].asked -= chores.DAY
        await chores.lay_down(house)
        assert not house.registry.is_asleep(oak) and house.registry.is_asleep(elm)


async def test_a_file_that_is_here_after_all_is_used_as_it_is(house, id, oak):
    """Whoever lays it down is killed after the registry knows, before the file is gone."""
    async with house.tenants.away(id):
        house.registry.note_asleep(id)
        with closing(files.connect(house.tenants.file(id))) as connection:
            connection.execute("UPDATE site SET name = 'As it is'")
    assert "As it is" in (await oak.get("/")).text
    assert not house.registry.is_asleep(id)


async def test_a_coop_that_is_removed_does_not_come_back_from_its_copies(house, id, asleep, oak):
    house.registry.hide(id)
    house.registry.remove(id)
    assert (await oak.get("/")).status_code == 404
    assert not asleep.parent.exists()


async def test_commands_wake_it(house, id, asleep):
    assert await migrate(house, quiet) == {"upgraded": 0, "current": 1, "newer": 0, "asleep": 1}
    made = Path((await export_coop(house, quiet, slug="oak"))["file"])
    assert made.stat().st_size > 0 and asleep.exists()
    assert await house.tenants.lay_down(id)
    kept = (await restore_coop(house, quiet, slug="oak"))["kept"]
    assert Path(kept).exists(), "as it was before the restore"
    assert await readers(house, id) == ["a@x.example"]
    await asleep_at_last(house, id)
    kept = (await remove_coop(house, quiet, slug="oak"))["kept"]
    assert Path(kept).stat().st_size > 0, "its last export has all of it"
    assert not asleep.parent.exists()


async def test_where_nothing_can_be_brought_back_it_is_not_removed_either(house, asleep, tmp_path):
    shutil.rmtree(tmp_path / "replica")
    with pytest.raises(Exception, match="cannot be reached"):
        await remove_coop(house, quiet, slug="oak")
    assert house.registry.by_slug("oak")
