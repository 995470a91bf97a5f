"""Signing in and out, one's own page, and the people of a co-op."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, update

from app.main import House
from domains import account, cart
from domains.account import models, passwords
from domains.activities import Activity
from domains.values import now
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER, PARTIAL, STEWARD, settings

NEW = "a few words make one"
COOKIE = "__Host-session"


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
async def link(coop):
    """`await link()`: the path of a new link for Maud."""

    async def link(address=MEMBER):
        async with coop.writing() as db:
            offered = await account.offer_sign_in(db, await account.person_at(db, address))
            return f"/account/sign-in-link/{coop.keyring.sign('sign-in', str(offered.id))}"

    return link


@pytest.fixture
async def password(coop):
    """Maud has one."""
    async with coop.writing() as db:
        maud = await account.person_at(db, MEMBER)
        await account.set_password(db, maud.id, await account.hash_password(NEW))
    return NEW


async def mailed(house, coop):
    """Everything that was mailed, the newest first."""
    await settle(coop)
    return house.post(coop.id).all()


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


async def sessions(coop):
    (count,) = (await all_of(coop, func.count(models.Session.id)))[0]
    return count


async def ask(client, address, **more):
    return await client.post("/account/sign-in", data={"address": address, "next": "", **more})


async def try_password(client, typed, address=MEMBER):
    return await client.post("/account/password-sign-in", data={"address": address, "password": typed, "next": ""})


@pytest.mark.parametrize("path", ["badge", "sign-in", "password-sign-in", "link-sent"])
async def test_what_strangers_see_stands_in_the_page(oak, path):
    page, part = await oak.get(f"/account/{path}"), await oak.get(f"/account/{path}", headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and part.text in page.text and "<html" not in part.text


@pytest.mark.parametrize("path", ["/account/join", "/account/request-sent", "/account/joining/unsigned"])
async def test_the_way_in_stands_in_the_page(oak, path):
    page, part = await oak.get(path), await oak.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code and part.text in page.text and "<html" not in part.text


@pytest.mark.parametrize("path", ["/account/home", "/account/newsletter", "/account/password"])
async def test_what_members_see_stands_in_the_page_and_strangers_sign_in_first(oak, member, path):
    page, part = await member.get(path), await member.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and part.text in page.text and "<html" not in part.text
    assert (await oak.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/account/people", "/account/new-person"])
async def test_what_stewards_see_stands_in_the_desk(oak, member, steward, path):
    page, part = await steward.get(path), await steward.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and part.text in page.text and 'class="desk"' in page.text
    assert (await oak.get(path)).status_code == 401 and (await member.get(path)).status_code == 403


async def test_the_badge_names_whoever_is_signed_in(oak, member):
    assert 'href="/account/sign-in"' in (await oak.get("/account/badge")).text
    assert '<a href="/account/home">Maud</a>' in (await member.get("/account/badge")).text


# ---- by a link ----


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


# ---- where to go ----


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


# ---- sessions ----


async def test_the_cookie_is_kept_by_this_browser_for_this_site_alone(oak, link):
    said = (await oak.post(await link(), data={"next": ""})).headers["set-cookie"].lower().split("; ")
    assert said[0].startswith("__host-session=") and {"secure", "httponly", "samesite=lax", "path=/"} <= set(said)
    assert not [word for word in said if word.startswith("domain")]


async def test_a_session_that_somebody_else_knew_is_worth_nothing_afterwards(visit, link, coop):
    """Fixation: the attacker plants a session of theirs and waits until its owner signs in."""
    attacker, victim = await visit("oak"), await visit("oak")
    async with coop.writing() as db:
        stranger, token = await account.begin_session(db)
        number = stranger.id
    planted = {COOKIE: coop.keyring.sign("session", token)}
    attacker.cookies.update(planted)
    victim.cookies.update(planted)
    entered = await victim.post(await link(), data={"next": ""})
    assert entered.cookies[COOKIE] != planted[COOKIE]
    assert (await attacker.get("/account/home")).status_code == 401
    assert not await all_of(coop, models.Session.id, where=models.Session.id == number)


async def test_signing_in_as_somebody_else_ends_the_first_session(member, link):
    old = dict(member.cookies)
    await member.post(await link(STEWARD), data={"next": ""})
    assert "Hello, Ruth" in (await member.get("/account/home")).text
    member.cookies.clear()
    member.cookies.update(old)
    assert (await member.get("/account/home")).status_code == 401


async def test_what_a_stranger_gathered_comes_along(visit, link, coop):
    client = await visit("oak")
    async with coop.writing() as db:
        stranger, token = await account.begin_session(db)
        about = cart.Line(kind="market.product", ref=1, title="Leeks", unit="bunch", amount=240, quantity="2")
        await cart.add_line(db, f"session:{stranger.id}", about)
        maud = (await account.person_at(db, MEMBER)).id
    client.cookies.set(COOKIE, coop.keyring.sign("session", token))
    await client.post(await link(), data={"next": ""})
    async with coop.reading() as db:
        assert [line.quantity for line in await cart.lines(db, f"person:{maud}")] == [2]


async def test_an_ended_session_is_a_strangers(member, coop):
    async with coop.writing() as db:
        await db.execute(update(models.Session).values(ends=now()))
    assert (await member.get("/account/home")).status_code == 401


async def test_a_cookie_of_another_coop_or_a_changed_one_is_a_strangers(member, elm, oak):
    (cookie,) = member.cookies.values()
    for client, value in ((elm, cookie), (oak, cookie[:-1]), (oak, "nonsense")):
        client.cookies.set(COOKIE, value)
        assert (await client.get("/account/home")).status_code == 401


async def test_signing_out_ends_the_session(member, coop):
    kept, before = dict(member.cookies), await sessions(coop)
    out = await member.post("/account/sign-out")
    assert out.status_code == 303 and "max-age=0" in out.headers["set-cookie"].lower()
    member.cookies.clear()
    member.cookies.update(kept)
    assert (await member.get("/account/home")).status_code == 401 and await sessions(coop) == before - 1


async def test_sessions_are_listed_and_ended(visit, coop):
    phone, desk, other = [await visit("oak", MEMBER) for _ in range(3)]
    page = (await phone.get("/account/home")).text
    first, *_ = re.findall(r'action="(/account/sessions/\d+/end)"', page)
    assert page.count("/end") == 3 and page.count("This one") == 1
    assert (await phone.post(first)).status_code == 303 and (await other.get("/account/home")).status_code == 401
    assert (await phone.post(first)).status_code == 404
    await phone.post("/account/sessions/end")
    assert (await desk.get("/account/home")).status_code == 401 and (await phone.get("/account/home")).is_success


async def test_ending_ones_own_session_is_signing_out(member, coop):
    ((number,),) = await all_of(coop, func.max(models.Session.id))
    ended = await member.post(f"/account/sessions/{number}/end")
    assert ended.headers["location"] == "/?said=signed-out" and "max-age=0" in ended.headers["set-cookie"].lower()
    assert (await member.get("/account/home")).status_code == 401


async def test_nobody_ends_a_session_of_somebody_else(steward, member, coop):
    ((number,),) = await all_of(coop, func.max(models.Session.id))
    assert (await steward.post(f"/account/sessions/{number}/end")).status_code == 404
    assert (await member.get("/account/home")).is_success


async def test_a_session_knows_its_browser(oak, link):
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    await oak.post(await link(), data={"next": ""}, headers={"user-agent": firefox})
    assert "Firefox, Linux" in (await oak.get("/account/home")).text


# ---- by a password ----


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


async def test_the_newsletter_is_chosen_on_the_spot(member, coop):
    answer = await member.post("/account/newsletter", data={"wanted": "yes"}, headers=PARTIAL)
    assert answer.status_code == 200 and "Stop the newsletter" in answer.text
    async with coop.reading() as db:
        assert MEMBER in await account.readers(db)
    assert (await member.post("/account/newsletter", data={"wanted": ""})).status_code == 303
    assert "Send me the newsletter" in (await member.get("/account/home")).text


@pytest.mark.parametrize("path", ["newsletter", "password", "sessions/end", "sessions/1/end"])
async def test_what_is_ones_own_needs_signing_in(oak, path):
    assert (await oak.post(f"/account/{path}", data={"password": NEW})).status_code == 401


# ---- people ----


async def test_somebody_is_added_and_mailed_a_link(steward, visit, house, coop):
    typed = {"name": "Sam Oduya 🥕", "address": "sam@oak.example", "role": "editor"}
    assert (await steward.post("/account/new-person", data=typed)).headers[
        "location"
    ] == "/account/people?said=welcomed"
    assert "Sam Oduya 🥕" in (await steward.get("/account/people")).text
    (mail,) = await mailed(house, coop)
    assert mail["Subject"] == "Welcome to Oak" and "seven days" in text_of(mail)
    path = urlsplit(re.search(r"https://oak\.example/account/sign-in-link\S+", text_of(mail)).group()).path
    sam = await visit("oak")
    assert (await sam.post(path, data={"next": ""})).status_code == 303
    assert "Hello, Sam" in (await sam.get("/account/home")).text
    (activity,) = await all_of(coop, Activity.actor, Activity.object, where=Activity.ref == 3)
    assert activity == ("account.person:1", {"person": 3, "name": "Sam Oduya 🥕", "role": "editor"})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "a\0b"),
        ("name", "a" * 10_000),
        ("address", "nothing"),
        ("address", MEMBER.upper()),
        ("role", "queen"),
        ("role", ""),
    ],
)
async def test_who_cannot_be_added_is_typed_again(steward, house, coop, field, typed):
    about = {"name": "ليلى", "address": "layla@oak.example", "role": "member"} | {field: typed}
    refused = await steward.post("/account/new-person", data=about)
    assert (
        refused.status_code == 422 and f'id="{field}-error"' in refused.text and 'aria-invalid="true"' in refused.text
    )
    assert "ليلى" in refused.text or field == "name"
    assert await mailed(house, coop) == []


async def test_a_role_changes_and_the_ledger_says_so(steward, member, coop):
    assert (await member.get("/account/people")).status_code == 403
    changed = await steward.post("/account/people", data={"person": "2", "role": "steward"})
    assert (
        changed.headers["location"] == "/account/people?said=role" and (await member.get("/account/people")).is_success
    )
    ((type, object),) = await all_of(coop, Activity.type, Activity.object, where=Activity.type == "Update")
    assert object == {"person": 2, "name": "Maud", "role": "steward"}


async def test_the_last_steward_stays_one(steward):
    refused = await steward.post("/account/people", data={"person": "1", "role": "member"})
    assert refused.status_code == 422 and "A co-op needs a steward" in refused.text
    assert 'id="person-1-role" name="role" aria-invalid="true"' in refused.text
    await steward.post("/account/people", data={"person": "2", "role": "steward"})
    stepped = await steward.post("/account/people", data={"person": "1", "role": "member"})
    assert (
        stepped.headers["location"] == "/account/home?said=stepped-down"
        and (await steward.get("/account/people")).status_code == 403
    )


async def test_a_role_or_a_person_that_there_is_not(steward):
    assert (await steward.post("/account/people", data={"person": "2", "role": "queen"})).status_code == 422
    for number in (99, 2**63, 10**30, "", "x", "-1"):
        assert (await steward.post("/account/people", data={"person": number, "role": "member"})).status_code == 404


async def test_only_stewards_let_people_in(oak, member):
    for path in ("/account/new-person", "/account/people"):
        assert (await oak.post(path, data={"role": "steward"})).status_code == 401
        assert (await member.post(path, data={"role": "steward"})).status_code == 403


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
