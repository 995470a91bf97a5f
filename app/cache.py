"""The doorkeeper: a page that has not changed is answered from memory, before the framework wakes.

A page is kept with holes where the parts stood that are somebody's own (basket, account), and those parts are kept for
each bearer, a stranger being one like any other. Both are valid for the version of the co-op that they were made from,
and not past the instant at which the page said that time alone will change it.
"""

import inspect
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from math import inf
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from fragments.caching import SESSION, Caching, wants_fragment

from .bearers import READERS, STRANGER, Bearer, bearer_of
from .coding import takes_gzip
from .coop import Coop
from .hosts import host_of
from .pages import Answer, Message, Page, Parts, cut
from .shelf import Kept, Shelf, Version
from .tenants import GLANCE, Tenants

LIMIT = 32 * 2**20  # bytes
NOTHING = Kept(Parts({}, b""), 0, ("", 0), inf)
"""What fills a page without holes."""


Address = tuple[str, str, bytes, bool]
"""Of which co-op, its path and query, and whether it is wanted as a part."""


class Asked(NamedTuple):
    """A request for what may be kept."""

    coop: Coop
    version: Version
    commit: int
    bearer: Bearer
    page: Address
    gzip: bool
    public: bool
    if_none_match: bytes

    @property
    def path(self) -> str:
        return self.page[1]

    @property
    def query(self) -> bytes:
        return self.page[2]


