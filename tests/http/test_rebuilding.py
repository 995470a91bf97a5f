"""An empty machine is made again of what a real Litestream copied from another."""

import asyncio
import shutil
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from httpx import AsyncClient

from app import files
from app.control import quiet
from app.main import House
from app.rebuilding import check_new, rebuild
from app.registry import Registry
from app.settings import Secret
from app.trouble import Trouble
from domains import account
from ops.litestream import Litestream, binary
from tests.http.conftest import Transport, copied

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")


@pytest.fixture
async def lost(furnished, tmp_path):
    """What a machine looked like on which oak was open and elm closed, before it was lost; says its settings, for a
    new one."""
    async with copied(furnished, tmp_path) as house:
        oak, elm = (house.registry.by_slug(slug).id for slug in ("oak", "elm"))
        for id in oak, elm:
            async with house.tenants.use(id) as coop, coop.writing() as db:
                await account.subscribe(db, f"{id}@x.example")
        async with house.tenants.away(elm):
            pass
        for file in house.tenants.file(oak), tmp_path / "data" / "registry.db":
            assert await house.backup.litestream.sync(file)
        await house.backup.litestream.stop()
    return replace(house.settings, data_dir=tmp_path / "new")


@asynccontextmanager
async def served(settings):
    house = House(settings)
    async with house.serving():
        yield house


async def answers(house, slug):
    async with AsyncClient(transport=Transport(house.app), base_url=f"https://{slug}.example") as client:
        return (await client.get("/")).status_code


async def test_the_first_coop_is_there_at_once_and_the_others_when_somebody_asks(lost):
    assert await rebuild(lost, quiet, source="", everything=False) == {
        "coops": 2,
        "here": 1,
        "asleep": 1,
        "faults": {},
    }
    assert len(list(lost.data_dir.glob("coops/*/site.db"))) == 1
    async with served(lost) as house:
        for slug in ("oak", "elm"):
            assert await answers(house, slug) == 200
            id = house.registry.by_slug(slug).id
            async with house.tenants.use(id) as coop, coop.reading() as db:
                assert await account.readers(db) == [f"{id}@x.example"]
            assert await house.backup.litestream.sync(house.tenants.file(id)), "it goes on being copied"


async def test_what_was_open_when_the_machine_was_lost_is_woken_for_its_flows(lost):
    await rebuild(lost, quiet, source="", everything=False)
    async with served(lost) as house:
        async with asyncio.timeout(10):
            while house.registry.by_slug("oak").id not in house.tenants.open:
                await asyncio.sleep(0.02)
        assert house.registry.by_slug("elm").id not in house.tenants.open


async def test_every_coop_comes_at_once_when_told_or_when_its_copies_go_elsewhere(lost, tmp_path):
    elsewhere = replace(lost, replica=f"file://{tmp_path}/another")
    for number, (settings, source) in enumerate(((lost, ""), (elsewhere, lost.replica_url))):
        settings = replace(settings, data_dir=tmp_path / str(number))
        made = await rebuild(settings, quiet, source=source, everything=not source)
        assert made == {"coops": 2, "here": 2, "asleep": 0, "faults": {}}
        async with served(settings) as house:
            assert [await answers(house, slug) for slug in ("oak", "elm")] == [200, 200]


async def test_a_wrong_secret_key_is_noticed_at_once_and_leaves_an_empty_folder(lost):
    wrong = replace(lost, secret_key=Secret("another-honest-secret-0123456789-abcdef"))
    with pytest.raises(Trouble, match="ROSE_SECRET_KEY is not the one"):
        await rebuild(wrong, quiet, source="", everything=True)
    assert not list(lost.data_dir.glob("**/*.db"))
    assert (await rebuild(lost, quiet, source="", everything=True))["here"] == 2


async def test_what_is_here_already_stays_as_it_is_though_its_copies_are_older(lost):
    """Only the registry is gone, or damaged."""
    await rebuild(lost, quiet, source="", everything=True)
    (oak,) = [entry for entry in registered(lost) if entry.slug == "oak"]
    file = lost.data_dir / "coops" / oak.id / "site.db"
    with closing(files.connect(file)) as connection:
        connection.execute("UPDATE site SET name = 'Not copied'")
    for left in "registry.db", "registry.db-wal":
        (lost.data_dir / left).write_bytes(b"no registry" * 999)
    with pytest.raises(Trouble, match="`rose restore` brings it back"):
        await rebuild(lost, quiet, source="", everything=True)
    (lost.data_dir / "registry.db").unlink()
    (lost.data_dir / "registry.db-wal").write_bytes(b"what its log was")
    wrong = replace(lost, secret_key=Secret("another-honest-secret-0123456789-abcdef"))
    with pytest.raises(Trouble, match="ROSE_SECRET_KEY"):
        await rebuild(wrong, quiet, source="", everything=True)
    assert (await rebuild(lost, quiet, source="", everything=True))["here"] == 2
    with closing(files.connect(file)) as connection:
        assert connection.execute("SELECT name FROM site").fetchone() == ("Not copied",)
    (kept,) = (lost.data_dir / "removed").iterdir()
    assert kept.read_bytes() == b"what its log was", "of the old registry; the new one is not read with it"
    assert not any(registered(lost, "SELECT open FROM coops WHERE open"))


