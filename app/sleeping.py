"""A file that nobody has opened for a while may live in its copies alone; whoever asks for it brings it back."""

import asyncio
import shutil
from math import inf
from pathlib import Path
from time import monotonic

from domains.errors import NotFound
from ops.litestream import LitestreamTrouble

from .backup import Backup, Missing
from .registry import Registry

WAKING = 4
"""At once; those whose files are here wait for none of them."""
LULL = 5.0
"""Seconds after which a file that could not be brought back is asked for again."""


class Sleepers:
    def __init__(self, registry: Registry, backup: Backup) -> None:
        self._registry, self._backup = registry, backup
        self._few = asyncio.Semaphore(WAKING)
        self.called: set[str] = set()
        """Those that are being brought back."""
        self._since: dict[str, float] = {}
        self._lost: dict[str, tuple[float, LitestreamTrouble]] = {}

    def patience(self, id: str, patience: float) -> float | None:
        """Seconds left of those that may pass since somebody called it first; None for all the time."""
        if patience == inf:
            return None
        now = monotonic()
        return max(self._since.setdefault(id, now) + patience - now, 0)

    async def bring_back(self, id: str, file: Path) -> None:
        """Raises NotFound, LitestreamTrouble."""
        if not self._registry.by_id(id):
            raise NotFound(id)
        until, trouble = self._lost.pop(id, (0.0, None))
        try:
            if trouble and monotonic() < until:
                raise trouble
            until = monotonic() + LULL
            self.called.add(id)
            async with self._few:
                await self._backup.bring_back(file)
        except LitestreamTrouble as trouble:
            self._lost[id] = until, trouble
            raise
        except Missing:
            if self._registry.is_asleep(id):
                raise LitestreamTrouble("it sleeps in its copies, and ROSE_REPLICA is none") from None
            raise NotFound(id) from None
        finally:
            self.called.discard(id)
            self._since.pop(id, None)

    async def lay_down(self, id: str, file: Path) -> bool:
        """Drops a closed file; False, and it stays, where nobody can say that all of it is copied, or where it does not
        come back from its copies as it is."""
        if file.exists():
            if not (await self._backup.is_all_copied(file) and await self._backup.comes_back(file)):
                return False
            self._registry.note_asleep(id)  # first: a file that is still here then is used as it is
            await asyncio.to_thread(_drop, file)
        return True


def _drop(file: Path) -> None:
    """Its log last, for without that it would be an older file."""
    file.unlink()
    shutil.rmtree(file.parent, ignore_errors=True)
