"""The stewards' desk."""

import asyncio
import re
from datetime import UTC, datetime
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, select

from app import label, leaving, parcel
from app.commands import sign_in_link
from app.control import quiet
from app.sample import fill
from domains import account, blog, events, market, sample
from domains.activities import Activity, record
from domains.look import Look, dress
from domains.site import site
from flows.engine.models import Delivery, Run
from tests import runs
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER, PARTIAL

PAGES = (
    "/steward",
    "/steward/today",
    "/steward/ledger",
    "/steward/mails",
    "/steward/sample",
    "/steward/copies",
    "/steward/look",
    "/steward/settings",
    "/steward/export",
)
UNLISTED = ("/steward/today", "/steward/sample", "/steward/export")
OAK = {
    "name": "Oak",
    "motto": "",
    "about": "",
    "currency": "GBP",
    "timezone": "Europe/London",
    "language": "en-GB",
}


@pytest.mark.parametrize("path", PAGES)
async def test_the_desk_is_for_stewards(oak, member, steward, path):
    page, part = await steward.get(path), await steward.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and part.text in page.text and "<html" not in part.text
    assert 'class="desk"' in page.text
    assert path in UNLISTED or f'href="{path}" aria-current="page"' in page.text
    assert page.headers["cache-control"] == "private, no-cache"
    assert (await oak.get(path)).status_code == 401 and (await member.get(path)).status_code == 403


async def test_the_parts_are_shown_once_to_stewards(oak, member, steward):
    page, part = await steward.get("/steward/parts"), await steward.get("/steward/parts", headers=PARTIAL)
    assert page.status_code == 200 and part.text in page.text and 'id="steward-parts"' in part.text
    assert (await steward.get("/parts")).text.count('id="steward-parts"') == 1
    assert (await oak.get("/parts")).status_code == 401 and (await member.get("/parts")).status_code == 403
    ids = re.findall(r' id="([^"]*)"', page.text)
    assert len(ids) == len(set(ids))


async def test_only_stewards_change_the_settings(oak, member, coop):
    assert (await oak.post("/steward/settings", data=OAK | {"name": "Ash"})).status_code == 401
    assert (await member.post("/steward/settings", data=OAK | {"name": "Ash"})).status_code == 403
    async with coop.reading() as db:
        assert (await site(db)).name == "Oak"


# ---- today ----


def left(page):
    """What the checklist says is left to do, and how many of how many are done."""
    open_ones = re.findall(r'<li>(?:<a href="[^"]*">|<span>)([^<]+)<', page[page.index('<ol class="steps">') :])
    return open_ones, re.search(r"(\d of \d) done", page)[1]


async def test_what_is_left_to_set_up_is_said_until_it_is_true(steward, house, monkeypatch):
    everything = [
        "Name, motto and what you are",
        "A first post of your own",
        "Goods of your own",
        "Something coming up",
        "A second steward",
        "Mails that go out",
        "A copy elsewhere than on this disk",
    ]
    assert left((await steward.get("/steward")).text) == (everything, "0 of 7")
    beet = {"name": "Beetroot", "supplier": "Low Field", "category": "Roots", "price": "2.40"}
    await steward.post("/steward/settings", data=OAK | {"motto": "Slowly", "about": "An oak."})
    await steward.post("/blog/new-post", data={"title": "Acorns", "status": "published", "kind": "post"})
    await steward.post("/market/new-product", data=beet)
    await steward.post("/events/new-entry", data={"title": "Supper", "day": "2199-12-12", "kind": "event"})
    await steward.post("/account/people", data={"person": "2", "role": "steward"})
    assert left((await steward.get("/steward")).text) == (everything[5:], "5 of 7")
    monkeypatch.setattr(house, "post", lambda id: None)
    monkeypatch.setattr(house.backup, "litestream", Mock(alive=True, replica="s3://bucket/coops"))
    page = (await steward.get("/steward")).text
    assert "Setting up" not in page and "Nothing needs you" in page
    monkeypatch.undo()


async def test_what_the_sample_gave_is_nobodys_own(steward, coop):
    await fill(coop)
    page = (await steward.get("/steward")).text
    assert left(page)[1] == "0 of 8" and 'href="/steward/sample">Remove the sample<' in page


