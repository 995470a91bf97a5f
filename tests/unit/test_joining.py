"""Whoever asks to be let in, and the three ways in which that ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domains import account
from domains.account import joining
from domains.account.models import Rate
from domains.activities import Activity
from domains.errors import Invalid, NotFound, TooMany
from domains.values import now
from tests.conftest import all_of

MEI = "mei@far.example"


@pytest.fixture
def ask(coop):
    async def ask(address=MEI, name="Mei Lin", words=""):
        async with coop.writing() as db:
            return await account.ask_to_join(db, name, address, words)

    return ask


async def told(coop):
    """What the ledger says of requests."""
    about = Activity.type, Activity.actor, Activity.object
    return await all_of(coop, *about, where=Activity.kind == "account.request")


async def test_a_request_waits_and_the_ledger_says_so_without_the_address(coop, ask):
    asked = await ask(" Mei@Far.example ", " Mei Lin ", "Leeks.\r\nAnd people.")
    assert (asked.name, asked.address, asked.words, asked.status) == (
        "Mei Lin",
        MEI,
        "Leeks.\nAnd people.",
        "waiting",
    )
    assert await told(coop) == [("Offer", "site", {"request": asked.id, "name": "Mei Lin", "status": "waiting"})]


async def test_everything_wrong_with_a_request_is_said_at_once_and_nothing_is_kept(coop, ask):
    with pytest.raises(Invalid) as refused:
        await ask("mei", " ", "x" * 2001)
    assert set(refused.value.fields) == {"name", "address", "words"}
    assert await told(coop) == []


@pytest.mark.parametrize("address", [MEI, "MEI@far.example"])
async def test_whoever_waits_asks_nothing_new(coop, ask, address):
    assert await ask()
    assert await ask(address, "Somebody else", "Sooner") is None
    async with coop.reading() as db:
        assert [one.name for one in await account.waiting_requests(db)] == ["Mei Lin"]


async def test_a_member_asks_nothing(coop, ask):
    async with coop.writing() as db:
        await account.add_person(db, "Mei", MEI)
    assert await ask() is None and await told(coop) == []


@pytest.mark.parametrize(
    ("status", "type", "by"), [("approved", "Accept", "account.person:1"), ("declined", "Reject", "account.person:1")]
)
async def test_a_request_is_decided_once(coop, ask, status, type, by):
    id = (await ask()).id
    first, second = account.approve_request, account.decline_request
    if status == "declined":
        first, second = second, first
    async with coop.writing() as db:
        await first(db, id, by)
        found = await second(db, id, "account.person:2")
        assert (found.status, found.decided_by) == (status, by) and found.decided
    assert await told(coop) == [
        ("Offer", "site", {"request": id, "name": "Mei Lin", "status": "waiting"}),
        (type, by, {"request": id, "name": "Mei Lin", "status": status}),
    ]


async def test_a_request_that_nobody_answers_lapses(coop, ask):
    id = (await ask()).id
    async with coop.writing() as db:
        found = await account.lapse_request(db, id)
        assert (found.status, found.decided_by) == ("lapsed", "")
        assert await account.waiting_requests(db) == []
    assert (await told(coop))[-1][0] == "Reject"


async def test_nobody_decides_what_nobody_asked(coop):
    async with coop.writing() as db:
        with pytest.raises(NotFound):
            await account.approve_request(db, 7, "account.person:1")


async def test_whoever_was_declined_may_ask_again_a_few_times_a_day(coop, ask):
    for _ in range(joining.FOR_ADDRESS):
        asked = await ask()
        async with coop.writing() as db:
            await account.decline_request(db, asked.id, "account.person:1")
    assert await ask() is None
    async with coop.writing() as db:
        await db.execute(update(Rate).values(ends=now() - timedelta(seconds=1)))
    assert await ask()


async def test_one_client_asks_a_few_times_an_hour_and_everybody_together_not_many_more(coop):
    async def count(client, most=1):
        async with coop.writing() as db:
            for _ in range(most):
                await account.count_request(db, client)

    await count("192.0.2.1", joining.FROM_CLIENT)
    with pytest.raises(TooMany):
        await count("192.0.2.1")
    for number in range(joining.AN_HOUR - joining.FROM_CLIENT):
        await count(f"198.51.100.{number}")
    with pytest.raises(TooMany) as refused:
        await count("203.0.113.1")
    assert 0 < refused.value.wait <= 3600


async def test_no_more_than_so_many_wait(coop, ask, monkeypatch):
    monkeypatch.setattr(joining, "WAITING", 2)
    ids = [(await ask(f"mei-{number}@far.example")).id for number in range(2)]
    async with coop.writing() as db:
        with pytest.raises(TooMany):
            await account.count_request(db, "192.0.2.1")
        await account.lapse_request(db, ids[0])
        await account.count_request(db, "192.0.2.1")


async def test_the_file_itself_keeps_one_address_from_waiting_twice(coop, ask):
    await ask()
    async with coop.writing() as db:
        mei = (await db.scalars(select(account.Request))).one()
        db.add(account.Request(name="Mei", address=mei.address))
        with pytest.raises(Exception, match="UNIQUE"):
            await db.flush()
        await db.rollback()
