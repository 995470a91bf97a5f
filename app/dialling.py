"""How a server elsewhere is asked. Whoever names an address here may be anybody, so none of this machine, nor of its
network, is ever asked: each name is looked up once, and what was found is checked, then dialled."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import httpcore

from domains.outside import Answer, Unreachable

PATIENCE = 10.0
"""Seconds for each step of it: to be connected, and for the next bytes."""
ALL = 25.0
"""Seconds for all of it; less than an effect of a flow may take."""
AGENT = "RoseAsh (a co-op's own server)"
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("2002::/16"))  # RFC 6052, RFC 3056: they hold others inside


class _Refused(Exception):
    """Not a public server."""


class _Unknown(httpcore.ConnectError):
    """No such name."""


class Line:
    """`near`: whether servers of this machine and its network may be asked too."""

    def __init__(self, *, near: bool) -> None:
        about: Any = {"max_connections": 20, "max_keepalive_connections": 4, "keepalive_expiry": 5.0}
        about |= {"ssl_context": ssl.create_default_context(), "network_backend": _Dial(near=near)}
        self._pool = httpcore.AsyncConnectionPool(**about)

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer:
        """Raises Unreachable."""
        try:
            async with asyncio.timeout(ALL):
                return await self._asked(method, url, {"user-agent": AGENT} | dict(headers), body, most)
        except _Refused:
            raise Unreachable("that address is not a public server's") from None
        except (TimeoutError, httpcore.TimeoutException):
            raise Unreachable("it took too long to answer") from None
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
            ValueError,
        ) as error:
            raise Unreachable(_why(error)) from None

    async def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer:
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE)
        about: Any = {"headers": list(headers.items()), "content": body, "extensions": {"timeout": timeouts}}
        async with self._pool.stream(method, url, **about) as response:
            read, parts = 0, []
            async for part in response.aiter_stream():
                read += len(part)
                if read > most:
                    raise Unreachable(f"it answers with more than {most:,} bytes")
                parts.append(part)
            said = {name.decode("latin1").lower(): value.decode("latin1") for name, value in response.headers}
            return Answer(response.status, said, b"".join(parts))

    async def close(self) -> None:
        await self._pool.aclose()


class _Dial(httpcore.AnyIOBackend):
    """The certificate is still asked for the name: TLS begins after this, with what the address said."""

    def __init__(self, *, near: bool) -> None:
        self._near = near

    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, *about: Any, **more: Any) -> Any:
        """Raises _Refused, and what httpcore raises."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _Unknown(f"nobody knows {host[:100]}") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self._near and not all(map(is_public, addresses)):
            raise _Refused(host)
        return await self._first(addresses, port, timeout, *about, **more)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> Any:
        raise _Refused

    async def _first(self, addresses: Iterable[str], port: int, timeout: float | None, *about: Any, **more: Any) -> Any:
        error: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await super().connect_tcp(address, port, timeout, *about, **more)
            except httpcore.ConnectError as tried:
                error = tried
        raise error


def is_public(address: str) -> bool:
    """Whether it belongs to nobody's own network (RFC 6890), however it is written."""
    found = ip_address(address.partition("%")[0])
    if found.version == 6 and (found.ipv4_mapped or any(found in network for network in _TRANSLATED)):
        return False
    return found.is_global and not found.is_multicast


def _why(error: Exception) -> str:
    if isinstance(error, httpcore.UnsupportedProtocol | ValueError):
        return "that is no address of a server"
    if "CERTIFICATE" in str(error):
        return "its certificate is not good"
    return str(error)[:200] if isinstance(error, _Unknown) else "nobody answers there"
