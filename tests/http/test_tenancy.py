"""One co-op never sees another: a canary in elm, and oak asked at every address that there is."""

import asyncio
import re

import pytest
from httpx import ASGITransport, AsyncClient

from app.commands import create_coop
from app.main import ROUTES, House
from app.sample import fill
from domains.base import Table, table_of
from tests.http.conftest import PARTIAL, cookies, settings

CANARY = "kanarienvogel"
STRUCTURE = """
role kind status token type url currency timezone language art cover cid public_key wrapped hash spec needs definition
node key target actor holder format menu font corner logo stands icon since
"""
"""Columns whose words mean something to the house."""


def routes():
    """Every method and path of the router, so that a new route is covered by itself."""
    methods = [(method, path) for route in ROUTES for path in route.paths for method in route.http_methods]
    return sorted({(str(method), path) for method, path in methods if method != "OPTIONS"})


def words(table):
    texts = [column.name for column in table.columns if column.type.python_type is str and not column.primary_key]
    return [name for name in texts if name not in STRUCTURE.split()]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """elm is full, and every word in it is a canary's; oak is empty."""
    data = tmp_path_factory.mktemp("two")

    async def furnish():
        house = House(settings(data))
        async with house.awake():
            for slug in ("oak", "elm"):
                about = {"name": slug, "url": f"https://{slug}.example", "steward": f"ruth@{slug}.example"}
                await create_coop(house, lambda *_: None, **about)
            async with house.tenants.use(house.registry.by_slug("elm").id) as coop:
                await fill(coop)
                async with coop.writing() as db:
                    connection = await db.connection()
                    for table in {table_of(mapper.class_) for mapper in Table.registry.mappers}:
                        for name in words(table):
                            said = f'UPDATE {table.name} SET "{name}" = "{name}" || \'-{CANARY}\''
                            await connection.exec_driver_sql(said)

    asyncio.run(furnish())
    return data


@pytest.fixture
async def house(two):
    house = House(settings(two))
    async with house.awake():
        yield house


@pytest.mark.parametrize(("method", "path"), routes())
async def test_a_canary_of_one_coop_is_never_in_an_answer_of_another(house, method, path):
    asked = re.sub(r"{\w+:str}", "four-leeks", path.replace("{id:int}", "1")).replace("{name:path}", "site.css")
    stolen = await cookies(house, "elm", f"ruth@elm.example-{CANARY}")
    own = await cookies(house, "oak", "ruth@oak.example")
    async with AsyncClient(transport=ASGITransport(house.app), base_url="https://oak.example") as oak:
        for jar in ({}, stolen, own):
            for headers in ({}, PARTIAL):
                for _ in range(2 if method == "GET" else 1):  # the second answer may be a kept one
                    oak.cookies = jar
                    answer = await oak.request(method, asked, headers=headers)
                    assert CANARY not in answer.text and CANARY not in str(answer.headers), answer.text
                    assert answer.status_code != 500
            if jar is stolen:
                assert (await oak.get("/steward")).status_code == 401


async def test_the_canary_sings_where_it_lives(house):
    async with AsyncClient(transport=ASGITransport(house.app), base_url="https://elm.example") as elm:
        for path in ("/", "/market/goods", "/events/calendar", "/blog/news"):
            assert CANARY in (await elm.get(path)).text


@pytest.mark.parametrize("port", ["99999", "x", "-1", "٣", "80\\", "80:80", ""])
async def test_a_host_with_an_odd_port_is_nobodys(oak, port):
    answer = await oak.get("/health", headers={"host": f"oak.example:{port}".encode()})
    assert answer.status_code == 400
