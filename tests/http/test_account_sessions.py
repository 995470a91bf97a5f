"""Where somebody is signed in, and until when."""

import re

from sqlalchemy import func, update

from domains import account, cart
from domains.account import models
from domains.values import now
from tests.conftest import all_of
from tests.http.accounts import COOKIE, sessions
from tests.http.conftest import MEMBER, STEWARD


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
