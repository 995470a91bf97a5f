"""Who sends a session's cookie, read at once on the connection that watches: no framework, no ORM."""

import re
from functools import cache
from math import inf
from typing import Any, NamedTuple

from domains import account, cart
from domains.site import Site
from fragments.caching import SESSION
from fragments.visit import cookie_name, holder_of

from .coop import Coop

READERS = ("", "member")
"""Whoever writes sees more on a page, some of it private, whose changes raise no version."""


class Bearer(NamedTuple):
    """All that the parts of a page which are somebody's own are made of, beside what is public."""

    session: int = 0
    person: int | None = None
    name: str = ""
    role: str = ""
    ends: float = inf
    basket: tuple[Any, ...] = ()


STRANGER = Bearer()


def bearer_of(coop: Coop, cookies: bytes) -> Bearer | None:
    """Of cookies that hold a session.

    None for whoever is answered by the framework alone: one who writes, or whose cookie is written oddly.
    """
    written = _written(coop.url).search(cookies)
    if not written or cookies.count(SESSION) != 1:
        return None
    token = coop.keyring.unsign("session", written[1].decode())
    found = account.bearer(coop.watcher, token) if token else None
    if not found:
        return STRANGER
    if found.role not in READERS:
        return None
    return Bearer(*found, cart.inside(coop.watcher, holder_of(found)))


@cache
def _written(url: str) -> re.Pattern[bytes]:
    """The cookie of a co-op at this address, as browsers write it."""
    return re.compile(rb"(?:^|; )%s=([\w.-]+)(?:;|$)" % cookie_name(Site(url=url)).encode())
