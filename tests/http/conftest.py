"""Two co-ops in one house, and people who ask them over HTTP; no socket, everything else is real."""

import asyncio
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from httpx import ASGITransport, AsyncClient

import app.visits
from app.commands import create_coop
from app.main import House
from app.sample import fill
from app.settings import Settings
from domains import account
from fragments.visit import cookie_name
from tests.ghost import Ghost

PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}
STEWARD, MEMBER = "ruth@oak.example", "maud@oak.example"
OAK = {
    "name": "Oak",
    "motto": "",
    "about": "",
    "currency": "GBP",
    "timezone": "Europe/London",
    "language": "en-GB",
}
"""Its settings, as its steward sends them."""


class Transport(ASGITransport):
    """A request comes by way of the loop's queue, as it does from a server."""

    async def handle_async_request(self, request):
        await asyncio.sleep(0)
        return await super().handle_async_request(request)


def settings(data):
    return Settings.read(data_dir=data, secret_key="an-honest-secret-for-tests-0123456789", replica="none")


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """A data folder with the co-ops oak and elm, made once."""
    data = tmp_path_factory.mktemp("bare")

    async def furnish():
        house = House(settings(data))
        async with house.awake():
            for slug in ("oak", "elm"):
                await create_coop(
                    house,
                    lambda *_: None,
                    name=slug.title(),
                    url=f"https://{slug}.example",
                    steward=f"ruth@{slug}.example",
                )
                async with house.tenants.use(house.registry.by_slug(slug).id) as coop, coop.writing() as db:
                    await account.add_person(db, "Maud", f"maud@{slug}.example")

    asyncio.run(furnish())
    return data


@pytest.fixture(scope="session")
def stocked(bare, tmp_path_factory):
    """The same with something in every room of oak."""
    return changed(bare, tmp_path_factory.mktemp("stocked"), fill)


@pytest.fixture(scope="session")
def furnished(bare):
    """What is copied for every test; a module that wants more there names another."""
    return bare


def changed(furnished, folder, change):
    """A copy in the folder, of which oak was changed: `await change(coop)`."""
    data = folder / "data"
    shutil.copytree(furnished, data)

    async def furnish():
        house = House(settings(data))
        async with house.awake(), house.tenants.use(house.registry.by_slug("oak").id) as coop:
            await change(coop)

    asyncio.run(furnish())
    return data


@pytest.fixture
async def house(furnished, tmp_path):
    """Its worker does not run: a test that wants what is due done calls `settle(coop)`."""
    data = tmp_path / "data"
    shutil.copytree(furnished, data)
    house = House(settings(data))
    async with house.awake():
        yield house


@asynccontextmanager
async def copied(furnished, tmp_path, **more):
    """A house that is served, and copied to a folder by a real Litestream; `more` are settings."""
    data = tmp_path / "data"
    shutil.copytree(furnished, data)
    house = House(replace(settings(data), **({"replica": f"file://{tmp_path}/replica"} | more)))
    async with house.serving():
        yield house


@pytest.fixture
async def visit(house):
    """`await visit("oak")` for a stranger, `await visit("oak", "ruth@oak.example")` for somebody signed in."""
    async with AsyncExitStack() as stack:

        async def visit(slug, address=""):
            transport = Transport(house.app, raise_app_exceptions=True)
            client = await stack.enter_async_context(
                AsyncClient(transport=transport, base_url=f"https://{slug}.example")
            )
            if address:
                client.cookies.update(await cookies(house, slug, address))
            return client

        yield visit


async def cookies(house, slug, address):
    async with house.tenants.use(house.registry.by_slug(slug).id) as coop, coop.writing() as db:
        person = await account.person_at(db, address)
        _, token = await account.begin_session(db, person.id)
        return {cookie_name(await site_of(db)): coop.keyring.sign("session", token)}


async def site_of(db):
    from domains.site import site

    return await site(db)


@pytest.fixture
async def coop(house):
    """oak, open: `async with coop.writing() as db` to prepare, `coop.reading()` to look."""
    async with house.tenants.use(house.registry.by_slug("oak").id) as coop:
        yield coop


@pytest.fixture
async def oak(visit):
    return await visit("oak")


@pytest.fixture
async def elm(visit):
    return await visit("elm")


@pytest.fixture
async def steward(visit):
    return await visit("oak", STEWARD)


@pytest.fixture
async def member(visit):
    return await visit("oak", MEMBER)


@pytest.fixture
def clock(monkeypatch):
    """`clock("2026-12-12T18:00")`: what every clock of the house shows, in UTC."""

    def stop(moment):
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)

        class Stopped(datetime):
            @classmethod
            def now(cls, tz=None):
                return now.astimezone(tz)

        monkeypatch.setattr(app.visits, "datetime", Stopped)
        monkeypatch.setattr("app.shelf.time", now.timestamp)

    return stop


@pytest.fixture
def woken(house, monkeypatch):
    """Every path that was not answered from memory, as it is asked."""
    asked, app = [], house.app.app

    async def wake(scope, receive, send):
        asked.append(scope["path"])
        await app(scope, receive, send)

    monkeypatch.setattr(house.app, "app", wake)
    return asked


@pytest.fixture
async def link(coop):
    """`await link()`: the path of a new link for Maud."""

    async def link(address=MEMBER):
        async with coop.writing() as db:
            offered = await account.offer_sign_in(db, await account.person_at(db, address))
            return f"/account/sign-in-link/{coop.keyring.sign('sign-in', str(offered.id))}"

    return link


@pytest.fixture
def ghost(house):
    """One that runs elsewhere, and that no co-op is linked to yet."""
    house.outside = Ghost()
    return house.outside
