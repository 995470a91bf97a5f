"""How far the copies of each open co-op are, found out in the background, so that a page asks memory alone.

Litestream's `/list` would answer for all of them at once, and does not know: its `last_sync_at` goes on while a commit
waits, as it did 13 times of 54 on a bucket that takes a moment. So it is asked for each that was written to, and for
no other.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from time import time
from weakref import WeakKeyDictionary

from .backup import Backup, Kept
from .coop import Coop

LATE = 15.0
"""Seconds that a commit may take to be copied, and that may pass until that is known."""


class Standing(StrEnum):
    COPIED = "copied"
    BEHIND = "behind"
    NEW = "new"
    """It was opened just now, so nobody knows yet."""
    OFF = "off"
    """Nobody copies: nobody shall, or Litestream has died."""


@dataclass
class Found:
    """What is known of one opening of a co-op."""

    since: float
    """When it was first looked at, or all that was written until then is copied; seconds since the epoch."""
    is_whole: bool = False
    """Whether it is the latter."""
    commit: int = 0
    """The last one of all that."""
    asking: asyncio.Task[None] | None = None
    again: float = 0
    """Not to be asked before: each refusal is a line in the log."""


class Lookout:
    def __init__(self, backup: Backup, clock: Callable[[], float] = time) -> None:
        self._backup, self._clock = backup, clock
        self._found: WeakKeyDictionary[Coop, Found] = WeakKeyDictionary()

    def look(self, coops: Iterable[Coop]) -> None:
        """Waits for nobody: what comes of it is there for the next one."""
        if self._backup.alive:
            for coop in coops:
                self._look(coop)

    def standing(self, coop: Coop) -> Standing:
        found = self._found.get(coop)
        if not self._backup.alive:
            return Standing.OFF
        if found is None or self._clock() - found.since <= LATE:
            return Standing.COPIED if found and found.is_whole else Standing.NEW
        return Standing.BEHIND

    def since(self, coop: Coop) -> float | None:
        """What was written until then is copied; None where nobody knows."""
        return self._found[coop].since if coop in self._found else None

    def _look(self, coop: Coop) -> None:
        now, commit = self._clock(), coop.last_commit()
        found = self._found.setdefault(coop, Found(since=now))
        if found.is_whole and found.commit == commit:
            found.since = now
        elif now >= found.again and (not found.asking or found.asking.done()):
            found.asking = asyncio.create_task(self._ask(coop, found, now, commit))

    async def _ask(self, coop: Coop, found: Found, now: float, commit: int) -> None:
        if await self._backup.confirm(coop.file) is not Kept.NOWHERE:
            found.since, found.is_whole, found.commit = now, True, commit
        else:
            found.again = self._clock() + LATE
