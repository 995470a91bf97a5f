"""What is said of an answer to whoever may keep it: the doorkeeper, a browser, and every cache between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

SESSION = b"session"
VARY = "HX-Request, HX-Request-Type, Cookie, Accept-Encoding"
PARTIAL = {b"hx-request": b"true", b"hx-request-type": b"partial"}
PUBLIC, PRIVATE = "public, no-cache", "private, no-cache"


@dataclass
class Caching:
    """What the doorkeeper is told of a page: to whom else it may be given, and for how long."""

    role: str = ""
    """Of whoever it was made for; empty for a visitor."""
    session: int = 0
    """The id of theirs; 0 for a stranger."""
    until: float = inf
    is_personal: bool = False
    """Whether it shows who they are, or asked; its parts aside."""
    parts: dict[str, str] = field(default_factory=dict)
    """What shows who they are and can be cut out again: a fragment's path -> its HTML."""

    def note(self, now: datetime, until: datetime | None) -> None:
        """The earliest counts, for the whole page; midnight unless one says sooner."""
        if self.until == inf:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            self.until = midnight.timestamp()
        if until:
            self.until = min(self.until, until.timestamp())


def is_personal(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """However oddly the cookie is written: whoever might be known is answered for themselves."""
    return any(name == b"cookie" and SESSION in value for name, value in headers)


def wants_fragment(headers: Mapping[bytes, bytes]) -> bool:
    return b"hx-request" in headers and PARTIAL.items() <= headers.items()
