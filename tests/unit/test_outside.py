"""The way to servers elsewhere, and who is never asked on it."""

import asyncio
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

import pytest

from app import dialling
from app.dialling import is_public
from app.outside import Outside
from domains.outside import Unreachable


@asynccontextmanager
async def server(answer, pause=0.0):
    """Its address, and the paths that it was asked for."""
    asked, tasks = [], set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        asked.append((await reader.readuntil(b"\r\n\r\n")).split()[1].decode())
        await asyncio.sleep(pause)
        writer.write(answer)
        await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", asked
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def way(**about):
    made = Outside(**about)
    try:
        yield made
    finally:
        await made.close()


def said(body, status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "2130706433",
        "0",
        "10.0.0.1",
        "169.254.169.254",
    ]
    + ["192.168.1.1", "100.64.0.1", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1"],
)
async def test_nothing_of_this_machine_or_its_network_is_asked(host):
    async with way() as out:
        with pytest.raises(Unreachable, match="not a public server"):
            await out.ask("GET", f"http://{host}:9/")


async def test_a_name_that_leads_here_as_well_is_not_asked(monkeypatch):
    async def both(*_, **__):
        return [(None, None, None, "", (address, 9)) for address in ("93.184.215.14", "127.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    async with way() as out:
        with pytest.raises(Unreachable, match="not a public server"):
            await out.ask("GET", "http://rebound.example/")


async def test_what_was_checked_is_what_is_dialled(monkeypatch):
    """A second answer of the name server's, to somewhere else, is asked for by nobody."""
    answers = iter(["93.184.215.14", "127.0.0.1"])
    dialled = []

    async def rebound(*_, **__):
        return [(None, None, None, "", (next(answers), 80))]

    async def dial(_, host, *__, **___):
        dialled.append(host)
        raise dialling.httpcore.ConnectError("enough")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebound)
    monkeypatch.setattr(dialling.httpcore.AnyIOBackend, "connect_tcp", dial)
    async with way() as out:
        with pytest.raises(Unreachable):
            await out.ask("GET", "http://rebound.example/")
    assert dialled == ["93.184.215.14"]


async def test_where_it_is_wished_servers_near_are_asked():
    async with server(said(b"hello", "200 OK", "X-Thing: yes")) as (url, asked), way(near=True) as out:
        answer = await out.ask("GET", f"{url}/there?a=b")
    assert (answer.status, answer.body, answer.headers["x-thing"], asked) == (200, b"hello", "yes", ["/there?a=b"])


async def test_nobody_is_led_on():
    async with server(said(b"", "302 Found", "Location: /secret")) as (url, asked), way(near=True) as out:
        assert (await out.ask("GET", url)).status == 302
    assert asked == ["/"]


async def test_an_answer_without_end_is_given_up():
    async with server(said(b"x" * 5000)) as (url, _), way(near=True) as out:
        with pytest.raises(Unreachable, match="more than 1,000 bytes"):
            await out.ask("GET", url, most=1000)


async def test_a_server_that_keeps_silent_is_given_up(monkeypatch):
    monkeypatch.setattr(dialling, "PATIENCE", 0.05)
    async with server(said(b""), pause=0.3) as (url, _), way(near=True) as out:
        with pytest.raises(Unreachable, match="too long"):
            await out.ask("GET", url)


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
async def test_what_is_no_answer_is_said_in_a_sentence(answer):
    async with server(answer) as (url, _), way(near=True) as out:
        with pytest.raises(Unreachable, match=r"^[\w ]+$"):
            await out.ask("GET", url)


@pytest.mark.parametrize("url", ["ftp://oak.example/", "nonsense", "http://", "http://nosuch.invalid/", "https://[/"])
async def test_what_is_no_address_is_said_in_a_sentence(url):
    async with way() as out:
        with pytest.raises(Unreachable):
            await out.ask("GET", url)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_servers_are_public(address):
    assert is_public(address) and ip_address(address).is_global
