"""Whatever arrives is answered with a page that says how to go on; what was typed comes back."""

import asyncio
import html
import re
import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import text

from app import coop as coops
from app.settings import Secret
from tests.http.conftest import PARTIAL

FORM = {"content-type": "application/x-www-form-urlencoded"}
SIGN_IN = "/account/sign-in"


def is_page(answer):
    return "<html" in answer.text and "<h1>" in answer.text and answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("status", "about"),
    [
        (413, {"content": b"address=" + b"x" * 10_000_000, "headers": FORM}),
        (415, {"content": b"{}", "headers": {"content-type": "application/json"}}),
        (415, {"content": b"", "headers": {"content-type": "nonsense; charset"}}),
        (415, {"files": {"address": b"maud@oak.example"}}),
        (400, {"content": b"address=a@b.example&address=c@d.example", "headers": FORM}),
        (422, {"content": b"address=%00", "headers": FORM}),
        (422, {"content": b"address=%ff%fe", "headers": FORM}),
        (422, {"content": b"", "headers": FORM}),
    ],
)
async def test_an_odd_body_is_refused_with_a_page(oak, status, about):
    answer = await oak.post(SIGN_IN, **about)
    assert answer.status_code == status and is_page(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no/such/page", 404),
        ("GET", "/events/entry/" + "9" * 40, 404),
        ("GET", "/events/entry/x", 404),
        ("GET", "/" + "x" * 9000, 414),
        ("GET", "/%ff%fe", 404),
        ("GET", "/a%00b", 404),
        ("DELETE", "/", 405),
        ("POST", "/", 405),
        ("BREW", "/", 405),
    ],
)
async def test_an_odd_request_is_refused_with_a_page_and_as_a_fragment(oak, method, path, status):
    page = await oak.request(method, path)
    assert page.status_code == status and is_page(page)
    part = await oak.request(method, path, headers=PARTIAL)
    assert part.status_code == status and "<html" not in part.text and 'hx-target="#notices"' in part.text


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://oak.example"}, False),
        ({"origin": "https://elm.example"}, False),
        ({"origin": "http://oak.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://[::"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "https://oak.example"}, True),
        ({}, True),
    ],
)
async def test_what_another_site_makes_a_browser_send_is_refused(oak, said, allowed):
    answer = await oak.post(SIGN_IN, data={"address": "nobody@oak.example"}, headers=said)
    assert (answer.status_code != 403) is allowed
    assert (await oak.get("/", headers=said)).status_code == 200


async def test_every_answer_carries_the_policy(oak):
    for path in ("/", "/no/such/page", "/health"):
        headers = (await oak.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin" and headers["x-content-type-options"] == "nosniff"
        assert "max-age" in headers["strict-transport-security"]


async def test_an_unexpected_failure_has_a_reference_and_tells_nothing(steward, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("domains.events.queries.select", broken)
    answer = await steward.get("/events/calendar")
    reference = re.search(r"<code>(\w+)</code>", answer.text)[1]
    assert answer.status_code == 500 and "a secret" not in answer.text and reference in caplog.text


async def test_a_writer_that_waited_too_long_gets_back_what_was_typed(house, monkeypatch, visit):
    monkeypatch.setattr(coops, "PATIENCE", 0.1)
    oak = await visit("oak")
    async with house.tenants.use(house.registry.by_slug("oak").id) as coop, coop.turn():
        answer = await oak.post(SIGN_IN, data={"address": 'maud"<@oak.example', "password": "open sesame"})
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
    assert html.escape('maud"<@oak.example').replace("&quot;", "&#34;") in answer.text and "sesame" not in answer.text
    assert f'action="{SIGN_IN}"' in answer.text


async def test_what_was_typed_comes_back_even_when_the_file_cannot_be_opened(house, monkeypatch, visit):
    def locked(id, patience):
        raise sqlite3.OperationalError("database is locked")

    oak = await visit("oak")
    monkeypatch.setattr(house.tenants, "use", locked)
    answer = await oak.post(SIGN_IN, data={"address": "maud@oak.example", "password": "open sesame"})
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
    assert 'value="maud@oak.example"' in answer.text and "sesame" not in answer.text
    assert f'action="{SIGN_IN}"' in answer.text


async def test_a_body_that_stops_is_answered_in_time_and_gives_back_nothing(oak, monkeypatch):
    monkeypatch.setattr("app.door.PATIENCE", 0.05)
    never = asyncio.Event()

    async def body():
        yield b"address=maud%40oak.example"
        await never.wait()

    async with asyncio.timeout(5):
        answer = await oak.post(SIGN_IN, content=body(), headers=FORM)
    assert answer.status_code == 408 and is_page(answer)
    assert "That took too long to arrive" in answer.text


async def test_two_hundred_posts_at_once_are_all_kept(steward, coop):
    entries = [{"title": f"Supper {number}", "day": "2026-12-12", "kind": "event"} for number in range(200)]
    answers = await asyncio.gather(*(steward.post("/events/new-entry", data=entry) for entry in entries))
    assert {answer.status_code for answer in answers} == {303}
    async with coop.reading() as db:
        kept = text("SELECT count(*) FROM events_entries WHERE title LIKE 'Supper %'")
        assert await db.scalar(kept) == 200


async def test_a_coop_sealed_under_another_key_is_away_and_says_nothing(furnished, tmp_path):
    import shutil

    from httpx import ASGITransport, AsyncClient

    from app.main import House
    from tests.http.conftest import settings

    shutil.copytree(furnished, tmp_path / "data")
    house = House(replace(settings(tmp_path / "data"), secret_key=Secret("x" * 40)))
    async with house.awake(), AsyncClient(transport=ASGITransport(house.app), base_url="https://oak.example") as oak:
        answer = await oak.get("/")
    assert answer.status_code == 503 and is_page(answer) and "Oak" not in answer.text


async def test_a_form_of_endless_fields_is_refused(oak):
    answer = await oak.post(SIGN_IN, content=b"a=1&" * 1000, headers=FORM)
    assert answer.status_code == 413 and is_page(answer)
