"""A co-op that leaves one house and comes to another, while others live there."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

import pytest
from httpx import ASGITransport, AsyncClient

from app import migrations, moving, tenants
from app.check import checks
from app.control import quiet
from app.label import careful, stamp
from app.leaving import export_coop, import_coop, remove_coop
from app.main import House
from app.settings import Settings
from app.trouble import Trouble
from domains import account, blog
from domains.errors import Invalid
from flows.engine.models import Run
from ops.litestream import LitestreamTrouble
from ops.replica import Replica
from tests import older, photos, runs
from tests.conftest import all_of, settle
from tests.http.conftest import STEWARD, cookies

SECRET = "an-honest-secret-for-tests-0123456789"
WORDS, URL = "twelve leeks and a bough", "https://oak.example"


@asynccontextmanager
async def other_house(data):
    """Another machine, with another secret key."""
    house = House(Settings.read(data_dir=data, secret_key="another-honest-secret-for-tests-98765", replica="none"))
    async with house.awake():
        yield house


@pytest.fixture
async def there(tmp_path):
    (tmp_path / "there").mkdir()
    async with other_house(tmp_path / "there") as house:
        yield house


async def exported(house, passphrase="", slug="oak"):
    return Path((await export_coop(house, quiet, slug=slug, passphrase=passphrase))["file"])


async def arrive(house, file, *, url=URL, **about):
    brought = moving.bring(file, house.settings.data_dir)
    try:
        return await import_coop(house, quiet, file=str(brought), name="oak.rose", url=url, **about)
    finally:
        brought.unlink(missing_ok=True)


def browser(house, url=URL, **kept):
    return AsyncClient(transport=ASGITransport(house.app), base_url=url, **kept)


def left(house):
    """What is in its data folder that was not there before."""
    return sorted(
        str(file) for file in house.settings.data_dir.rglob("*") if file.suffix not in (".lock", ".db-wal", ".db-shm")
    )


async def test_with_the_passphrase_everybody_stays_signed_in_elsewhere(house, there, coop):
    kept = await cookies(house, "oak", STEWARD)
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words("Four leeks"), status="published")
    made = await arrive(there, await exported(house, WORDS), passphrase=WORDS)
    assert made["id"] == coop.id and made["slug"] == "oak" and not made["new_keys"]
    async with browser(house) as here, browser(there) as away, browser(there, cookies=kept) as signed_in:
        assert "Four leeks" in (await away.get("/blog/news")).text
        assert (await signed_in.get("/steward")).status_code == 200
        actor = {"accept": "application/activity+json"}
        before, after = [(await one.get("/federation/actor", headers=actor)).json() for one in (here, away)]
        assert before == after and before["publicKey"]["publicKeyPem"]


async def test_without_keys_people_sign_in_by_mail_and_the_key_of_its_actor_is_new(house, there, coop):
    kept = await cookies(house, "oak", STEWARD)
    made = await arrive(there, await exported(house))
    assert made["new_keys"]
    async with browser(house) as here, browser(there) as away, browser(there, cookies=kept) as signed_in:
        assert (await signed_in.get("/steward")).status_code == 401
        actor = {"accept": "application/activity+json"}
        before, after = [(await one.get("/federation/actor", headers=actor)).json() for one in (here, away)]
        assert before.pop("publicKey") != after.pop("publicKey") and before == after
        assert (await away.post("/account/sign-in", data={"address": STEWARD})).status_code == 303
    async with there.tenants.use(made["id"]) as arrived:
        await settle(arrived)
    (mail,) = there.post(made["id"]).all()
    assert f"{URL}/account/sign-in-link/" in mail.get_content() and mail["To"] == STEWARD


async def test_at_a_new_address_its_links_are_new(house, there):
    made = await arrive(there, await exported(house), url="https://new.example", slug="ash")
    assert made["was_at"] == URL and made["slug"] == "ash"
    async with browser(there, "https://new.example") as away:
        actor = await away.get("/federation/actor", headers={"accept": "application/activity+json"})
    assert actor.json()["id"] == "https://new.example/federation/actor"


async def test_its_pictures_come_along(house, there, coop, oak):
    kept = await photos.keep(coop)
    await arrive(there, await exported(house))
    async with browser(there) as away:
        for address in map(str, kept.address.all):
            assert (await away.get(address)).content == (await oak.get(address)).content


async def test_what_had_not_been_done_yet_is_done_there_by_itself(house, there, oak):
    """Nobody has to ask for a page first."""
    assert (await oak.post("/account/sign-in", data={"address": STEWARD})).status_code == 303
    await there.worker.start()
    try:
        made = await arrive(there, await exported(house, WORDS), passphrase=WORDS)
        async with asyncio.timeout(20):
            while not there.post(made["id"]).all():
                await asyncio.sleep(0.05)
    finally:
        await there.worker.stop()


async def test_its_runs_come_as_they_were_and_the_next_start_knows_when_they_are_due(house, there, coop):
    await runs.in_every_state(coop)
    before = await all_of(coop, Run.id, Run.name, Run.status)
    made = await arrive(there, await exported(house))
    async with there.tenants.use(made["id"]) as arrived:
        after = await all_of(arrived, Run.id, Run.name, Run.status)
    settled = [run for run in before if run[2] != "running"]
    assert len(settled) > 3 and set(settled) <= set(after)
    await there.tenants.close()
    assert there.registry.next_due(0) < float("inf")


async def test_an_older_one_is_brought_up(house, there, tmp_path, monkeypatch):
    file = await exported(house, WORDS)
    with careful(file) as connection:
        for statement in older.STATEMENTS:
            connection.execute(statement)
        connection.execute("UPDATE rose_export SET version = '0006'")
    stamp(file)
    made = await arrive(there, file, passphrase=WORDS)
    assert migrations.version_of(there.tenants.file(made["id"])) == migrations.HEAD
    async with browser(there) as away:
        assert (await away.get("/search?words=oak")).status_code == 200


async def refusals(house, there, tmp_path):
    """(an export, how it is brought, what is said)"""
    plain, sealed = await exported(house), await exported(house, WORDS)
    damaged, newer, strange = tmp_path / "damaged", tmp_path / "newer", tmp_path / "strange"
    damaged.write_bytes(plain.read_bytes()[:-40_000])
    strange.write_text("Dear Ruth")
    shutil.copy(plain, newer)
    with careful(newer) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    stamp(newer)
    return [
        (damaged, {}, "oak.rose is damaged"),
        (strange, {}, "oak.rose is no co-op of Rose Ash"),
        (newer, {}, "made by a newer Rose Ash"),
        (sealed, {}, "--new-keys"),
        (sealed, {"passphrase": "another passphrase"}, "not the passphrase"),
        (plain, {"passphrase": WORDS}, "wants no passphrase"),
        (plain, {"slug": "elm"}, "has the slug elm"),
        (plain, {"url": "https://elm.example"}, "elm.example"),
    ]


async def test_what_is_refused_is_told_in_one_sentence_and_leaves_nothing(house, there, tmp_path):
    elm = await exported(house, slug="elm")
    await arrive(there, elm, url="https://elm.example")
    before = left(there)
    for file, about, said in await refusals(house, there, tmp_path):
        with pytest.raises(Trouble, match=said) as told:
            await arrive(there, file, **about)
        assert str(told.value).count(".") <= 3 and str(there.settings.data_dir) not in str(told.value)
        assert left(there) == before and [one.slug for one in there.registry.all()] == ["elm"]
    with pytest.raises(Invalid):
        await arrive(there, await exported(house), url="oak.example/shop")
    assert left(there) == before


async def test_what_is_here_already_is_not_brought_again(house, coop):
    file = await exported(house)
    before = left(house)
    with pytest.raises(Trouble, match="here already, as oak"):
        await arrive(house, file, url="https://again.example", slug="again")
    assert left(house) == before
    async with browser(house) as here:
        assert (await here.get("/")).status_code == 200


async def test_of_two_that_bring_it_at_once_one_does(house, there):
    file = await exported(house)
    done = await asyncio.gather(arrive(there, file), arrive(there, file), return_exceptions=True)
    assert sorted(isinstance(one, Trouble) for one in done) == [False, True]
    async with browser(there) as away:
        assert (await away.get("/")).status_code == 200


async def test_lost_passphrases_lose_the_keys_alone(house, there):
    made = await arrive(there, await exported(house, WORDS), new_keys=True)
    assert made["new_keys"] and there.registry.by_slug("oak")


async def test_nobody_waits_for_an_export(house, coop, oak):
    """Pages and writes go on; how far it is, is told."""
    async with coop.writing() as db:
        for number in range(300):
            await blog.write_post(db, blog.Words(f"Post {number}", body="leeks " * 3000), status="published")
    told = []
    work = asyncio.create_task(export_coop(house, lambda *how: told.append(how), slug="oak", passphrase=""))
    asked = 0
    while not work.done():
        assert (await oak.get("/blog/news", params={"n": asked})).status_code == 200
        async with coop.writing() as db:
            await account.subscribe(db, f"r{asked}@x.example")
        asked += 1
    await work
    assert asked > 1 and told[-1][:2] == (100, 100)


async def test_a_removed_coop_is_kept_once_and_then_nowhere(house, elm, oak, there):
    oak_id = house.registry.by_slug("oak").id
    assert (await oak.get("/")).status_code == 200
    await oak.post("/account/sign-in", data={"address": STEWARD})
    async with house.tenants.use(oak_id) as coop:
        await settle(coop)
    assert (house.settings.data_dir / "mail" / oak_id).exists()
    made = await remove_coop(house, quiet, slug="oak", passphrase=WORDS)
    assert (await oak.get("/")).status_code == 404, "though elm is alone here now"
    assert (await elm.get("/")).status_code == 200
    assert not [file for file in house.settings.data_dir.rglob("*") if oak_id in str(file)]
    with pytest.raises(Trouble, match="no co-op oak"):
        await remove_coop(house, quiet, slug="oak")
    await arrive(there, Path(made["kept"]), passphrase=WORDS)
    await arrive(house, Path(made["kept"]), passphrase=WORDS)
    assert (await oak.get("/")).status_code == 200


async def test_where_its_copies_cannot_be_reached_nothing_is_removed(furnished, tmp_path):
    data = shutil.copytree(furnished, tmp_path / "far")
    nowhere = "s3://bucket/rose?endpoint=http://127.0.0.1:9&region=none&force-path-style=true"
    house = House(Settings.read(data_dir=data, secret_key=SECRET, replica=nowhere))
    async with house.awake(), browser(house) as oak:
        before = left(house)
        with pytest.raises(Trouble, match="Nothing is removed, for s3://bucket/rose/coops/"):
            await remove_coop(house, quiet, slug="oak", replica=True)
        assert (await oak.get("/")).status_code == 200 and left(house) == before


async def test_a_removal_that_was_cut_off_is_asked_again(copied, monkeypatch):
    """Nobody finds the co-op any more, and nothing of it comes back by itself."""
    file = copied.tenants.file(copied.registry.known("oak").id)
    copies = Path(copied.backup.copies(file).place.removeprefix("file://"))
    (copies / "site.db").mkdir(parents=True)
    (copies / "site.db/piece").touch()
    with monkeypatch.context() as cut:
        cut.setattr(Replica, "erase", erase_in_vain)
        with pytest.raises(Trouble, match="oak is gone, and its copies are not: nobody is there.*again"):
            await remove_coop(copied, quiet, slug="oak", replica=True)
    async with browser(copied) as oak, browser(copied, "https://10.0.0.7") as alone:
        assert (await oak.get("/")).status_code == 404 and "Elm" in (await alone.get("/")).text
    assert [one.slug for one in copied.registry.hidden()] == ["oak"] and not copied.registry.due(time())
    told = {finding.what: finding for finding in checks(copied.settings.data_dir)}
    assert "cut off: oak" in told["removals"].says and "again" in told["removals"].mend and "files" not in told
    assert (await remove_coop(copied, quiet, slug="oak", replica=True))["kept"] == "" and not copies.exists()
    assert [one.slug for one in copied.registry.all()] == ["elm"]
    (kept,) = (copied.settings.data_dir / "removed").iterdir()
    assert (await arrive(copied, kept))["slug"] == "oak"


async def erase_in_vain(self):
    raise LitestreamTrouble("nobody is there")


@pytest.fixture
async def copied(furnished, tmp_path, monkeypatch):
    """A house with a place for copies, where none is made."""
    monkeypatch.setenv("ROSE_SECRET_KEY", SECRET)
    data = shutil.copytree(furnished, tmp_path / "copied")
    house = House(Settings.read(data_dir=data))
    async with house.awake():
        yield house


async def test_what_an_import_that_was_cut_off_left_is_moved_out_of_its_way(house, there):
    left = there.tenants.file(house.registry.known("oak").id)
    left.parent.mkdir(parents=True)
    left.write_text("Dear Ruth")
    made = await arrive(there, await exported(house))
    (moved,) = (there.settings.data_dir / "removed").iterdir()
    assert made["id"] in moved.name and (moved / "site.db").read_text() == "Dear Ruth"
    async with browser(there) as away:
        assert (await away.get("/")).status_code == 200


async def test_who_is_at_it_may_finish_and_who_comes_meanwhile_is_told(house, oak, elm):
    id = house.registry.by_slug("oak").id
    async with house.tenants.use(id) as coop:
        removing = asyncio.create_task(remove_coop(house, quiet, slug="oak"))
        await asyncio.sleep(0.1)
        answer = await oak.get("/events/calendar", params={"month": "2026-12"})
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
        assert (await elm.get("/")).status_code == 200 and not removing.done()
        async with coop.writing() as db:
            await account.subscribe(db, "last@x.example")
    kept = (await removing)["kept"]
    with careful(kept) as file:
        assert file.execute("SELECT address FROM account_readers").fetchall() == [("last@x.example",)]


async def test_what_cannot_be_removed_lives_on(house, oak, monkeypatch):
    monkeypatch.setattr(tenants, "FINISHING", 0.1)
    async with house.tenants.use(house.registry.by_slug("oak").id):
        with pytest.raises(Trouble, match="busy"):
            await remove_coop(house, quiet, slug="oak")
    with pytest.raises(Trouble, match="12 characters"):
        await remove_coop(house, quiet, slug="oak", passphrase="leeks")
    assert (await oak.get("/")).status_code == 200
