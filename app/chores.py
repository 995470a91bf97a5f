"""What the machine does by itself, for all of its co-ops alike; what a co-op does by itself are its flows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import time
from typing import TYPE_CHECKING, NamedTuple

from .drilling import drill_weekly

if TYPE_CHECKING:
    from .main import House

log = logging.getLogger("chores")
DAY = 86400
SOON = 3600
"""Seconds; whoever is woken sooner by its own flows, like one that asks a Ghost, stays awake."""
AT_ONCE = 100
"""Co-ops that go to sleep, before others have a turn."""


class Chore(NamedTuple):
    do: Callable[["House"], Awaitable[None]]
    every: float
    """Seconds from its end to its next beginning; one that is rarer looks up when it was done last."""


async def fold(house: "House") -> None:
    """The logs of open files, while no Litestream does it."""
    for id in list(house.tenants.open):
        if coop := house.tenants.open.get(id):  # closed meanwhile, its log went with it
            await house.backup.trim(coop.file, coop.checkpoint)
    await house.backup.trim(house.registry.path, house.registry.checkpoint)


async def lay_down(house: "House") -> None:
    """Whoever was not asked for as long as ROSE_SLEEP_AFTER says, some at a time."""
    if not house.settings.sleep_after:
        return
    since, until = time() - house.settings.sleep_after * DAY, time() + SOON
    for id in [*house.tenants.idle(since, until), *house.registry.unused(since, until, AT_ONCE)]:
        if not await house.tenants.lay_down(id):
            log.warning("%s does not go to sleep yet: it is busy, or not all of it is copied", id)


async def settle(house: "House") -> None:
    """Co-ops that were closed before all of them was copied."""
    await house.tenants.settle()


async def look(house: "House") -> None:
    """How far the copies of open files are."""
    house.lookout.look(house.tenants.open.values())


CHORES = (Chore(fold, 10), Chore(look, 5), Chore(settle, 20), Chore(lay_down, 30), Chore(drill_weekly, 3600))


class Chores:
    """Each at its own pace; one that fails, or takes long, holds up no other."""

    def __init__(self, house: "House") -> None:
        self._house = house
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep_doing(chore)) for chore in CHORES]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_doing(self, chore: Chore) -> None:
        while True:
            await asyncio.sleep(chore.every)
            try:
                await chore.do(self._house)
            except Exception:
                log.exception("%s failed, and will be tried again", chore.do.__name__)