async def test_what_got_stuck_is_said(steward, coop):
    dead = {
        "key": "k",
        "kind": "mail",
        "to": "sam@oak.example",
        "payload": {"template": "digest"},
        "due": None,
        "at": 1,
    }
    held = {
        "definition": "",
        "key": "r",
        "input": {},
        "node": "n",
        "status": "held",
        "due": None,
        "error": "",
        "name": "n",
        "began": 1,
        "ended": 1,
    }
    async with coop.writing() as db:
        await db.execute(insert(Delivery).values(**dead, status="dead", attempt=8, error="SMTPError: no"))
        await db.execute(insert(Run).values(**held, fence=0, attempt=0))
    page = (await steward.get("/steward")).text
    assert "Some mails could not be sent" in page and "sam@oak.example" in page and "Not sent" in page
    assert "Some work has stopped" in page


async def test_the_desk_says_where_copies_go(steward, house, monkeypatch):
    desk, page = (await steward.get("/steward")).text, (await steward.get("/steward/copies")).text
    assert desk.count("Nothing is copied") == 2 and "Nothing is copied" in page and "rose coop restore" not in page
    monkeypatch.setattr(house.backup, "litestream", Mock(alive=True))
    for replica, words in (
        (f"file://{house.settings.data_dir}/replica", "not against the loss of the disk"),
        ("s3://bucket/coops?endpoint=x", "The copy is at s3://bucket/coops, away from this disk"),
    ):
        house.backup.litestream.replica = replica
        assert words in (await steward.get("/steward")).text
    house.backup.litestream.alive = False
    assert "Copies have stopped" in (await steward.get("/steward")).text
    monkeypatch.undo()


# ---- the sample ----


async def test_the_sample_is_removed_by_stewards_alone_and_only_by_the_button(oak, member, steward, coop):
    await fill(coop)
    assert (await oak.post("/steward/sample")).status_code == 401
    assert (await member.post("/steward/sample")).status_code == 403
    assert (await steward.get("/steward/sample")).status_code == 200
    async with coop.reading() as db:
        assert await sample.is_there(db) and await market.count(db) == 12


async def test_what_nobody_touched_goes_and_what_somebody_changed_stays_as_the_page_says(steward, oak, coop):
    await fill(coop)
    leeks = await of(coop, market.Product, "Leeks")
    page = (await steward.get(f"/market/edit-product/{leeks.id}")).text
    typed = {"name": "Leeks", "supplier": "Low Field", "category": "Roots", "price": "2.20", "version": "1"}
    assert "Leeks" in page and (await steward.post(f"/market/edit-product/{leeks.id}", data=typed)).status_code == 303
    await steward.post("/blog/new-post", data={"title": "Acorns", "status": "published", "kind": "post"})
    await steward.post("/events/new-entry", data={"title": "Supper", "day": "2199-12-12", "kind": "event"})
    told = (await steward.get("/steward/sample")).text
    goes, stays = told[told.index("This goes") : told.index("This stays")], told[told.index("This stays") :]
    assert "How we work" in goes and "Tam Achebe" in goes and "Orders close (14)" in goes and "The motto" in goes
    assert "Leeks" in stays and " Leeks ·" not in goes and "Acorns" not in goes and "Supper" not in goes
    done = await steward.post("/steward/sample")
    assert done.status_code == 303 and done.headers["location"] == "/steward"
    goods, home = (await oak.get("/market/goods")).text, (await oak.get("/")).text
    assert "Leeks" in goods and "Heather honey" not in goods
    assert "Acorns" in home and "Supper" in home and "The beetroot" not in home and "nine growers" not in home
    for way in ("Market", "Calendar", "News"):
        assert f">{way}</a>" in home
    people = (await steward.get("/account/people")).text
    assert "Tam Achebe" not in people and "Maud" in people
    desk = (await steward.get("/steward")).text
    assert (
        "Remove the sample" not in desk
        and "There is no sample content here" in (await steward.get("/steward/sample")).text
    )
    removed = await all_of(coop, Activity.actor, where=Activity.type == "Remove")
    assert len(removed) > 70 and set(removed) == {("account.person:1",)}


