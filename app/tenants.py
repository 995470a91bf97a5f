"""Host -> co-op -> file. The session is the tenant: whoever holds one cannot reach another co-op."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from weakref import WeakValueDictionary

from domains.errors import NotFound

from . import migrations
from .backup import Backup
from .coop import Coop
from .dues import Dues
from .registry import Registry, canonical

OPENING = 4
"""Co-ops that are opened at once: as many more than the bound may be open for a moment."""


class Tenants:
    """The open co-ops, keyed by id, never by host: opened at first use, closed by LRU."""

    def __init__(
        self, data: Path, registry: Registry, dues: Dues, open: Callable[[Path], Coop], backup: Backup, most: int
    ) -> None:
        self.data, self.registry, self.backup = data, registry, backup
        self.open: dict[str, Coop] = {}
        self._dues, self._coop, self._most = dues, open, most
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._few = asyncio.Semaphore(OPENING)

    def id_at(self, host: str) -> str:
        """Raises NotFound."""
        if found := self.registry.id_at(host):
            return found
        raise NotFound(host)

    def url(self, id: str) -> str:
        found = self.registry.by_id(id)
        return found.url if found else ""

    @asynccontextmanager
    async def use(self, id: str) -> AsyncIterator[Coop]:
        """Whoever closes a co-op waits until nobody uses it. Raises NotFound, NewerFile, WrongKey."""
        coop = self.open.get(id) or await self._open_once(id)
        self.open[id] = self.open.pop(id)  # the last one asked for is the last to close
        coop.users += 1
        try:
            yield coop
        finally:
            coop.users -= 1

    async def close(self) -> None:
        while self.open:
            await self._close(next(iter(self.open)))

    def file(self, id: str) -> Path:
        return self.data / "coops" / id / "site.db"

    async def make_room(self, id: str) -> None:
        """The folder of a new co-op, for its owner alone, and an empty file in it."""
        self.file(id).parent.mkdir(parents=True, mode=0o700)
        await asyncio.to_thread(migrations.upgrade, self.file(id))

    async def forget(self, id: str) -> None:
        """Undoes `make_room` of a co-op that never came to be."""
        if id in self.open:
            await self._close(id)
        shutil.rmtree(self.file(id).parent, ignore_errors=True)

    async def upgrade(self, id: str) -> Literal["current", "upgraded", "newer"]:
        """Brings its file to the newest version, if it is closed and behind; whatever is open is current."""
        async with self._turn(id):
            try:
                if id in self.open or not await asyncio.to_thread(migrations.is_behind, self.file(id)):
                    return "current"
            except migrations.NewerFile:
                return "newer"
            await asyncio.to_thread(migrations.upgrade, self.file(id))
            return "upgraded"

    def left_open(self) -> Iterable[Path]:
        """Every file that is open, and those that a killed process left so."""
        return [self.file(id) for id in self.registry.were_open() if self.file(id).exists()]

    async def _open_once(self, id: str) -> Coop:
        async with self._turn(id):
            if id not in self.open:
                if not self.file(id).exists():
                    raise NotFound(id)
                async with self._few:
                    await self._close_idle(len(self.open) + 1 - self._most)
                    self.open[id] = await self._coop(self.file(id)).prepare()
                self.registry.note_opened(id)
                await self.backup.register(self.file(id))
            return self.open[id]

    async def _close_idle(self, count: int) -> None:
        for id in [id for id, coop in self.open.items() if not coop.at_work()][: max(count, 0)]:
            if id in self.open and not self.open[id].at_work():
                await self._close(id)

    async def _close(self, id: str) -> None:
        coop = self.open.pop(id)
        async with self._turn(id), self.backup.closing(coop.file):
            await coop.close()
        self.registry.note_closed(id, coop.due)

    def _turn(self, id: str) -> asyncio.Lock:
        """One at a time opens or closes a file; nothing is remembered of those that nobody does either to."""
        return self._turns.setdefault(id, asyncio.Lock())


def host(scope: Mapping[str, Any]) -> str:
    """The one Host of a request, as the registry knows it; "" unless there is exactly one."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return canonical(hosts[0].decode("latin1")) if len(hosts) == 1 else ""