class Doorkeeper:
    def __init__(self, app: Any, tenants: Tenants, limit: int = LIMIT) -> None:
        self.app, self.tenants = app, tenants
        self.pages, self.others = Shelf(limit // 2), Shelf(limit // 2)
        """Whatever strangers can multiply, by ever new questions and baskets, pushes no page out."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope["method"], send = "GET", _bodiless(send)
        headers = _said(scope) if scope.get("method") == "GET" else {}
        id = self.tenants.registry.id_at(host_of(headers.get(b"host", b"")))
        coop = (self.tenants.open.get(id) or await self._opened(id)) if id else None
        if coop is None:
            await self.app(scope, receive, send)
            return
        page = coop.id, scope["path"], scope["query_string"], wants_fragment(headers)
        gzip, known = takes_gzip(headers.get(b"accept-encoding", b"")), headers.get(b"if-none-match", b"")
        asked, answer, cookies = None, None, headers.get(b"cookie", b"")
        if SESSION not in cookies:
            answer = self._strangers(coop, page, gzip)
        if answer is None and (asked := self._read(coop, page, gzip, known, cookies)):
            answer = self._remembered(asked)
        if answer:
            start, body = answer.to(known)
            scope["path_template"], scope["status"] = answer.route, start["status"]  # for whoever counts
            await send(start)
            await send(body)
        else:
            await self.app(scope, receive, self._sharing(asked, scope, send) if asked else send)

    async def _opened(self, id: str) -> Coop | None:
        with suppress(Exception):  # it will be raised again where it is told as a page
            async with self.tenants.use(id, GLANCE):
                pass
        return self.tenants.open.get(id)

    def _strangers(self, coop: Coop, page: Address, gzip: bool) -> Answer | None:
        """What all strangers get is kept whole as well."""
        kept = self._shelf(page[2]).get((page, gzip), coop.version_for_all())
        return kept.what if kept else None

    def _read(self, coop: Coop, page: Address, gzip: bool, known: bytes, cookies: bytes) -> Asked | None:
        """None for whatever the framework answers alone."""
        version, commit = coop.version_for_all(), coop.seen
        is_public = SESSION not in cookies
        bearer = STRANGER if is_public else self._bearer(coop, (version[0], commit), cookies)
        return Asked(coop, version, commit, bearer, page, gzip, is_public, known) if bearer else None

    def _bearer(self, coop: Coop, commit: Version, cookies: bytes) -> Bearer | None:
        """Read again after any commit at all to its file, and when the session has ended."""
        if kept := self.others.get((coop.id, cookies), commit):
            return cast(Bearer, kept.what)
        found = bearer_of(coop, cookies)
        if found and found.session:
            self.others.put((coop.id, cookies), Kept(found, len(cookies) + len(repr(found)), commit, found.ends))
        return found

    def _remembered(self, asked: Asked) -> Answer | None:
        """By page and role, with the parts that are the bearer's own."""
        shelf = self._shelf(asked.query)
        if not (page := shelf.get((*asked.page, asked.bearer.role), asked.version)):
            return None
        own = self._shelf(asked.bearer.session).get((asked.coop.id, asked.bearer), asked.version)
        kept = _filled(asked, page, own or NOTHING)
        if kept and asked.public:
            shelf.put((asked.page, asked.gzip), kept)
        return kept.what if kept else None

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
        if (made := cut(scope["path_template"], start["headers"], body["body"], caching.parts)) is None:
            return start, body
        (page, parts), about = made, (asked.version, caching.until)
        kept = caching.role in READERS and _is_as_links_ask(asked, scope)
        if kept:
            self._shelf(asked.query).put((*asked.page, caching.role), Kept(page, page.size, *about))
        if parts.made and caching.session == asked.bearer.session and self._is_as_it_was(asked):
            size = parts.size + len(repr(asked.bearer))
            self._shelf(asked.bearer.session).put((asked.coop.id, asked.bearer), Kept(parts, size, *about))
        public = asked.public and not caching.session
        return page.filled(parts, gzip=asked.gzip, public=public, kept=kept).to(asked.if_none_match)

    def _shelf(self, by_strangers: object) -> Shelf:
        return self.others if by_strangers else self.pages

    def _is_as_it_was(self, asked: Asked) -> bool:
        """Whether nothing at all was committed to its file meanwhile: what was made is made of what the bearer says."""
        if self.tenants.open.get(asked.coop.id) is not asked.coop:
            return False
        return asked.coop.version() == asked.version and asked.coop.seen == asked.commit


def _said(scope: Any) -> dict[bytes, bytes]:
    """Its headers; none where one is said twice, for that could mean anything."""
    headers = dict(scope["headers"])
    return headers if len(headers) == len(scope["headers"]) else {}


def _filled(asked: Asked, page: Kept[Page], own: Kept[Parts]) -> Kept[Answer] | None:
    """None where a part is missing."""
    if not page.what.fits(own.what):
        return None
    answer = page.what.filled(own.what, gzip=asked.gzip, public=asked.public)
    return Kept(answer, answer.size, asked.version, min(page.until, own.until))


def _is_shared(scope: Any, start: Message) -> bool:
    """What its view says may be given to others, whole: an error, a Set-Cookie and a stream never are."""
    caching: Caching | None = scope.get("caching")
    names = {name for name, _ in start["headers"]}
    whole = b"content-length" in names and b"set-cookie" not in names
    return caching is not None and not caching.is_personal and start["status"] == 200 and whole


def _is_as_links_ask(asked: Asked, scope: Any) -> bool:
    """Whether its address is written as ours are, with no name in its query that the route does not know."""
    written = scope["path_template"].format(**scope["path_params"])
    names = {name for name, _ in parse_qsl(asked.query.decode("latin1"), keep_blank_values=True)}
    return bool(written == asked.path and names <= _names(scope["route_handler"]))


@cache
def _names(route: HTTPRouteHandler) -> frozenset[str]:
    """Those that its query may hold."""
    said = inspect.signature(route.fn).parameters.values()
    marks = {each.name: getattr(each.annotation, "__metadata__", ()) for each in said}
    return frozenset(name for name, found in marks.items() if any(isinstance(mark, QueryParameter) for mark in found))


def _bodiless(send: Any) -> Any:
    async def head(message: Any) -> None:
        await send(message | {"body": b""} if message["type"] == "http.response.body" else message)

    return head
