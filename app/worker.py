"""Wakes what is due, in whichever co-op."""

import asyncio
import logging
from time import time

from .dues import Dues
from .tenants import Tenants

log = logging.getLogger("worker")
AGAIN = 10.0  # seconds, after a co-op that could not be woken


class Worker:
    """One for the machine. A co-op that is slow to wake delays no other."""

    def __init__(self, tenants: Tenants, dues: Dues) -> None:
        self._tenants, self._dues = tenants, dues
        self._waking: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Looks once into each co-op that a killed process left open."""
        for coop in self._tenants.registry.were_open():
            self._dues.at(coop, 0)
        self._task = asyncio.create_task(self._run())

    @property
    def is_at_work(self) -> bool:
        return self._task is not None

    async def stop(self) -> None:
        tasks = [task for task in (self._task, *self._waking.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        before = 0.0
        while True:
            now, busy = time(), set(self._waking)
            if now < before:  # somebody set the clock back: what is open looks at its own again
                self._tenants.registry.hurry(now)
                for coop in self._tenants.open:
                    self._dues.at(coop, now)
            before = now
            for coop in {*self._dues.take(now, busy), *self._asleep(now)} - busy:
                self._waking[coop] = asyncio.create_task(self._wake(coop))
            await self._dues.wait(set(self._waking), self._tenants.registry.next_due(now))

    def _asleep(self, now: float) -> list[str]:
        """Closed co-ops that are due, but for those that were just tried in vain."""
        return [coop for coop in self._tenants.registry.due(now) if coop not in self._dues]

    async def _wake(self, coop: str) -> None:
        try:
            async with self._tenants.use(coop) as open:
                due = await open.wake()
        except Exception:
            due = None
            if self._tenants.registry.by_id(coop):  # else it was removed meanwhile
                log.exception("%s could not be woken", coop)
                due = time() + AGAIN
        finally:
            del self._waking[coop]
            self._dues.ring()
        if due is not None:
            self._dues.at(coop, due)
