"""The front door: who is asked for, whether it may be asked from there, and what every answer says to browsers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.exceptions import HTTPException

from domains.errors import NotFound

from . import security
from .errors import PAGES, Refused, from_elsewhere
from .hosts import host
from .tenants import Tenants

Show = Callable[[Refused, Any, Any, Any], Awaitable[None]]
PATIENCE = 20
"""Seconds for the next part of a body."""
LONGEST = 8000
"""Bytes of a path and its query."""


def coop_of(scope: Any) -> str:
    """The id that the door has put there; "" for a request that is nobody's."""
    return str(scope["coop"])


class Door:
    """Between the doorkeeper and the framework: puts the co-op's id into the scope, or refuses."""

    def __init__(self, app: Any, tenants: Tenants, show: Show) -> None:
        self._app, self._tenants, self._show = app, tenants, show

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        scope["coop"] = ""
        if (asked := host(scope)) == "":
            return await self._show(Refused(400, *PAGES[400]), scope, receive, _saying(scope, send, security.HEADERS))
        try:
            scope["coop"] = self._tenants.id_at(asked)
        except NotFound:
            if not self._tenants.registry.is_empty():  # an empty server may be set up
                return await self._show(
                    Refused(404, *PAGES[404]), scope, receive, _saying(scope, send, security.HEADERS)
                )
        url = self._tenants.url(scope["coop"])
        send = _saying(scope, send, security.headers(url))
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > LONGEST:
            return await self._show(Refused(414, *PAGES[414]), scope, receive, send)
        if security.is_from_elsewhere(scope, asked, url):
            return await self._show(from_elsewhere(), scope, receive, send)
        await self._app(scope, _patient(receive), send)


def _patient(receive: Any) -> Any:
    """A body whose next part does not come in time is given up; nobody waits for it meanwhile."""
    complete = False

    async def wait() -> Any:
        nonlocal complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout(PATIENCE):
                message = await receive()
        except TimeoutError:
            raise HTTPException(status_code=408) from None
        complete = not message.get("more_body")
        return message

    return wait


def _saying(scope: Any, send: Any, headers: list[tuple[bytes, bytes]]) -> Any:
    async def say(message: Any) -> None:
        if message["type"] == "http.response.start":
            scope["status"] = message["status"]
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return say
