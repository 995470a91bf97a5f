"""Signing in by a password, and choosing one."""

import asyncio

import pytest
from argon2 import PasswordHasher
from httpx import ASGITransport, AsyncClient
from sqlalchemy import update

from app.main import House
from domains import account
from domains.account import models, passwords
from domains.activities import Activity
from domains.values import now
from tests.conftest import all_of
from tests.http.accounts import COOKIE, NEW, ask, try_password
from tests.http.conftest import MEMBER, STEWARD, settings


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Hashing as it is, for less; it counts how often somebody's password was tried."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    stand_in, tried = hasher.hash("nobody has this password"), []

    class Counting:
        hash = hasher.hash

        def verify(self, hashed, typed):
            tried.append(hashed)
            return hasher.verify(hashed, typed)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    monkeypatch.setattr(passwords, "_stand_in", lambda: stand_in)
    return tried


@pytest.fixture
async def password(coop):
    """Maud has one."""
    async with coop.writing() as db:
        maud = await account.person_at(db, MEMBER)
        await account.set_password(db, maud.id, await account.hash_password(NEW))
    return NEW


async def test_a_password_signs_in(oak, password):
    entered = await try_password(oak, password, " MAUD@oak.example")
    assert entered.status_code == 303 and entered.headers["location"] == "/account/home"
    assert "Hello, Maud" in (await oak.get("/account/home")).text


async def test_a_wrong_password_is_refused_and_never_given_back(oak, password):
    refused = await try_password(oak, "something else")
    assert refused.status_code == 422 and "something else" not in refused.text and COOKIE not in refused.cookies
    assert f'value="{MEMBER}"' in refused.text and 'aria-invalid="true"' in refused.text


async def test_everybody_costs_one_hash_and_is_answered_alike(visit, password, quick):
    answers = []
    for address in (MEMBER, STEWARD, "nobody@nowhere.example"):  # with a password, without one, unknown
        quick.clear()
        refused = await try_password(await visit("oak"), "something else", address)
        answers.append((len(quick), refused.status_code, refused.text.replace(address, "")))
    assert answers[0][:2] == (1, 422) and len(set(answers)) == 1


async def test_five_wrong_passwords_and_the_right_one_has_to_wait(house, coop, oak, password):
    for _ in range(5):
        assert (await try_password(oak, "something else")).status_code == 422
    late = await try_password(oak, password)
    assert late.status_code == 429 and 0 < int(late.headers["retry-after"]) <= 15 * 60 and password not in late.text
    async with coop.writing() as db:
        await db.execute(update(models.Rate).values(ends=now()))
    assert (await try_password(oak, password)).status_code == 303


async def test_tries_are_counted_together_however_many_come_at_once(visit, password):
    clients = [await visit("oak") for _ in range(8)]
    answers = await asyncio.gather(*(try_password(client, "something else") for client in clients))
    assert sorted(answer.status_code for answer in answers) == [422] * 5 + [429] * 3


async def test_limits_survive_a_restart(house, oak, password):
    for _ in range(5):
        await try_password(oak, "something else")
    await house.tenants.close()
    again = House(settings(house.settings.data_dir))
    async with (
        again.awake(),
        AsyncClient(transport=ASGITransport(again.app), base_url="https://oak.example") as client,
    ):
        assert (await try_password(client, password)).status_code == 429


async def test_a_right_password_counts_as_no_try(oak, coop, password):
    for _ in range(7):
        assert (await try_password(oak, password)).status_code == 303
    assert await all_of(coop, models.Rate.key, models.Rate.count) == [
        ("client:127.0.0.1", 0),
        (f"guess:{MEMBER}", 0),
        (f"sign-in:{MEMBER} 127.0.0.1", 0),
    ]


async def test_one_client_tries_a_hundred_times_and_no_more(oak, coop):
    await try_password(oak, "something else")
    async with coop.writing() as db:
        await db.execute(update(models.Rate).where(models.Rate.key.startswith("client:")).values(count=100))
    assert (await try_password(oak, "something else", STEWARD)).status_code == 429
    assert (await ask(oak, STEWARD)).status_code == 429


async def test_a_password_is_set_and_everybody_else_is_signed_out(member, visit, coop):
    elsewhere = await visit("oak", MEMBER)
    done = await member.post("/account/password", data={"password": NEW})
    assert done.status_code == 303 and (await member.get("/account/home")).is_success
    assert (await elsewhere.get("/account/home")).status_code == 401
    assert (await try_password(await visit("oak"), NEW)).status_code == 303
    (activity,) = await all_of(coop, Activity.type, Activity.actor, where=Activity.kind == "account.password")
    assert activity == ("Update", "account.person:2")


async def test_changing_a_password_needs_the_old_one(password, member):
    new = {"password": "another few words"}
    refused = await member.post("/account/password", data=new | {"old_password": "something else"})
    assert (
        refused.status_code == 422 and 'id="old_password-error"' in refused.text and "another few" not in refused.text
    )
    assert (await member.post("/account/password", data=new)).status_code == 422
    assert (await member.post("/account/password", data=new | {"old_password": password})).status_code == 303


async def test_the_old_password_cannot_be_guessed_for_long(password, member):
    new = {"password": "another few words", "old_password": "something else"}
    answers = [await member.post("/account/password", data=new) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert not [answer for answer in answers if "something else" in answer.text or "another few" in answer.text]


@pytest.mark.parametrize("typed", ["", "short", "a" * 10_000])
async def test_a_poor_password_is_refused(member, typed):
    refused = await member.post("/account/password", data={"password": typed})
    assert refused.status_code == 422 and 'id="password-error"' in refused.text and "a" * 20 not in refused.text


async def test_a_strangers_guesses_keep_nobody_else_out(house, coop, oak):
    async with coop.writing() as db:
        member = await account.person_at(db, MEMBER)
        await account.set_password(db, member.id, await account.hash_password("correct horse battery"))
    for _ in range(6):
        refused = await try_password(oak, "a wrong guess")
    assert refused.status_code == 429
    transport = ASGITransport(house.app, client=("10.9.9.9", 1))
    async with AsyncClient(transport=transport, base_url="https://oak.example") as elsewhere:
        assert (await try_password(elsewhere, "correct horse battery")).status_code == 303
