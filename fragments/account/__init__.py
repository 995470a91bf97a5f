"""Signing in and out, a member's own page, and the people of a co-op, as people see them."""

from . import entering, joining, own, people
from .own import badge

__all__ = ["ROUTES", "badge"]

ROUTES = [*entering.ROUTES, *joining.ROUTES, *own.ROUTES, *people.ROUTES]
