"""When each open co-op next wants somebody: a bell while the process lives, the earliest due time else."""

import asyncio
from contextlib import suppress
from math import inf
from time import time

from flows import Alarm

NAP = 60.0  # seconds at most, for the wall clock may jump while the timer counts on


class Dues:
    """When each co-op next wants somebody; the earliest that was told counts, until it is taken."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._bell = asyncio.Event()

    def at(self, coop: str, due: float) -> None:
        if due < self._due.get(coop, inf):
            self._due[coop] = due
            self._bell.set()

    def soonest(self, coop: str) -> float | None:
        return self._due.get(coop)

    def of(self, coop: str) -> Alarm:
        return _Bell(self, coop)

    def take(self, now: float, but: set[str]) -> list[str]:
        """Taken before they are asked: what is told while they are asked stays told."""
        self._bell.clear()
        due = [coop for coop, due in self._due.items() if due <= now and coop not in but]
        for coop in due:
            del self._due[coop]
        return due

    async def wait(self, but: set[str]) -> None:
        soonest = min((due for coop, due in self._due.items() if coop not in but), default=inf)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(max(soonest - time(), 0), NAP)):
                await self._bell.wait()

    def ring(self) -> None:
        self._bell.set()


class _Bell:
    def __init__(self, dues: Dues, coop: str) -> None:
        self._dues, self._coop = dues, coop

    def at(self, due: float) -> None:
        self._dues.at(self._coop, due)
