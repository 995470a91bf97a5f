"""The redirects beside an export: many, odd, and in circles."""

import json

import pytest

from app import taking_over
from domains.blog import ghost
from domains.blog.models import OldAddress
from tests import ghosts
from tests.conftest import all_of
from tests.unit.test_ghost import bring

CIRCLE = "leads in a circle, so it is left out."


@pytest.fixture
async def coop(coop):
    return await ghosts.founded(coop)


def beside(folder, pairs):
    said = json.dumps([{"from": old, "to": new} for old, new in pairs]).encode()
    return ghosts.written(folder / "g.zip", ghosts.export(tags=[], users=[]), **{"data/redirects.json": said})


async def led(coop):
    return dict(await all_of(coop, OldAddress.path, OldAddress.target))


async def test_what_leads_in_a_circle_is_left_out_and_told(coop, tmp_path):
    pairs = [
        ("/old", "/old/"),
        ("/c/", "/c"),
        ("/a", "/b"),
        ("/b", "/a?x=1#y"),
        ("/to-b", "/b"),
        ("/soup", "/leek-soup/"),
    ]
    pairs += [
        ("/whole", f"{ghosts.OURS}/whole"),
        ("/was", f"{ghosts.SITE}/was/"),
        ("/here", f"{ghosts.OURS}/leek-soup"),
    ]
    report = await bring(coop, beside(tmp_path, pairs))
    assert await led(coop) == {"/soup": "/leek-soup/", "/here": "/leek-soup"} and report.addresses == 2
    names = ("/a", "/b", "/c", "/old", "/to-b", "/was", "/whole")
    assert report.refused == [f"The redirect from {name} {CIRCLE}" for name in names]


async def test_none_comes_that_would_close_a_circle_with_one_that_is_here(coop, tmp_path):
    await bring(coop, beside(tmp_path, [("/a", "/b")]))
    report = await bring(coop, beside(tmp_path, [("/b", "/a")]))
    assert await led(coop) == {"/a": "/b"} and report.refused == [f"The redirect from /b {CIRCLE}"]


async def test_of_many_that_cannot_be_a_few_are_told_and_how_many_there_are(coop, tmp_path):
    report = await bring(coop, beside(tmp_path, [(f"/{n}/(.*)", "/x") for n in range(1000)]))
    assert len(report.refused) == 21 and report.refused[-1].startswith("980 more redirects")


async def test_more_than_a_statement_has_gaps_for_are_looked_through(coop):
    many = {f"/r{n}": f"/x{n}" for n in range(40_000)}
    async with coop.reading() as db:
        assert await ghost.leading(db, many) == (list(many.items()), [])


async def test_they_come_in_short_transactions_and_twice_they_are_once(coop, tmp_path, monkeypatch):
    monkeypatch.setattr(taking_over, "ADDRESSES", 2)
    file = beside(tmp_path, [(f"/r{n}", f"/x{n}") for n in range(5)])
    assert (await bring(coop, file)).addresses == 5 == len(await led(coop))
    assert (await bring(coop, file)).addresses == 0
