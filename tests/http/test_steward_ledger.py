"""The ledger, as stewards read it."""

import re

import pytest

from domains.activities import Activity, record
from tests.conftest import all_of
from tests.http.conftest import PARTIAL


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
