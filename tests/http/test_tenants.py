"""Which co-ops are open: at first use, once, and never too many."""

import asyncio
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from app.commands import create_coop
from app.coop import Coop
from app.hosts import canonical
from app.main import House
from app.registry import Entry
from domains.errors import Invalid
from tests.http.conftest import settings

OPEN, MANY = 4, 24


def open_files():
    """How many descriptors of this process are a co-op's."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum("site.db" in os.readlink(link) for link in links if os.path.lexists(link))


@pytest.fixture(scope="module")
def thousand(tmp_path_factory):
    """A data folder with a thousand co-ops, a few of which have a file; made once."""
    data = tmp_path_factory.mktemp("thousand") / "data"

    async def furnish():
        house = House(settings(data))
        async with house.awake():
            for number in range(MANY):
                about = {"name": f"c{number}", "url": f"https://c{number}.example", "steward": "ruth@oak.example"}
                await create_coop(house, lambda *_: None, **about)
            for number in range(MANY, 1000):
                house.registry.add(Entry(f"id{number}", f"c{number}", f"https://c{number}.example"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.commands.new_keys", lambda: {"signing": b"s" * 32, "actor": b""})
        patch.setattr("app.commands.public_pem", lambda key: "")
        data.mkdir()
        asyncio.run(furnish())
    return data


@pytest.fixture
async def many(thousand, tmp_path):
    """Of which few may be open."""
    data = tmp_path / "data"
    shutil.copytree(thousand, data)
    house = House(replace(settings(data), open_coops=OPEN))
    async with house.awake():
        yield house


async def test_open_files_stay_bounded_however_many_coops_are_asked(many):
    async def ask(number):
        async with AsyncClient(transport=ASGITransport(many.app), base_url=f"https://c{number}.example") as client:
            answer = await client.get("/")
            assert answer.status_code == 200 and f"c{number}" in answer.text

    for start in range(0, MANY, 8):
        await asyncio.gather(*(ask(number) for number in range(start, start + 8)))
        assert len(many.tenants.open) <= OPEN + 4 + 8  # those at work are not closed under anybody
    for number in range(6):
        await ask(number)
    assert len(many.tenants.open) <= OPEN and open_files() <= OPEN * 30


async def test_however_many_ask_at_once_a_file_is_opened_once(house, monkeypatch, visit):
    opened = []
    prepare = Coop.prepare
    monkeypatch.setattr(Coop, "prepare", lambda self: opened.append(self.id) or prepare(self))
    oak = await visit("oak")
    answers = await asyncio.gather(*(oak.get("/blog/news") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200} and len(opened) == 1


async def test_whoever_is_closed_and_asked_again_is_served(many):
    async with AsyncClient(transport=ASGITransport(many.app), base_url="https://c0.example") as client:
        for number in range(1, OPEN + 2):
            async with many.tenants.use(many.registry.by_slug(f"c{number}").id):
                pass
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("Oak.Example", "oak.example"),
        ("oak.example.", "oak.example"),
        ("oak.example:443", "oak.example"),
        ("oak.example:80", "oak.example"),
        ("oak.example:8000", "oak.example:8000"),
        ("oak.localhost:8000", "oak.localhost"),
        ("localhost:8123", "localhost"),
        ("127.0.0.1:8000", "127.0.0.1"),
    ],
)
def test_hosts_are_compared_as_browsers_mean_them(sent, known):
    assert canonical(sent) == known


async def test_links_and_cookies_come_from_the_address_never_from_the_request(furnished, tmp_path):
    house = House(settings(tmp_path))
    async with house.awake():
        about = {"name": "Ash", "url": "https://ash.example", "steward": "ruth@ash.example"}
        made = await create_coop(house, lambda *_: None, **about)
        async with AsyncClient(transport=ASGITransport(house.app), base_url="http://10.0.0.7:99") as client:
            page = await client.get(made["sign_in_url"].removeprefix("https://ash.example"))
            signed_in = await client.post(page.url.path)
            actor = await client.get("/federation/actor", headers={"accept": "application/activity+json"})
    assert signed_in.status_code == 303 and signed_in.headers["location"].startswith("/")
    assert signed_in.headers["set-cookie"].startswith("__Host-session=") and "Secure" in signed_in.headers["set-cookie"]
    assert "10.0.0.7" not in page.text + actor.text and actor.json()["id"] == "https://ash.example/federation/actor"


async def test_whoever_is_nobody_leaves_no_file_behind(house, oak):
    before = sorted(house.settings.data_dir.rglob("*.db"))
    assert (await oak.get("/", headers={"host": "ash.example"})).status_code == 404
    assert sorted(house.settings.data_dir.rglob("*.db")) == before and "" not in house.tenants.open


async def test_many_coops_asked_at_once_are_all_served_though_few_may_be_open(many):
    async with AsyncClient(transport=ASGITransport(many.app)) as client:
        asked = [client.get(f"https://c{number % MANY}.example/events/calendar") for number in range(6 * MANY)]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    assert len(many.tenants.open) <= OPEN


@pytest.mark.parametrize(
    "typed",
    [
        "http://@y.example",
        "http://x.example:99999",
        "http://x.example:0",
        "http://[::1",
        "http://x.example/shop",
        "http://x.example?a=b",
        "http://ruth@x.example",
        "http://x\u202e.example",
        "http://x..example",
        "ftp://x.example",
        "x.example",
    ],
)
async def test_an_address_that_cannot_work_is_never_a_coops(house, typed):
    with pytest.raises(Invalid) as refused:
        await create_coop(house, lambda *_: None, name="Ash", url=typed, steward="ruth@ash.example")
    assert refused.value.fields.keys() == {"url"} and house.registry.by_slug("ash") is None


async def test_an_address_in_any_script_is_kept_as_browsers_send_it(house):
    about = {"name": "Ash", "url": "HTTP://Bücher.example/", "steward": "ruth@ash.example"}
    made = await create_coop(house, lambda *_: None, **about)
    assert made["url"] == "http://xn--bcher-kva.example" and house.tenants.id_at("xn--bcher-kva.example") == made["id"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://ash.example:443", "https://ash.example"),
        ("http://ash.example:80", "http://ash.example"),
        ("https://ash.example:80", "https://ash.example:80"),
        ("http://ash.example:8080", "http://ash.example:8080"),
    ],
)
async def test_the_usual_port_is_no_part_of_an_address(house, typed, kept):
    made = await create_coop(house, lambda *_: None, name="Ash", url=typed, steward="ruth@ash.example")
    assert made["url"] == kept


async def test_a_coop_that_could_not_be_noted_is_not_served_uncopied(house, oak, monkeypatch):
    def refuse(id):
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as held:
        held.setattr(house.registry, "note_opened", refuse)
        assert (await oak.get("/")).status_code >= 500 and not house.tenants.open
    assert (await oak.get("/")).status_code == 200
