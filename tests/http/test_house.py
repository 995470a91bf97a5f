import re
from pathlib import Path

import pytest

import fragments
from domains import blog, events, market
from fragments.said import SAID
from tests import pages
from tests.http.conftest import PARTIAL

FRAGMENTS = Path(fragments.__file__).parent
FILLED = {"{id:int}": "1", "{version:int}": "1", "{signed:str}": "x"}
FILLED |= dict.fromkeys(("{slug:str}", "{tag:str}", "{author:str}"), "leeks")


@pytest.fixture
async def stocked(coop):
    """Something under every address that wants an id."""
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words("Leeks", "At last."), status="published")
        await market.add_product(db, market.Facts("Leeks", "Low Field", "Roots", "2.10"), "GBP")
        await events.add_entry(db, title="Lifting", kind="event", day="2026-12-12")


async def test_every_fragment_opened_alone_has_one_heading_of_its_own(steward, stocked):
    for address in pages.SHOWN:
        path = re.sub(r"{\w+:\w+}", lambda part: FILLED[part[0]], address)
        answer = await steward.get(path)
        assert answer.status_code in (200, 404, 410) and len(re.findall("<h1[ >]", answer.text)) == 1, path


async def test_the_next_page_says_what_was_done_and_is_nobody_elses(oak, member):
    left = await member.post("/account/sign-out")
    told = await oak.get(left.headers["location"])
    assert 'role="status" aria-live="polite"><div class="notice" data-kind="good">' in told.text
    assert SAID["signed-out"] in told.text and told.headers["cache-control"] == "private, no-cache"
    assert SAID["signed-out"] not in (await oak.get("/")).text


async def test_an_address_cannot_put_words_of_its_own_there(oak):
    for said in ("You+have+won", "%3Cb%3E", "%00", "%ff", "saved&said=You+have+won", "", "__class__"):
        answer = await oak.get(f"/?said={said}")
        assert answer.status_code == 200 and "have won" not in answer.text and '<b>"' not in answer.text


def test_what_a_deed_says_is_in_the_vocabulary_and_all_of_it_is_said():
    source = "".join(file.read_text() for file in FRAGMENTS.rglob("*.py") if file.name != "said.py")
    assert {name for name in SAID if f'"{name}"' not in source} == set()


async def test_the_fragment_stands_in_the_page(oak):
    page, part = await oak.get("/blog/home"), await oak.get("/blog/home", headers=PARTIAL)
    assert page.status_code == part.status_code == 200
    assert part.text in page.text and "<html" not in part.text and page.headers["vary"] == part.headers["vary"]


async def test_what_is_not_there_is_a_page_and_a_fragment(oak):
    page, part = await oak.get("/nothing/here"), await oak.get("/nothing/here", headers=PARTIAL)
    assert page.status_code == part.status_code == 404
    assert "<html" in page.text and "<html" not in part.text


async def test_an_unknown_host_is_nobodys_and_tells_of_nobody(oak):
    answer = await oak.get("/", headers={"host": "ash.example"})
    assert answer.status_code == 404 and "oak" not in answer.text.lower()
    assert "home page" not in answer.text  # it has none


async def test_a_steward_is_known(steward):
    assert (await steward.get("/")).headers["cache-control"] == "private, no-cache"
