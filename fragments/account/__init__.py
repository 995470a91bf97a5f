"""Signing in and out, a member's own page, and the people of a co-op, as people see them."""

from . import entering, joining, own, people, readers, reading
from .own import badge
from .reading import subscribe

__all__ = ["ROUTES", "badge", "subscribe"]

ROUTES = [
    *entering.ROUTES,
    *joining.ROUTES,
    *own.ROUTES,
    *reading.ROUTES,
    *people.ROUTES,
    *readers.ROUTES,
]