async def test_somebody_of_the_sample_who_has_signed_in_since_is_real_and_stays(steward, oak, house, coop):
    await fill(coop)
    link = await sign_in_link(house, quiet, slug="oak", address="tam@oakhill.example")
    assert (await oak.post(urlsplit(link).path, data={"next": "/"})).status_code == 303
    told = (await steward.get("/steward/sample")).text
    assert "Jo Whitlock" in told and "Tam Achebe" not in told
    await steward.post("/steward/sample")
    people = (await steward.get("/account/people")).text
    assert "Tam Achebe" in people and "Jo Whitlock" not in people
    assert (await oak.get("/account/home")).status_code == 200


async def test_words_of_the_coop_that_were_written_over_stay(steward, oak, coop):
    await fill(coop)
    async with coop.reading() as db:
        about = (await site(db)).about
    await steward.post("/steward/settings", data=OAK | {"motto": "Slowly", "about": about})
    page = (await steward.get("/steward/sample")).text
    assert "The motto" not in page and "What it is" in page
    await steward.post("/steward/sample")
    home = (await oak.get("/")).text
    assert "Slowly" in home and "Nothing sits in a warehouse" not in home


async def test_removed_twice_nothing_more_goes(steward, coop):
    await fill(coop)
    await steward.post("/blog/edit-post/1", data={"title": "Ours", "version": "1", "kind": "page"})
    for _ in range(2):
        assert (await steward.post("/steward/sample")).status_code == 303
    async with coop.reading() as db:
        assert (await blog.post(db, 1)).title == "Ours"
        assert await events.upcoming(db, datetime.now(UTC), (await site(db)).zone) == []


async def test_the_sample_is_neither_mailed_nor_federated(steward, oak, coop):
    machine = {"accept": "application/activity+json"}
    async with coop.writing() as db:
        await account.subscribe(db, "sam@oak.example")
    await fill(coop)
    await settle(coop)
    assert await all_of(coop, Delivery.to) == []
    article = f"/federation/post/{(await of(coop, blog.Post, 'What to do with four leeks')).id}"
    assert (await oak.get("/federation/outbox", headers=machine)).json()["totalItems"] == 0
    assert (await oak.get(article, headers=machine)).status_code == 404
    assert (await oak.get("/nodeinfo/2.1")).json()["usage"]["users"]["total"] == 2
    await steward.post("/blog/new-post", data={"title": "Acorns", "status": "published", "kind": "post"})
    outbox = (await oak.get("/federation/outbox?page=1", headers=machine)).text
    assert "Acorns" in outbox and "leeks" not in outbox
    await steward.post("/steward/sample")
    await settle(coop)
    assert await all_of(coop, Delivery.to) == []


async def of(coop, model, name):
    async with coop.reading() as db:
        named = model.title if hasattr(model, "title") else model.name
        return (await db.scalars(select(model).where(named == name))).one()


# ---- the ledger ----


async def test_the_ledger_names_who_did_what(steward, coop):
    await steward.post("/account/people", data={"person": "2", "role": "editor"})
    page = (await steward.get("/steward/ledger")).text
    (cid,) = (await all_of(coop, Activity.cid, where=Activity.type == "Update"))[0]
    assert "Update <code>account.person</code> 2" in page and "Ruth" in page and "Maud" in page
    assert f'<code title="{cid}">…{cid[-8:]}</code>' in page


async def test_the_ledger_is_searched_and_says_so_in_its_address(steward):
    await steward.post("/account/people", data={"person": "2", "role": "editor"})
    found = await steward.get("/steward/ledger", params={"words": "maud update"}, headers=PARTIAL)
    assert found.text.count("<tr>") == 2 and 'value="maud update"' in found.text and "<html" not in found.text
    none = (await steward.get("/steward/ledger", params={"words": "<b>parsnip"})).text
    assert "Nothing found" in none and "<b>parsnip" not in none


async def test_the_ledger_is_turned_page_by_page(steward, coop):
    async with coop.writing() as db:
        for number in range(60):
            await record(db, Activity(type="Note", kind="test.thing", ref=number))
    first = (await steward.get("/steward/ledger?words=Note")).text
    older = re.search(r'href="(/steward/ledger\?words=Note&amp;before=\d+)"', first).group(1).replace("&amp;", "&")
    second = (await steward.get(older)).text
    shown = [re.findall(r"<code>test.thing</code> (\d+)", page) for page in (first, second)]
    assert shown == [[str(n) for n in range(59, 9, -1)], [str(n) for n in range(9, -1, -1)]]
    assert "Older" not in second and "Newest" in second


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "1.5", "²", "9" * 18, "9" * 30, "\0"])
async def test_no_page_of_the_ledger_is_a_fault(steward, before):
    assert (await steward.get("/steward/ledger", params={"before": before})).status_code == 200


