"""What there is of an account, for whoever may see it."""

import pytest

from domains import account
from tests.http.accounts import NEW
from tests.http.conftest import MEMBER, PARTIAL


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
