"""The people of a co-op: let in, given a role, removed."""

import re
from urllib.parse import urlsplit

import pytest

from domains.activities import Activity
from tests.conftest import all_of
from tests.http.accounts import mailed, text_of
from tests.http.conftest import MEMBER


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


async def test_somebody_is_let_go_and_signed_out_and_asked_before(steward, member, coop):
    page = (await steward.get("/account/people")).text
    asked = re.search(r'<div id="([^"]+)" popover [^>]*><form [^>]*action="/account/people/2/removal"', page)[1]
    assert f'popovertarget="{asked}">Let go' in page and (await member.get("/account/home")).is_success
    assert (await member.post("/account/people/1/removal")).status_code == 403
    gone = await steward.post("/account/people/2/removal")
    assert gone.headers["location"] == "/account/people?said=let-go"
    assert (await member.get("/account/home")).status_code == 401
    assert "Maud" not in (await steward.get("/account/people")).text
    assert (await steward.post("/account/people/2/removal")).status_code == 404


async def test_the_last_steward_is_not_let_go_and_another_may_go(steward, coop):
    refused = await steward.post("/account/people/1/removal")
    assert refused.status_code == 422 and "A co-op needs a steward" in refused.text
    await steward.post("/account/people", data={"person": "2", "role": "steward"})
    assert (await steward.post("/account/people/1/removal")).headers["location"] == "/?said=signed-out"
    assert (await steward.get("/account/people")).status_code == 401
