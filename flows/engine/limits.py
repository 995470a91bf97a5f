"""How much of one effect a co-op does at once, and a minute."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from .effects import Performer

PATIENCE = 10.0  # seconds in which a run keeps its place; longer would outlast its lease


class Later(Exception):
    """Not yet: the run is put back until `due`, and it is no failure."""

    def __init__(self, due: float) -> None:
        super().__init__(due)
        self.due = due


class Limits:
    """Of one co-op, for as long as its process lives, however often its file is opened."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._places: dict[str, asyncio.Semaphore] = {}
        self._next: dict[str, float] = defaultdict(float)
        self._promised: dict[str, float] = {}

    def forget(self) -> None:
        """What was promised by a clock that was ahead."""
        self._next.clear()
        self._promised.clear()

    @asynccontextmanager
    async def room(self, name: str, performer: Performer, key: str) -> AsyncIterator[None]:
        """Raises Later."""
        if performer.a_minute:
            await self._turn(name, 60 / performer.a_minute, key)
        if not performer.at_once:
            yield
            return
        place = self._places.setdefault(name, asyncio.Semaphore(performer.at_once))
        try:
            await asyncio.wait_for(place.acquire(), PATIENCE)
        except TimeoutError:
            raise Later(self._clock() + PATIENCE) from None
        try:
            yield
        finally:
            place.release()

    async def _turn(self, name: str, apart: float, key: str) -> None:
        """Each is promised a moment of its own, `apart` seconds after the one before it."""
        now = self._clock()
        due = self._promised.pop(key, None)
        if due is None:
            due = max(now, self._next[name])
            self._next[name] = due + apart
        if due - now > PATIENCE:
            self._promised[key] = due
            raise Later(due)
        await asyncio.sleep(due - now)
