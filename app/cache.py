"""The doorkeeper: a page that has not changed is answered from memory, before the framework wakes.

A page is kept with holes where the parts stood that are somebody's own (basket, account), and those parts are kept for
each bearer, a stranger being one like any other. Both are valid for the version of the co-op that they were made from,
and not past the instant at which the page said that time alone will change it.
"""

import inspect
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from fragments.caching import Caching, is_personal, wants_fragment

from .bearers import READERS, STRANGER, Bearer, bearer_of
from .coding import takes_gzip
from .coop import Coop
from .pages import Answer, Message, Page, Parts, cut
from .shelf import Shelf, Version
from .tenants import Tenants, host

LIMIT = 32 * 2**20  # bytes


class Asked(NamedTuple):
    """A request for what may be kept."""

    coop: Coop
    version: Version
    commit: int
    bearer: Bearer
    path: str
    query: bytes
    is_part: bool
    headers: dict[bytes, bytes]


class Doorkeeper:
    def __init__(self, app: Any, tenants: Tenants) -> None:
        self.app, self.tenants = app, tenants
        self.pages, self.others = Shelf(LIMIT // 2), Shelf(LIMIT // 2)
        """Whatever strangers can multiply, by ever new questions and baskets, pushes no page out."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, send = scope | {"method": "GET"}, _bodiless(send)
        if not (asked := await self._read(scope)):
            await self.app(scope, receive, send)
        elif answer := self._remembered(asked):
            for message in answer.to(asked.headers.get(b"if-none-match", b"")):
                await send(message)
        else:
            await self.app(scope, receive, self._sharing(asked, scope, send))

    async def _read(self, scope: Any) -> Asked | None:
        """None for whatever is no business of its; a header that is said twice could mean anything."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]) or (coop := await self._coop(host(scope))) is None:
            return None
        version, commit = coop.version(), coop.seen
        bearer = bearer_of(coop, headers.get(b"cookie", b""))
        about = scope["path"], scope["query_string"], wants_fragment(scope), headers
        return Asked(coop, version, commit, bearer, *about) if bearer else None

    async def _coop(self, host: str) -> Coop | None:
        id = self.tenants.registry.id_at(host)
        if id and id not in self.tenants.open:
            with suppress(Exception):  # it will be raised again where it is told as a page
                async with self.tenants.use(id):
                    pass
        return self.tenants.open.get(id or "")

    def _remembered(self, asked: Asked) -> Answer | None:
        page: Page | None = self._of(asked.query).get(_key(asked, asked.bearer.role), asked.version)
        parts: Parts | None = self._of(asked.bearer != STRANGER).get((asked.coop.id, asked.bearer), asked.version)
        return _filled(asked, page, parts) if page and parts and page.fits(parts) else None

    def _sharing(self, asked: Asked, scope: Any, send: Any) -> Any:
        held: list[Message] = []

        async def share(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_shared(scope, message):
                held.append(message)
                return
            for each in self._keep(asked, scope, held.pop(), message) if held else (message,):
                await send(each)

        return share

    def _keep(self, asked: Asked, scope: Any, start: Message, body: Message) -> Sequence[Message]:
        """The answer, as the next one will have it too."""
        caching: Caching = scope["caching"]
        if (made := cut(start["headers"], body["body"], caching.parts)) is None:
            return start, body
        page, parts = made
        if _is_asked_by_links(asked, scope) and caching.role in READERS:
            about = page.size, asked.version, caching.until
            self._of(asked.query).put(_key(asked, caching.role), page, *about)
        if self._is_as_it_was(asked) and caching.session == asked.bearer.session:
            about = parts.size + len(repr(asked.bearer)), asked.version, caching.until
            self._of(asked.bearer != STRANGER).put((asked.coop.id, asked.bearer), parts, *about)
        return _filled(asked, page, parts).to(asked.headers.get(b"if-none-match", b""))

    def _of(self, strangers: object) -> Shelf:
        return self.others if strangers else self.pages

    def _is_as_it_was(self, asked: Asked) -> bool:
        """Whether nothing at all was kept in its file meanwhile, so that the parts are made of what the bearer says."""
        if self.tenants.open.get(asked.coop.id) is not asked.coop:
            return False
        return asked.coop.version() == asked.version and asked.coop.seen == asked.commit


def _key(asked: Asked, role: str) -> tuple[Any, ...]:
    return asked.coop.id, asked.path, asked.query, asked.is_part, role


def _filled(asked: Asked, page: Page, parts: Parts) -> Answer:
    gzip = takes_gzip(asked.headers.get(b"accept-encoding", b""))
    if asked.bearer != STRANGER or is_personal(asked.headers.items()):
        return page.filled(parts, gzip=gzip, public=False)
    if gzip not in page.public:
        page.public[gzip] = page.filled(parts, gzip=gzip, public=True)
    return page.public[gzip]


def _is_shared(scope: Any, start: Message) -> bool:
    """What its view says may be given to others, whole: an error, a Set-Cookie and a stream never are."""
    caching: Caching | None = scope.get("caching")
    names = {name for name, _ in start["headers"]}
    whole = b"content-length" in names and b"set-cookie" not in names
    return caching is not None and not caching.is_personal and start["status"] == 200 and whole


def _is_asked_by_links(asked: Asked, scope: Any) -> bool:
    """Whether its address is written as ours are, with no name in its query that the route does not know."""
    written = scope["path_template"].format(**scope["path_params"])
    names = {name for name, _ in parse_qsl(asked.query.decode("latin1"), keep_blank_values=True)}
    return bool(written == asked.path and names <= _names(scope["route_handler"]))


@cache
def _names(route: HTTPRouteHandler) -> frozenset[str]:
    """Those that a query may hold."""
    said = inspect.signature(route.fn).parameters.values()
    marks = {each.name: getattr(each.annotation, "__metadata__", ()) for each in said}
    return frozenset(name for name, found in marks.items() if any(isinstance(mark, QueryParameter) for mark in found))


def _bodiless(send: Any) -> Any:
    async def head(message: Any) -> None:
        await send(message | {"body": b""} if message["type"] == "http.response.body" else message)

    return head
