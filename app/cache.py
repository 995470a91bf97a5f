"""The doorkeeper: a public page that has not changed is answered from memory, before the framework wakes.

What is kept is valid for the version of the co-op that it was made from, and not past the instant at which the page
said that time alone will change it.
"""

from dataclasses import dataclass
from time import time
from typing import Any

from fragments.view import is_personal, wants_fragment

from .tenants import Tenants, host

LIMIT = 32 * 2**20  # bytes
Key = tuple[str, str, bytes, bool]


@dataclass(frozen=True, slots=True)
class Kept:
    version: tuple[str, int]
    until: float
    messages: tuple[dict[str, Any], ...]
    size: int


class Doorkeeper:
    """Bounded by bytes: the page that nobody asked for the longest goes first."""

    def __init__(self, app: Any, tenants: Tenants) -> None:
        self.app, self.tenants, self.size = app, tenants, 0
        self.kept: dict[Key, Kept] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, send = scope | {"method": "GET"}, _bodiless(send)
        key = self._read(scope)
        coop = self.tenants.open.get(key[0]) if key else None
        if key is None or coop is None:
            await self.app(scope, receive, send)
            return
        version, kept = coop.version(), self.kept.get(key)
        if kept and kept.version == version and time() < kept.until:
            self.kept[key] = self.kept.pop(key)  # the last one asked for is the last to go
            for message in kept.messages:
                await send(message)
        else:
            await self._ask(key, version, scope, receive, send)

    async def _ask(self, key: Key, version: tuple[str, int], scope: Any, receive: Any, send: Any) -> None:
        """Keeps what its view called public, under the version read before it was made: older perhaps, never newer."""
        messages: list[dict[str, Any]] = []

        async def note(message: dict[str, Any]) -> None:
            if "public_until" in scope:
                messages.append(message)
            await send(message)

        await self.app(scope, receive, note)
        if messages and _is_anyones(messages[0]):
            self._keep(key, Kept(version, scope["public_until"], tuple(messages), _size(key, messages)))

    def _keep(self, key: Key, kept: Kept) -> None:
        self._drop(key)
        self.kept[key] = kept
        self.size += kept.size
        while self.size > LIMIT:
            self._drop(next(iter(self.kept)))

    def _drop(self, key: Key) -> None:
        if old := self.kept.pop(key, None):
            self.size -= old.size

    def _read(self, scope: Any) -> Key | None:
        """What tells one public answer from another; None for whatever is not a public read."""
        if scope["type"] != "http" or scope["method"] != "GET" or is_personal(scope):
            return None
        coop = self.tenants.registry.id_at(host(scope))
        return (coop, scope["path"], scope["query_string"], wants_fragment(scope)) if coop else None


def _size(key: Key, messages: list[dict[str, Any]]) -> int:
    """Bytes, roughly; a thousand for what stands around them."""
    return 1000 + len(key[1]) + len(key[2]) + sum(len(message.get("body", b"")) for message in messages)


def _is_anyones(start: dict[str, Any]) -> bool:
    """A view may have called a part public before the whole failed, or before somebody was given a cookie."""
    return start["status"] == 200 and all(name != b"set-cookie" for name, _ in start["headers"])


def _bodiless(send: Any) -> Any:
    async def head(message: dict[str, Any]) -> None:
        await send(message | {"body": b""} if message["type"] == "http.response.body" else message)

    return head
