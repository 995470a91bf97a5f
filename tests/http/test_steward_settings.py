"""What a steward says of the co-op, and how they take it away."""

import asyncio

import pytest

from app import label, leaving, parcel
from domains import account
from domains.activities import Activity
from domains.look import Look, dress
from domains.site import site
from tests.conftest import all_of
from tests.http.conftest import OAK


async def test_only_stewards_change_the_settings(oak, member, coop):
    assert (await oak.post("/steward/settings", data=OAK | {"name": "Ash"})).status_code == 401
    assert (await member.post("/steward/settings", data=OAK | {"name": "Ash"})).status_code == 403
    async with coop.reading() as db:
        assert (await site(db)).name == "Oak"


async def test_settings_are_changed_and_everybody_sees_it(steward, oak, coop):
    async with coop.writing() as db:
        await dress(db, Look("150"))
    new = OAK | {"name": "Ash & Oak 🌳", "about": "עץ", "timezone": "Pacific/Auckland", "currency": "NZD"}
    done = await steward.post("/steward/settings", data=new)
    assert done.status_code == 303 and done.headers["location"] == "/steward/settings?said=saved"
    page = (await oak.get("/")).text
    assert "Ash &amp; Oak 🌳" in page and "/theme/150-besley-little.css" in page, "its look stays"
    filled = (await steward.get("/steward/settings")).text
    assert '<option value="Pacific/Auckland" selected>' in filled and "עץ</textarea>" in filled
    *_, activity = await all_of(coop, Activity.type, Activity.actor, where=Activity.kind == "site.site")
    assert activity == ("Update", "account.person:1")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "a" * 10_000),
        ("name", "a\0b"),
        ("motto", "two\nlines"),
        ("timezone", "Mars/Olympus"),
        ("currency", "XXX"),
        ("language", "tlh"),
        ("about", "a" * 10_000),
    ],
)
async def test_settings_that_cannot_be_are_typed_again(steward, coop, field, typed):
    refused = await steward.post("/steward/settings", data=OAK | {"motto": "Grown here"} | {field: typed})
    assert refused.status_code == 422 and f'id="{field}-error"' in refused.text
    assert 'aria-invalid="true"' in refused.text and ("Grown here" in refused.text or field == "motto")
    async with coop.reading() as db:
        assert (await site(db)).motto == ""


async def test_a_steward_takes_the_coop_away_and_the_ledger_knows(oak, member, steward, coop, house, tmp_path):
    for nobody, status in ((oak, 401), (member, 403)):
        assert (await nobody.post("/steward/export", data={"password": ""})).status_code == status
    assert not await exports(coop)
    answer = await steward.post("/steward/export", data={"keys": "left"})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="oak.example-')
    assert int(answer.headers["content-length"]) == len(answer.content)
    (tmp_path / "oak.rose").write_bytes(answer.content)
    found = label.read(tmp_path / "oak.rose")
    assert found.coop == coop.id and not found.is_sealed
    assert await exports(coop) == [("account.person:1", {"name": "Oak", "sealed": False})]
    assert "took away a copy of “Oak”" in (await steward.get("/steward")).text
    assert not list((house.settings.data_dir / "moving").iterdir())


async def exports(coop):
    return await all_of(coop, Activity.actor, Activity.object, where=Activity.kind == "site.export")


async def test_under_a_passphrase_its_keys_come_too(steward, tmp_path):
    words = "twelve leeks and a bough"
    answer = await steward.post("/steward/export", data={"keys": "sealed", "password": words, "same_password": words})
    (tmp_path / "oak.rose").write_bytes(answer.content)
    parcel.check(tmp_path / "oak.rose")
    assert label.read(tmp_path / "oak.rose").is_sealed and words.encode() not in answer.content


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [("leeks", "leeks", "password"), ("twelve leeks and", "twelve leeks", "same_password")],
)
async def test_a_passphrase_that_cannot_be_is_told_and_never_given_back(steward, coop, password, again, field):
    page = await steward.post("/steward/export", data={"keys": "sealed", "password": password, "same_password": again})
    assert page.status_code == 422 and f'id="{field}-error"' in page.text and password not in page.text
    assert not await exports(coop)


async def test_a_coop_is_taken_away_so_often_and_no_more(steward, coop):
    answers = [await steward.post("/steward/export", data={"keys": "left"}) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) > 60 and len(await exports(coop)) == 6


async def test_nobody_waits_to_write_while_it_is_taken_away(steward, coop, house, monkeypatch):
    """What is recorded is kept before the first byte is made."""
    going, go = asyncio.Event(), asyncio.Event()
    export = leaving.export_coop

    async def slow(*about, **more):
        going.set()
        await go.wait()
        return await export(*about, **more)

    monkeypatch.setattr(leaving, "export_coop", slow)
    sending = asyncio.create_task(steward.post("/steward/export", data={"keys": "left"}))
    await going.wait()
    async with coop.writing() as db:
        await account.subscribe(db, "r@x.example")
    assert len(await exports(coop)) == 1
    go.set()
    assert (await sending).status_code == 200