def registered(settings, question=""):
    registry = Registry(settings.data_dir / "registry.db")
    try:
        return registry._file.execute(question).fetchall() if question else registry.all()
    finally:
        registry.close()


async def test_a_registry_without_a_coop_is_no_registry(lost):
    """A server was started before it was told where the copies are."""
    lost.data_dir.mkdir()
    Registry(lost.data_dir / "registry.db").close()
    with pytest.raises(Trouble, match="brings them here"):
        await check_new(lost)
    assert (await rebuild(lost, quiet, source="", everything=False))["here"] == 1
    await check_new(lost)


async def test_a_copied_registry_without_a_coop_is_told_and_an_earlier_one_taken(lost, tmp_path):
    then = datetime.now(UTC).isoformat()
    await asyncio.sleep(0.1)
    shutil.copytree(lost.data_dir.parent / "data", tmp_path / "emptied")
    with closing(Registry(tmp_path / "emptied" / "registry.db")) as registry:
        for entry in registry.all():
            registry.hide(entry.id)
            registry.remove(entry.id)
        copies = Litestream(tmp_path / "emptied", lost.replica_url, always=[registry.path])
        await copies.start()
        assert await copies.sync(registry.path)
        await copies.stop()
    with pytest.raises(Trouble, match="--at"):
        await rebuild(lost, quiet, source="", everything=False)
    assert (await rebuild(lost, quiet, source="", everything=False, at=then))["coops"] == 2


async def test_cut_off_it_can_be_repeated(lost):
    """All that a killed one may have left: files of co-ops, or halves of them, and no registry."""
    await rebuild(lost, quiet, source="", everything=True)
    (lost.data_dir / "registry.db").rename(lost.data_dir / "rebuilding")
    for file in lost.data_dir.glob("coops/*/site.db"):
        file.write_bytes(b"half")
    (lost.data_dir / "rebuilding").unlink()
    assert (await rebuild(lost, quiet, source="", everything=True))["here"] == 2


async def test_one_that_cannot_be_brought_back_keeps_no_other_from_coming(lost, tmp_path):
    copies = sorted((tmp_path / "replica" / "coops").iterdir())[0]
    for piece in copies.glob("**/*.ltx"):
        piece.write_bytes(b"no copy")
    made = await rebuild(lost, quiet, source="", everything=True)
    assert made["here"] == 1 and len(made["faults"]) == 1
    async with served(lost) as house:
        slugs = [slug for slug in ("oak", "elm") if slug not in made["faults"]]
        assert await answers(house, slugs[0]) == 200


async def test_only_an_empty_folder_is_filled(lost):
    await rebuild(lost, quiet, source="", everything=False)
    with pytest.raises(Trouble, match="already"):
        await rebuild(lost, quiet, source="", everything=False)


async def test_nobody_begins_anew_over_copies_that_are_there(lost, tmp_path):
    with pytest.raises(Trouble, match="`rose restore` brings them here"):
        await check_new(lost)
    await check_new(replace(lost, replica=f"file://{tmp_path}/another"))
    await check_new(replace(lost, replica="none"))
    with pytest.raises(Trouble, match="cannot be reached"):
        await check_new(replace(lost, replica="s3://bucket/rose?endpoint=http://127.0.0.1:9&region=x"))
    await rebuild(lost, quiet, source="", everything=False)
    await check_new(lost)


@pytest.mark.parametrize(
    ("change", "said"),
    [("PRAGMA user_version = 99", "newer Rose Ash"), ("DROP TABLE coops", "damaged")],
)
async def test_a_registry_that_cannot_be_read_is_told(lost, tmp_path, change, said):
    source = tmp_path / "odd"
    data = tmp_path / "odd-data"
    data.mkdir()
    with closing(files.connect(data / "registry.db", "journal_mode=WAL")) as connection:
        connection.execute("CREATE TABLE coops (id)")
        connection.execute(change)
        copies = Litestream(data, f"file://{source}", always=[data / "registry.db"])
        await copies.start()
        assert await copies.sync(data / "registry.db")
        await copies.stop()
    with pytest.raises(Trouble, match=said):
        await rebuild(lost, quiet, source=f"file://{source}", everything=False)
    assert not (lost.data_dir / "registry.db").exists()


async def test_where_nothing_was_copied_it_says_so(lost, tmp_path):
    with pytest.raises(Trouble, match="could not be restored"):
        await rebuild(lost, quiet, source=f"file://{tmp_path}/nowhere", everything=False)
