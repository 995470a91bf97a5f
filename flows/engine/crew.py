"""How much is done at once."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

PATIENCE = 5.0  # seconds
LONGEST = 3600.0
"""Seconds; what shall be tried again still later was put back by a clock that was ahead."""

log = logging.getLogger("flows")


class Crew:
    """At most `size` tasks at once; when it was full and has room again, it rings."""

    def __init__(self, size: int, ring: Callable[[], None]) -> None:
        self._size, self._ring, self._full = size, ring, False
        self._tasks: set[asyncio.Task[None]] = set()

    def room(self) -> int:
        room = self._size - len(self._tasks)
        self._full = not room
        return room

    def busy(self) -> bool:
        return bool(self._tasks)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    async def close(self) -> None:
        """What was under way is left as it stands; whoever opens the file next takes it over."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)  # not for whoever will not be stopped

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a task ended badly; its lease will bring it back", exc_info=error)
        if self._full:
            self._full = False
            self._ring()


def back_off(attempt: int) -> float:
    """Seconds: 2, 4, 8 … up to LONGEST."""
    return min(2.0**attempt, LONGEST)
