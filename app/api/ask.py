"""What a proxy on this machine asks before it gets a certificate: is that host a co-op's? Caddy's `on_demand_tls`."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs

from app.hosts import canonical, host
from app.registry import Registry
from domains.site import is_local

PATH = "/api/ask"


class Ask:
    """`GET /api/ask?domain=oakhill.example`: 200 for a host that the registry names, else 404, without a body.

    It is no co-op's address, so it stands before the door, and answers this machine alone.
    """

    def __init__(self, app: Any, registry: Registry) -> None:
        self._app, self._registry = app, registry

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == PATH and _is_from_here(scope):
            domain = parse_qs(scope["query_string"].decode("latin1")).get("domain", [""])[0]
            await _answer(scope, send, 200 if self._registry.names(canonical(domain)) else 404)
        else:
            await self._app(scope, receive, send)


def _is_from_here(scope: Any) -> bool:
    """What a proxy passes on comes from here too, but under a visitor's Host."""
    return bool(scope["client"]) and ip_address(scope["client"][0]).is_loopback and is_local(host(scope))


async def _answer(scope: Any, send: Any, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    scope["status"], scope["path_template"] = status, PATH
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
