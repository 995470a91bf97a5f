"""Whatever strangers ask, and however often, no page leaves memory, and memory stays bounded."""

import gc
import os
from pathlib import Path

import pytest

from app.cache import Doorkeeper
from tests.http.conftest import MEMBER, cookies

HOST, PAGE = b"oak.example", os.sysconf("SC_PAGE_SIZE")
LIMIT = 4 * 2**20


@pytest.fixture(scope="module")
def furnished(stocked):
    return stocked


@pytest.fixture
def small(house):
    """A doorkeeper with little room."""
    house.app = Doorkeeper(house.app.app, house.tenants, LIMIT)
    return house.app


async def ask(app, *headers, path="/", query=b""):
    """Straight into the app: the status."""
    said = []

    async def send(message):
        said.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    about = {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": query, "root_path": ""}
    server = {"scheme": "https", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 443), "http_version": "1.1"}
    asgi = {"type": "http", "asgi": {"version": "3.0"}, "extensions": {}, "state": {}}
    await app(asgi | about | server | {"headers": list(headers)}, receive, send)
    return said[0]["status"]


def resident():
    """Bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def watched(doorkeeper):
    """Every path that is not answered from memory, from now on."""
    woken, app = [], doorkeeper.app

    async def wake(scope, receive, send):
        woken.append(scope["path"])
        await app(scope, receive, send)

    doorkeeper.app = wake
    return woken


@pytest.mark.timeout(600)
async def test_a_hundred_thousand_requests_of_strangers_push_no_page_out(small, oak):
    await oak.get("/")
    size, woken = resident(), watched(small)
    for number in range(24_900):
        fresh = b"x%d" % number
        assert await ask(small, (b"host", fresh + b".example")) == 404
        assert await ask(small, (b"host", HOST), (b"host", fresh)) == 400
        assert await ask(small, (b"host", fresh), (b"host", HOST), (b"cookie", fresh)) == 400
        assert await ask(small, (b"cookie", fresh), path="/market/goods", query=fresh) == 400
    for number in range(200):
        fresh = b"x%d" % number
        assert await ask(small, (b"host", HOST), path="/market/goods", query=b"words=" + fresh) == 200
        assert await ask(small, (b"host", HOST), path="/blog/latest", query=fresh) == 200
    assert resident() - size <= 2 * LIMIT and small.others.size + small.pages.size <= LIMIT
    assert len(woken) == 100_000
    assert (await oak.get("/")).status_code == 200 and len(woken) == 100_000


async def test_ever_new_baskets_push_no_page_out(small, oak, coop):
    await oak.get("/")
    woken = watched(small)
    small.others.limit = 40_000
    for _ in range(20):
        oak.cookies.clear()
        await oak.post("/cart/lines", data={"kind": "market.product", "ref": "1", "quantity": "2"})
        assert 'class="count">2<' in (await oak.get("/")).text
    oak.cookies.clear()
    assert small.others.size <= 40_000 and woken.count("/") == 20
    assert (await oak.get("/")).status_code == 200 and woken.count("/") == 20


@pytest.mark.parametrize(
    "path",
    [
        "/?x=1",
        "/?page=2",
        "/events/calendar?month=2026-12&x",
        "/market/goods?Words=a",
        "/market/goods/",
        "/market//goods",
        "/market/product/01",
        "/blog/news/",
        "/blog/news?db=1&view=2",
    ],
)
async def test_what_no_link_of_ours_asks_is_answered_and_not_kept(house, oak, woken, path):
    before = len(house.app.pages.kept), house.app.others.kept
    for _ in range(2):
        assert (await oak.get(path)).status_code == 200
    assert len(woken) == 2 and len(house.app.pages.kept) - before[0] <= 1 and not house.app.others.kept


@pytest.mark.parametrize("path", ["/events/calendar?month=2026-12", "/market/goods?words=leek&category=&page=1"])
async def test_what_a_route_knows_is_kept_by_what_was_asked(oak, woken, path):
    for _ in range(2):
        assert (await oak.get(path)).status_code == 200
    other = await oak.get(path.replace("2026-12", "2026-11").replace("leek", "carrot"))
    assert len(woken) == 2 and other.text != (await oak.get(path)).text and len(woken) == 2


async def test_a_header_that_is_said_twice_gets_an_answer_of_its_own(house, oak, woken):
    (token,) = (await cookies(house, "oak", MEMBER)).values()
    said = b"__Host-session=" + token.encode()
    twice = [
        ((b"cookie", b"a=b"), (b"cookie", said)),
        ((b"cookie", said), (b"cookie", b"a=b")),
        ((b"accept-encoding", b"gzip"), (b"accept-encoding", b"identity")),
        ((b"if-none-match", b"*"), (b"if-none-match", b"*")),
        ((b"hx-request", b"true"), (b"hx-request", b"true"), (b"hx-request-type", b"partial")),
    ]
    for headers in twice:
        assert [await ask(house.app, (b"host", HOST), *headers) for _ in range(2)] == [200, 200]
    page = await oak.get("/")
    assert len(woken) == 2 * len(twice) + 1 and "Maud</a>" not in page.text and "<html" in page.text


async def test_however_long_a_host_is_it_is_not_remembered(house):
    for number in range(3000):
        await ask(house.app, (b"host", b"x" * 1000 + b"%d" % number))
    assert not house.registry._at
