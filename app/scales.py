"""How large the copies of a co-op are: a bucket is asked for all that lies there, so seldom, and while nobody waits."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import time

from ops.litestream import LitestreamTrouble
from ops.replica import Replica

from .backup import Backup

log = logging.getLogger("scales")
SELDOM, SOON = 3600.0, 60.0
"""Seconds between two times by itself, and by somebody's wish."""


@dataclass(frozen=True, slots=True)
class Weight:
    at: float
    """When it was asked for, seconds since the epoch."""
    size: int | None
    """Bytes; None where nobody could tell."""


class Scales:
    def __init__(self, backup: Backup, clock: Callable[[], float] = time) -> None:
        self._backup, self._clock = backup, clock
        self._weights: dict[Path, Weight] = {}
        self._weighing: dict[Path, asyncio.Task[None]] = {}

    def weight(self, file: Path) -> Weight | None:
        """As it was weighed last."""
        return self._weights.get(file)

    async def weigh(self, file: Path, patience: float, *, is_wished: bool = False) -> None:
        """Unless that was done lately. Goes on by itself after `patience` seconds."""
        if self._backup.litestream and file not in self._weighing and self._is_time(file, is_wished):
            replica = Replica(self._backup.litestream.replica_of(file))
            self._weighing[file] = asyncio.create_task(self._weigh(file, replica))
        if file in self._weighing:
            await asyncio.wait([self._weighing[file]], timeout=patience)

    def _is_time(self, file: Path, is_wished: bool) -> bool:
        known = self._weights.get(file)
        return known is None or self._clock() - known.at >= (SOON if is_wished else SELDOM)

    async def _weigh(self, file: Path, replica: Replica) -> None:
        now = self._clock()
        try:
            size = await replica.size()
        except LitestreamTrouble as trouble:
            log.warning("the copies of %s could not be weighed: %s", file, trouble)
            size = None
        finally:
            del self._weighing[file]
        self._weights[file] = Weight(now, size)
