"""People, links, passwords and sessions, without a browser."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, update

from domains import account
from domains.account import models, passwords
from domains.activities import Activity
from domains.errors import Conflict, Invalid, NotFound, TooMany
from domains.values import now
from flows import sign_in
from flows.engine.models import Delivery
from tests.conftest import all_of


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Hashing as it is, for less."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    stand_in = hasher.hash("nobody has this password")
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_stand_in", lambda: stand_in)


@pytest.fixture
async def maud(coop):
    async with coop.writing() as db:
        return await account.add_person(db, "Maud", "maud@oak.example", "steward")


async def test_an_address_is_one_persons_however_it_is_written(coop, maud):
    async with coop.writing() as db:
        with pytest.raises(Invalid):
            await account.add_person(db, "Maude", " MAUD@oak.example ")
        assert (await account.person_at(db, "Maud@Oak.example")).id == maud.id


async def test_everything_wrong_with_a_person_is_said_at_once_and_nothing_is_kept(coop):
    async with coop.writing() as db:
        with pytest.raises(Invalid) as refused:
            await account.add_person(db, " ", "nothing", "queen")
    assert set(refused.value.fields) == {"name", "address", "role"}
    assert await all_of(coop, models.Person.id) == await all_of(coop, Activity.id) == []


async def test_a_link_is_spent_once_and_ends(coop, maud):
    async with coop.writing() as db:
        offered = await account.offer_sign_in(db, maud)
        assert (await account.sign_in(db, offered.id)).person.name == "Maud"
        assert [await account.spend_sign_in(db, offered.id) for _ in range(2)] == [maud.id, None]
        assert await account.sign_in(db, offered.id) is None
        late = await account.offer_sign_in(db, maud, timedelta(seconds=-1))
        assert await account.spend_sign_in(db, late.id) is None


async def test_links_that_have_ended_are_cleared_away(coop, maud):
    async with coop.writing() as db:
        await account.offer_sign_in(db, maud, timedelta(seconds=-1))
        kept = await account.offer_sign_in(db, maud)
    assert await all_of(coop, models.SignIn.id) == [(kept.id,)]


async def test_asking_for_a_link_queues_a_mail_in_the_same_transaction(coop, bell, maud):
    with pytest.raises(ZeroDivisionError):
        async with coop.writing() as db:
            await sign_in.begin(db, "maud@oak.example", "/market", 5.0)
            raise ZeroDivisionError
    assert await all_of(coop, Delivery.id) == await all_of(coop, models.SignIn.id) == []
    async with coop.writing() as db:
        await sign_in.begin(db, "Maud@oak.example", "/market", 5.0)
    ((number,),) = await all_of(coop, models.SignIn.id)
    payload = {"template": "sign-in", "sign_in": number, "next": "/market"}
    assert await all_of(coop, Delivery.to, Delivery.payload) == [("maud@oak.example", payload)]
    assert bell.told[-1] == 5.0


async def test_nobody_is_mailed_who_is_not_here(coop, bell, maud):
    async with coop.writing() as db:
        await sign_in.begin(db, "nobody@oak.example", "", 5.0)
    assert await all_of(coop, Delivery.id) == []
    assert await all_of(coop, models.Rate.key, models.Rate.count) == [("link:nobody@oak.example", 1)]


async def test_tries_are_counted_until_their_time_is_over(coop):
    async with coop.writing() as db:
        for _ in range(3):
            await account.count_try(db, "k", 3, timedelta(minutes=1))
        with pytest.raises(TooMany) as refused:
            await account.count_try(db, "k", 3, timedelta(minutes=1))
        assert 55 < refused.value.wait <= 60
        await account.count_try(db, "other", 3, timedelta(minutes=1))
        await db.execute(update(models.Rate).values(ends=now()))
        await account.count_try(db, "k", 3, timedelta(minutes=1))
    assert await all_of(coop, models.Rate.key, models.Rate.count) == [("k", 1)]


async def test_a_password_fits_however_its_letters_are_composed(coop):
    hashed = await account.hash_password("zwölf große Möhren")
    assert await account.is_password(hashed, "zwo\u0308lf große Mo\u0308hren")
    assert not await account.is_password(hashed, "zwolf große Mohren")


async def test_nobody_has_the_password_of_nobody():
    assert not await account.is_password("", "nobody has this password")
    assert not await account.is_password("no hash at all", "nobody has this password")


async def test_a_password_that_somebody_else_changed_meanwhile_is_not_overwritten(coop, maud):
    async with coop.writing() as db:
        await account.set_password(db, maud.id, "first")
        with pytest.raises(Conflict):
            await account.set_password(db, maud.id, "second")
        await account.set_password(db, maud.id, "second", was="first")
        assert await account.try_password(db, "maud@oak.example", "") == (maud.id, "second")


async def test_a_new_password_ends_every_session_but_one(coop, maud):
    async with coop.writing() as db:
        kept, _ = await account.begin_session(db, maud.id)
        _, token = await account.begin_session(db, maud.id)
        await account.set_password(db, maud.id, "hash", but=kept.id)
        assert [one.id for one in await account.sessions(db, maud.id)] == [kept.id]
        assert await account.session_of(db, token) is None


async def test_a_token_cannot_be_read_from_the_file(coop, maud):
    async with coop.writing() as db:
        session, token = await account.begin_session(db, maud.id)
        assert (await account.session_of(db, token)).person.name == "Maud"
        assert token not in session.token and await account.session_of(db, session.token) is None


async def test_sessions_that_have_ended_are_cleared_away(coop, maud):
    async with coop.writing() as db:
        await account.begin_session(db, maud.id)
        await db.execute(update(models.Session).values(ends=now()))
        await account.begin_session(db)
    assert await all_of(coop, func.count(models.Session.id)) == [(1,)]


async def test_a_session_is_ended_by_its_owner_alone(coop, maud):
    async with coop.writing() as db:
        session, _ = await account.begin_session(db, maud.id)
        with pytest.raises(NotFound):
            await account.end_own_session(db, maud.id + 1, session.id)
        await account.end_own_session(db, maud.id, session.id)
        assert await account.sessions(db, maud.id) == []


async def test_the_same_role_again_is_no_news(coop, maud):
    async with coop.writing() as db:
        await account.set_role(db, maud.id, "steward")
        with pytest.raises(Invalid):
            await account.set_role(db, maud.id, "editor")
        with pytest.raises(NotFound):
            await account.set_role(db, 99, "editor")
    assert await all_of(coop, Activity.type) == [("Add",)]


async def test_the_newsletter_is_read_once_or_not_at_all(coop):
    async with coop.writing() as db:
        for address in ("Maud@oak.example", "maud@OAK.example", "sam@oak.example"):
            await account.subscribe(db, address)
        assert await account.readers(db) == ["maud@oak.example", "sam@oak.example"]
        assert await account.is_reader(db, "MAUD@oak.example")
        for _ in range(2):
            await account.unsubscribe(db, "Maud@oak.example")
        assert await account.readers(db) == ["sam@oak.example"] and not await account.is_reader(db, "maud@oak.example")
        with pytest.raises(Invalid):
            await account.subscribe(db, "maud")


@pytest.mark.parametrize("address", ["maud@oak.example", "a/b?c#d%e&f'+~@bäume.example", "m" * 242 + "@oak.example"])
def test_what_a_readers_link_says_stands_in_any_path(address):
    for link in account.ReaderLink(address), account.ReaderLink(address, 1_800_000_000):
        assert re.fullmatch(r"[\w-]+", link.written(), re.ASCII) and account.ReaderLink.read(link.written()) == link


async def test_names_are_asked_for_all_at_once(coop, maud):
    async with coop.writing() as db:
        assert await account.names(db, {maud.id, 99}) == {maud.id: "Maud"} and await account.names(db, ()) == {}
