"""What is promised of copies, kept by a folder and by a real S3 server."""

import asyncio
import os
import random
import signal
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import files
from app.backup import Kept
from app.commands import create_coop
from app.control import quiet
from app.main import House
from app.restoring import restore_beside
from domains import account
from ops.litestream import LitestreamTrouble, restore
from ops.replica import Replica
from tests.busy import SLUGS, settings
from tests.losses import processes

CONFIRMED, AT_ONCE = 500, 50
SOON, TOGETHER = 3, 5
"""Seconds until a new co-op is copied, and so many at once."""
QUICK = "levels: [{interval: 3s}, {interval: 9s}, {interval: 24h}]\nl0-retention: 5s\nl0-retention-check-interval: 2s\n"
"""Folds points in time together within seconds, where ours takes half an hour."""
MADE = "SELECT url, public_key, address, wrapped FROM site, account_people, site_keys"


@pytest.fixture
async def house(tmp_path, replica):
    async with serving(tmp_path, replica) as house:
        yield house


def serving(folder, replica):
    (folder / "data").mkdir(exist_ok=True)
    return House(settings(folder / "data", replica, open_coops=AT_ONCE)).serving()


async def make(house, slug):
    made = await create_coop(house, quiet, name=slug, url=f"http://{slug}.example", steward="ruth@oak.example")
    return house.tenants.file(made["id"])


async def write(house, file, number):
    async with house.tenants.use(file.parent.name) as coop, coop.writing() as db:
        await account.subscribe(db, f"{number}@x.example")


async def restored(house, file, question="SELECT id FROM account_readers"):
    """What its copies answer, from which it was restored just now."""
    to = file.parent / f"restored-{random.random()}"
    await restore(house.backup.litestream.replica_of(file), to)
    return answered(to, question)


def answered(file, question):
    with closing(files.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute(question).fetchall()


@contextmanager
def frozen(house):
    """Nothing is copied any more, as if the machine were gone."""
    (process,) = processes(house.settings.data_dir)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.timeout(300)
async def test_what_was_confirmed_is_in_the_copies_at_that_moment(house, replica):
    place, looks = Kept.ELSEWHERE if replica.startswith("s3:") else Kept.HERE, []

    async def pay(file):
        for number in range(CONFIRMED // len(SLUGS)):
            await write(house, file, number)
            assert await house.backup.confirm(file) is place
            if number % 5 == 0:
                looks.append(len(await restored(house, file)) - number)

    await asyncio.gather(*[pay(await make(house, slug)) for slug in SLUGS])
    print(f"\n{CONFIRMED} confirmed, {len(looks)} times restored then: {sum(missing < 1 for missing in looks)} lost")
    assert min(looks) == 1


async def test_a_new_coop_is_copied_within_three_seconds(house):
    file = await make(house, "oak")
    await asyncio.sleep(SOON)
    with frozen(house):
        assert await restored(house, file, MADE) == answered(file, MADE)


@pytest.mark.timeout(300)
async def test_fifty_that_come_at_once_are_copied_within_five_seconds(tmp_path, replica):
    async with serving(tmp_path, "none") as house:
        made = [await make(house, f"coop{number}") for number in range(AT_ONCE)]
    async with serving(tmp_path, replica) as house:
        together = asyncio.gather(*(write(house, file, 1) for file in made))
        await asyncio.sleep(TOGETHER)
        with frozen(house):
            assert together.done()
            found = [await restored(house, file) for file in made]
    print(f"\n{found.count([(1,)])} of {AT_ONCE} that came at once are whole in the copies after {TOGETHER} s")
    assert found == [[(1,)]] * AT_ONCE


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("settings", "oldest"), [("", 2), (QUICK, 10)], ids=("ours", "folded"))
async def test_a_restore_to_a_time_is_never_newer_than_asked(tmp_path, replica, monkeypatch, settings, oldest):
    config = sys.modules["ops.litestream.config"]
    monkeypatch.setattr(config, "SETTINGS", settings or config.SETTINGS)
    async with serving(tmp_path, replica) as house:
        file, began, kept = await make(house, "oak"), [], []
        while not kept or kept[-1] - kept[0] < timedelta(seconds=18):
            began.append(datetime.now(UTC))
            await write(house, file, len(began))
            kept.append(datetime.now(UTC))
            await asyncio.sleep(0.05)
        await house.backup.confirm(file)
        older = [await age(house, kept[0] + timedelta(seconds=5 + 1.09 * step), began, kept) for step in range(12)]
    print(f"\n{len(older)} restores to a time: at most {max(older):.1f} s older than asked, none newer")
    assert max(older) <= oldest


async def age(house, moment, began, kept):
    """Seconds from the first commit that is missing to the moment that was asked for."""
    made = Path((await restore_beside(house, quiet, slug="oak", at=moment.isoformat()))["file"])
    many = len(answered(made, "SELECT id FROM account_readers"))
    assert began[many - 1] <= moment
    return max((moment - kept[many]).total_seconds(), 0)


async def test_the_place_of_copies_is_measured_and_erased(house):
    oak, elm = [await make(house, slug) for slug in ("oak", "elm")]
    assert {await house.backup.confirm(file) for file in (oak, elm)} <= {Kept.HERE, Kept.ELSEWHERE}
    with frozen(house):
        of_oak, of_elm = house.backup.copies(oak), house.backup.copies(elm)
        all = Replica(house.settings.replica_url)
        sizes = [await place.size() for place in (of_oak, of_elm, all)]
        assert 0 < sizes[0] < sizes[2] and 0 < sizes[1] < sizes[2]
        assert await of_oak.erase() > 0 and await of_oak.erase() == 0 == await of_oak.size()
        assert await of_elm.size() == sizes[1] and await all.size() == sizes[2] - sizes[0]
        with pytest.raises(LitestreamTrouble, match="no matching backup"):
            await restored(house, oak)
        assert await restored(house, elm, MADE) == answered(elm, MADE)


@pytest.mark.parametrize("wrong", ["keys", "bucket", "endpoint"])
async def test_a_place_that_takes_nothing_is_told_in_a_sentence_without_secrets(weed, tmp_path, monkeypatch, wrong):
    url = {"bucket": weed.bucket().replace("bucket-", "no-such-")}.get(wrong, weed.bucket())
    if wrong == "keys":
        monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "a-wrong-thorn")
    if wrong == "endpoint":
        url = url.replace(weed.endpoint, "http://127.0.0.1:9")
    monkeypatch.setattr("ops.litestream.child.STALLED", 2)
    for deed in (Replica(url).size(), Replica(url).erase(), restore(url, tmp_path / "copy")):
        with pytest.raises(LitestreamTrouble) as told:
            await deed
        said = str(told.value)
        assert "\n" not in said and len(said) < 500 and not any(key in said for key in keys()), said
    print(f"\n{wrong}: {said}")
    async with serving(tmp_path, url) as house:
        file = await make(house, "oak")
        monkeypatch.setattr("app.backup.PATIENCE", 1)
        assert await house.backup.confirm(file) is Kept.NOWHERE
        os.kill(processes(house.settings.data_dir)[0], signal.SIGKILL)  # or the end would wait for its upload


def keys():
    return [os.environ[name] for name in ("LITESTREAM_ACCESS_KEY_ID", "LITESTREAM_SECRET_ACCESS_KEY")]
