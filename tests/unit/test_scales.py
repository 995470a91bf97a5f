"""How large copies are: found out seldom, and nobody waits for a bucket."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from app.backup import Backup
from app.scales import Scales
from ops.litestream import Litestream


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data" / "coops" / "oak" / "site.db"


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("LITESTREAM_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "secret")


def scales(tmp_path, replica, clock=time.time):
    return Scales(Backup(tmp_path, Litestream(tmp_path / "data", replica)), clock)


async def test_a_folder_is_weighed_once_an_hour_or_once_a_minute_where_somebody_wishes(tmp_path, file, clock):
    found = scales(tmp_path, f"file://{tmp_path}/replica", clock)
    piece = tmp_path / "replica" / "coops" / "oak" / "site.db" / "ltx" / "0"
    piece.parent.mkdir(parents=True)
    began, seen = clock.now, []
    for size, later, wishes in ((100, 0, 0), (200, 3599, 0), (300, 3600, 0), (400, 3630, 1), (500, 3660, 1)):
        piece.write_bytes(b"x" * size)
        clock.now = began + later
        await found.weigh(file, 5, is_wished=bool(wishes))
        seen.append((found.weight(file).size, found.weight(file).at - began))
    assert seen == [(100, 0), (100, 0), (300, 3600), (300, 3600), (500, 3660)]


async def test_what_lies_nowhere_yet_weighs_nothing(tmp_path, file):
    found = scales(tmp_path, f"file://{tmp_path}/replica")
    await found.weigh(file, 5)
    assert found.weight(file).size == 0


async def test_nobody_waits_for_a_bucket_and_many_who_ask_ask_it_once(tmp_path, file):
    asked, go = [], asyncio.Event()
    async with bucket(asked, go) as port:
        found = scales(tmp_path, f"s3://bucket/rose?endpoint=http://127.0.0.1:{port}&region=eu")
        before = time.monotonic()
        await asyncio.gather(*(found.weigh(file, 0.1, is_wished=True) for _ in range(5)))
        assert time.monotonic() - before < 1 and found.weight(file) is None
        async with asyncio.timeout(5):
            while not asked:
                await asyncio.sleep(0.01)
        go.set()
        await found.weigh(file, 5)
    assert found.weight(file).size == 1234 and len(asked) == 1
    assert "prefix=rose%2Fcoops%2Foak%2Fsite.db" in asked[0]


async def test_a_bucket_that_refuses_is_not_asked_again_at_once(tmp_path, file, clock):
    found = scales(tmp_path, "s3://bucket/rose?endpoint=http://127.0.0.1:9&region=eu", clock)
    await found.weigh(file, 20)
    assert found.weight(file).size is None and found.weight(file).at == clock.now
    await found.weigh(file, 20)
    assert not found._weighing


@asynccontextmanager
async def bucket(asked, go):
    """A server with one piece in it, which answers when it may."""

    async def hear(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        await go.wait()
        piece = "<Contents><Key>rose/coops/oak/site.db/a</Key><LastModified>2026-11-30T00:00:00Z</LastModified>"
        piece += "<Size>1234</Size><ETag>leek</ETag></Contents>"
        body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{piece}</ListBucketResult>"
        writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
