"""Signing in by a link that is mailed, and where it leads."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from domains import account
from domains.account import models
from domains.values import now
from tests.conftest import all_of
from tests.http.accounts import COOKIE, ask, mailed, sessions, text_of
from tests.http.conftest import MEMBER, PARTIAL


async def test_a_link_is_mailed_and_signs_in(oak, house, coop):
    asked = await ask(oak, " Maud@Oak.example ", next="/events/calendar?month=2026-12")
    assert asked.status_code == 303 and asked.headers["location"] == "/account/link-sent"
    (mail,) = await mailed(house, coop)
    text = text_of(mail)
    assert mail["To"] == MEMBER and "Oak" in mail["Subject"] and "half an hour" in text
    address = urlsplit(re.search(r"https://oak\.example\S+", text).group())
    path = f"{address.path}?{address.query}"
    page = await oak.get(path)
    assert "Sign in as Maud" in page.text and page.headers["cache-control"] == "no-store"
    entered = await oak.post(path, data={"next": re.search(r'name="next" value="([^"]*)"', page.text).group(1)})
    assert entered.status_code == 303 and entered.headers["location"] == "/events/calendar?month=2026-12"
    assert "Hello, Maud" in (await oak.get("/account/home")).text


async def test_a_link_stands_in_no_table(oak, coop, link):
    await ask(oak, MEMBER)
    signed = (await link()).rpartition("/")[2]
    assert signed.rpartition(".")[2] not in "".join(str(row) for row in await all_of(coop, *models.SignIn.__table__.c))


async def test_the_answer_tells_nobody_who_is_here(visit, house, coop):
    answers = []
    for address in (MEMBER, "nobody@nowhere.example"):
        client = await visit("oak")
        asked = await ask(client, address)
        shown = await client.get(asked.headers["location"])
        answers.append((asked.status_code, asked.content, asked.headers, shown.status_code, shown.content))
    assert answers[0] == answers[1] and len(await mailed(house, coop)) == 1


async def test_five_links_in_half_an_hour_and_nobody_is_told(oak, house, coop):
    answers = {(await ask(oak, MEMBER)).status_code for _ in range(7)}
    assert answers == {303} and len(await mailed(house, coop)) == 5


@pytest.mark.parametrize("typed", ["", "maud", "maud@", "ma\0ud@oak.example", "a" * 10_000 + "@oak.example"])
async def test_an_address_that_is_none_is_typed_again(oak, typed):
    refused = await ask(oak, typed)
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text
    assert 'aria-describedby="address-error"' in refused.text and 'id="account-sign-in"' in refused.text


async def test_looking_at_a_link_spends_nothing(oak, link, coop):
    path, before = await link(), await sessions(coop)
    for _ in range(3):
        assert "Sign in as Maud" in (await oak.get(path)).text
    assert (await oak.head(path)).status_code == 200
    assert await sessions(coop) == before and (await oak.post(path, data={"next": ""})).status_code == 303
    ended = await oak.get(path)
    assert ended.status_code == 410 and "Email me a new link" in ended.text


async def test_two_clicks_on_one_link_are_one_session(visit, link, coop):
    path, before = await link(), await sessions(coop)
    clients = [await visit("oak") for _ in range(6)]
    answers = await asyncio.gather(*(client.post(path, data={"next": ""}) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 5
    assert await sessions(coop) == before + 1
    assert [COOKIE in answer.cookies for answer in answers].count(True) == 1


async def test_a_link_ends(oak, link, coop):
    path = await link()
    async with coop.writing() as db:
        await db.execute(update(models.SignIn).values(ends=now() - timedelta(seconds=1)))
    assert (await oak.get(path)).status_code == (await oak.post(path, data={"next": ""})).status_code == 410


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: "1" + s, lambda s: "nonsense", lambda s: "9" * 30])
async def test_a_link_that_is_not_whole_signs_nobody_in(oak, link, change):
    path = await link()
    bad = f"/account/sign-in-link/{change(path.rpartition('/')[2])}"
    assert (await oak.get(bad)).status_code == (await oak.post(bad, data={"next": ""})).status_code == 410


async def test_a_link_of_another_coop_signs_nobody_in(elm, link):
    path = await link()
    assert (await elm.get(path)).status_code == (await elm.post(path, data={"next": ""})).status_code == 410
    assert COOKIE not in elm.cookies


async def test_what_was_signed_for_something_else_is_no_link(oak, coop, link):
    number = (await link()).rpartition("/")[2].partition(".")[0]
    bad = f"/account/sign-in-link/{coop.keyring.sign('session', number)}"
    assert (await oak.post(bad, data={"next": ""})).status_code == 410


async def test_a_link_from_before_a_restore_fits_nobody_else(coop):
    """Numbers that count up would come again."""
    async with coop.writing() as db:
        maud = await account.person_at(db, MEMBER)
        ids = {(await account.offer_sign_in(db, maud)).id for _ in range(5)}
    assert len(ids) == 5 and max(ids) > 2**40


@pytest.mark.parametrize(
    "next",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nset-cookie: a=b",
        "javascript:alert(1)",
        "evil.example",
        " /market",
        "/" + "a" * 2000,
    ],
)
async def test_nobody_is_sent_to_another_site(visit, link, next):
    for path in (await link(), "/account/sign-in", "/account/password-sign-in"):
        shown = await (await visit("oak")).get(path, params={"next": next})
        assert shown.status_code == 200 and 'name="next" value=""' in shown.text and "evil" not in shown.text
    entered = await (await visit("oak")).post(await link(), data={"next": next})
    assert entered.headers["location"] == "/account/home" and "a=b" not in str(entered.headers)


async def test_somebody_is_sent_where_they_wanted_to_go(visit, link):
    for next, location in (
        ("/", "/"),
        ("/events/calendar?a=b&c=d#e", None),
        ("/größe", "/gr%C3%B6%C3%9Fe"),
        ("/日本", None),
    ):
        for headers in ({}, PARTIAL):
            entered = await (await visit("oak")).post(await link(), data={"next": next}, headers=headers)
            said = entered.headers.get("location") or entered.headers["hx-redirect"]
            assert location in (said, None) and said.startswith("/") and said.isascii()
