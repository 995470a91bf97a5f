"""What is kept in memory: bounded by bytes; what nobody asked for the longest goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from time import time
from typing import Any, Generic, NamedTuple, TypeVar

Version = tuple[str, int]
What = TypeVar("What")
AROUND = 4000
"""Bytes, roughly, that stand around what is kept."""


class Kept(NamedTuple, Generic[What]):
    what: What
    size: int
    """Bytes."""
    version: Version
    until: float


class Shelf:
    def __init__(self, limit: int) -> None:
        """Bytes."""
        self.limit, self.size = limit, 0
        self.kept: OrderedDict[Hashable, Kept[Any]] = OrderedDict()

    def get(self, key: Hashable, version: Version) -> Kept[Any] | None:
        """None for what was made from another version, or past its time."""
        found = self.kept.get(key)
        if found is None or found.version != version or found.until <= time():
            return None
        self.kept.move_to_end(key)  # the last one asked for is the last to go
        return found

    def put(self, key: Hashable, kept: Kept[Any]) -> None:
        self._drop(key)
        self.kept[key] = kept
        self.size += kept.size + AROUND
        while self.size > self.limit:
            self._drop(next(iter(self.kept)))

    def _drop(self, key: Hashable) -> None:
        if old := self.kept.pop(key, None):
            self.size -= old.size + AROUND
