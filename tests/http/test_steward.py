"""The stewards' desk."""

import re
from unittest.mock import Mock

import pytest
from sqlalchemy import insert

from app.sample import fill
from flows.engine.models import Delivery, Run
from tests.http.conftest import OAK, PARTIAL

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
