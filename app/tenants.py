"""Host -> co-op -> file. The session is the tenant: whoever holds one cannot reach another co-op."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from pathlib import Path
from time import time
from typing import Any, Literal, TypeVar

from domains.errors import NotFound

from . import migrations
from .backup import Backup
from .coop import Coop
from .dues import Dues
from .registry import Registry, canonical

Done = TypeVar("Done")
HOST = re.compile(r"(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?", re.ASCII | re.IGNORECASE)
"""A name or an address, and a port (RFC 9110)."""
OPENING, CLOSING = 4, 8
"""Co-ops that are opened, and closed, at once: as many more than the bound may be open for a moment."""
FINISHING = 20
"""Seconds that whoever uses a co-op may take to be done with it, before it is taken away."""


class Away(Exception):
    """This co-op's file is being taken away or replaced; it is back, or gone, in a moment."""


class Tenants:
    """The open co-ops, keyed by id, never by host: opened at first use, closed by LRU.

    One thing at a time is done to a file: it is opened, closed or upgraded, by a task that all who want it wait for.
    """

    def __init__(
        self, data: Path, registry: Registry, dues: Dues, open: Callable[[Path], Coop], backup: Backup, most: int
    ) -> None:
        self.data, self.registry, self.backup = data, registry, backup
        self.open: dict[str, Coop] = {}
        self._dues, self._coop, self._most = dues, open, most
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._closing: set[asyncio.Task[Any]] = set()
        self._wanted: Counter[str] = Counter()
        self._few = asyncio.Semaphore(OPENING)
        self._away: set[str] = set()

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
        """Nobody closes a co-op that is used. Raises NotFound, Away, NewerFile, WrongKey."""
        coop = await self._take(id)
        try:
            yield coop
        finally:
            coop.users -= 1
            self._shrink()

    @contextmanager
    def holding(self) -> Iterator[Sequence[Coop]]:
        """All that are open just now: nobody closes them meanwhile, and nobody takes them for used."""
        held = list(self.open.values())
        for coop in held:
            coop.users += 1
        try:
            yield held
        finally:
            for coop in held:
                coop.users -= 1
            self._shrink()

    @asynccontextmanager
    async def away(self, id: str) -> AsyncIterator[None]:
        """Nobody has its file open meanwhile: who uses it may finish first, who asks for it is told. Raises Away when
        somebody does not finish, or it is away already."""
        if id in self._away:
            raise Away(id)
        self._away.add(id)
        try:
            await self._left(id)
            if id in self.open:
                await self._close(id)
            yield
        finally:
            self._away.discard(id)

    async def close(self) -> None:
        while self.open or self._under_way:
            for id in self.open.keys() - self._under_way.keys():
                self._close(id)
            await asyncio.wait(self._under_way.values())

    def file(self, id: str) -> Path:
        return self.data / "coops" / id / "site.db"

    async def make_room(self, id: str) -> None:
        """The folder of a new co-op, for its owner alone, and an empty file in it."""
        self.file(id).parent.mkdir(parents=True, mode=0o700)
        await asyncio.to_thread(migrations.upgrade, self.file(id))

    async def forget(self, id: str) -> None:
        """Undoes `make_room` of a co-op that never came to be."""
        await self._settled(id)
        if id in self.open:
            await asyncio.wait([self._close(id)])
        shutil.rmtree(self.file(id).parent, ignore_errors=True)

    async def upgrade(self, id: str) -> Literal["current", "upgraded", "newer"]:
        """Brings its file to the newest version, if it is closed and behind; whatever is open is current."""
        await self._settled(id)
        return (
            "current"
            if id in self.open or id in self._away
            else await asyncio.shield(self._begin(id, self._upgrade(id)))
        )

    def left_open(self) -> Iterable[Path]:
        """Every file that is open, and those that a killed process left so."""
        return [self.file(id) for id in self.registry.were_open() if self.file(id).exists()]

    async def _take(self, id: str) -> Coop:
        if id in self._away:
            raise Away(id)
        self._wanted[id] += 1  # so that it is not closed between being opened and being used
        try:
            while id not in self.open:
                if not await self._settled(id):
                    await asyncio.shield(self._begin(id, self._open(id)))
        finally:
            self._wanted -= Counter([id])
        coop = self.open[id] = self.open.pop(id)  # the last one asked for is the last to close
        coop.users += 1
        return coop

    async def _open(self, id: str) -> None:
        if not self.file(id).exists():
            raise NotFound(id)
        while len(self._closing) >= CLOSING:
            await asyncio.wait(self._closing, return_when=asyncio.FIRST_COMPLETED)
        async with self._few:
            coop = await self._coop(self.file(id)).prepare()
        try:
            self.registry.note_opened(id)
            await self.backup.register(self.file(id))
        except BaseException:
            await coop.close()
            raise
        self.open[id] = coop
        self._shrink()

    async def _upgrade(self, id: str) -> Literal["current", "upgraded", "newer"]:
        try:
            if not await asyncio.to_thread(migrations.is_behind, self.file(id)):
                return "current"
        except migrations.NewerFile:
            return "newer"
        await asyncio.to_thread(migrations.upgrade, self.file(id))
        return "upgraded"

    def _shrink(self) -> None:
        """Closes those that nobody has asked for the longest, of those that nobody uses."""
        if (many := len(self.open) - self._most) > 0:
            busy = self._under_way.keys() | self._wanted.keys()
            for id in [id for id, coop in self.open.items() if id not in busy and not coop.at_work()][:many]:
                self._close(id)

    def _close(self, id: str) -> asyncio.Task[None]:
        task = self._begin(id, self._finish(self.open.pop(id)))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task

    async def _finish(self, coop: Coop) -> None:
        async with self.backup.closing(coop.file):
            await coop.close()
        self.registry.note_closed(coop.id, coop.due, time())
        self._dues.forget(coop.id)

    def _begin(self, id: str, work: Coroutine[Any, Any, Done]) -> asyncio.Task[Done]:
        task = self._under_way[id] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._under_way.pop(id))
        return task

    async def _left(self, id: str) -> None:
        """By everybody who uses it. Raises Away."""
        try:
            async with asyncio.timeout(FINISHING):
                while await self._settled(id) or self._wanted[id] or (id in self.open and self.open[id].users):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise Away(id) from None

    async def _settled(self, id: str) -> bool:
        """After whatever is under way with it; whether anything was."""
        if there := self._under_way.get(id):
            await asyncio.wait([there])
        return there is not None


def host(scope: Mapping[str, Any]) -> str:
    """The one Host of a request, as the registry knows it; "" unless there is exactly one, no longer than names are."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return host_of(hosts[0]) if len(hosts) == 1 else ""


@lru_cache(1000)
def host_of(said: bytes) -> str:
    """As the registry knows it; "" for what is no host."""
    found = HOST.fullmatch(said.decode("latin1")) if len(said) < 300 else None
    return canonical(found[0]) if found and int(found[1] or 0) < 2**16 else ""