@pytest.mark.parametrize("words", ["\0", "a\0b", "%", "_", "\\", "'", '"', "🥕", "عربي", "a " * 500, "%ff"])
async def test_no_words_are_a_fault(steward, words):
    assert (await steward.get("/steward/ledger", params={"words": words})).status_code == 200
    assert (await steward.get("/steward/ledger?words=%ff%ed%a0%80")).status_code == 200


# ---- mails ----


async def test_kept_mails_are_read_with_links_that_can_be_clicked(oak, steward, coop):
    assert "No mail yet" in (await steward.get("/steward/mails")).text
    await oak.post("/account/sign-in", data={"address": MEMBER, "next": ""})
    await settle(coop)
    page = (await steward.get("/steward/mails")).text
    assert f"To {MEMBER}" in page and "Your link to sign in to Oak" in page
    path = re.search(
        r'<a href="https://oak\.example(/account/sign-in-link/[^"]+)" rel="[^"]*noopener[^"]*">', page
    ).group(1)
    assert "Sign in as Maud" in (await oak.get(path)).text


async def test_a_mail_cannot_write_into_the_page(steward, coop):
    async with coop.writing() as db:
        (await site(db)).name = '<script>alert(1)</script> https://evil.example/"onclick=x'
        await account.offer_sign_in(db, await account.person_at(db, MEMBER))
    await steward.post("/account/sign-in", data={"address": MEMBER, "next": ""})
    await settle(coop)
    page = (await steward.get("/steward/mails")).text
    assert "<script>alert" not in page and '"onclick' not in page and "&lt;script&gt;" in page


async def test_a_mail_server_keeps_its_mails_to_itself(steward, oak, coop, house, monkeypatch):
    await oak.post("/account/sign-in", data={"address": MEMBER, "next": ""})
    await settle(coop)
    monkeypatch.setattr(house, "post", lambda id: None)
    page = (await steward.get("/steward/mails")).text
    assert "A mail server sends them" in page and MEMBER in page and "Sent" in page and "sign-in-link" not in page


async def test_a_mail_that_could_not_be_sent_is_sent_again_by_a_button(steward, coop):
    id = await runs.dead_mail(coop)
    page = (await steward.get("/steward/mails")).text
    assert "SMTPError: no" in page and f'<form method="post" action="/steward/mails/{id}/retries">' in page
    done = await steward.post(f"/steward/mails/{id}/retries")
    assert done.status_code == 303 and done.headers["location"] == "/steward/mails?said=mail-again"
    assert await all_of(coop, Delivery.status, Delivery.attempt, Delivery.error) == [("waiting", 0, "")]
    await settle(coop)
    assert await all_of(coop, Delivery.status, Delivery.attempt) == [("sent", 1)]
    page = (await steward.get("/steward/mails")).text
    assert "Your request to join Oak" in page and "/retries" not in page
    assert "sent a mail to sam@oak.example again" in (await steward.get("/steward")).text
    found = await all_of(coop, Activity.actor, Activity.object, where=Activity.kind == "flow.delivery")
    assert found == [("account.person:1", {"deed": "resend", "to": "sam@oak.example"})]


async def test_a_mail_that_is_not_stuck_is_sent_no_second_time(steward, coop):
    id = await runs.dead_mail(coop)
    for said in ("mail-again", "mail-moved"):
        done = await steward.post(f"/steward/mails/{id}/retries")
        assert done.headers["location"] == f"/steward/mails?said={said}"
    assert (await steward.post("/steward/mails/9999/retries")).headers["location"].endswith("mail-moved")
    assert len(await all_of(coop, Activity.id, where=Activity.kind == "flow.delivery")) == 1


async def test_only_stewards_send_a_mail_again(oak, member, coop):
    id = await runs.dead_mail(coop)
    assert (await oak.post(f"/steward/mails/{id}/retries")).status_code == 401
    assert (await member.post(f"/steward/mails/{id}/retries")).status_code == 403
    assert await all_of(coop, Delivery.status) == [("dead",)]


# ---- settings ----


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
