"""Host -> co-op -> file. The session is the tenant: whoever holds one cannot reach another co-op."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from math import inf
from pathlib import Path
from time import time
from typing import Any, Literal, TypeVar

from domains.errors import NotFound

from . import migrations
from .backup import Backup
from .coop import Coop
from .dues import Dues
from .registry import Registry
from .sleeping import Sleepers

Done = TypeVar("Done")
OPENING, CLOSING = 4, 8
"""Co-ops that are opened, and closed, at once: as many more than the bound may be open for a moment."""
FINISHING = 20
"""Seconds that whoever uses a co-op may take to be done with it, before it is taken away."""


GLANCE = 1.0
"""Seconds in which a page of a co-op that slept may come, before its visitor is told that it wakes up."""


class Away(Exception):
    """This co-op's file is being taken away or replaced; it is back, or gone, in a moment."""


class Waking(Exception):
    """This co-op's file is being brought back from its copies."""


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
        self._sleepers = Sleepers(registry, backup)

    def id_at(self, host: str) -> str:
        """Raises NotFound."""
        if found := self.registry.id_at(host):
            return found
        raise NotFound(host)

    def url(self, id: str) -> str:
        found = self.registry.by_id(id)
        return found.url if found else ""

    @asynccontextmanager
    async def use(self, id: str, patience: float = inf) -> AsyncIterator[Coop]:
        """Nobody closes a co-op that is used. Raises NotFound, Away, NewerFile, WrongKey; for one that sleeps also
        LitestreamTrouble, and Waking, `patience` seconds after somebody called it first."""
        coop = await self._take(id, patience)
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
        for id in self._sleepers.called & self._under_way.keys():  # it stays where it is; nobody waits for it any more
            self._under_way[id].cancel()
        while self.open or self._under_way:
            for id in self.open.keys() - self._under_way.keys():
                self._close(id)
            await asyncio.wait(self._under_way.values())

    def file(self, id: str) -> Path:
        return self.data / "coops" / id / "site.db"

    async def make_room(self, id: str, file: Path | None = None) -> None:
        """The folder of a new co-op, for its owner alone, and in it `file`, or an empty one."""
        self.file(id).parent.mkdir(parents=True, mode=0o700)
        if file:
            file.rename(self.file(id))
        else:
            await asyncio.to_thread(migrations.upgrade, self.file(id))

    async def forget(self, id: str) -> None:
        """Undoes `make_room` of a co-op that never came to be."""
        await self._settled(id)
        if id in self.open:
            await asyncio.wait([self._close(id)])
        shutil.rmtree(self.file(id).parent, ignore_errors=True)

    async def upgrade(self, id: str) -> Literal["current", "upgraded", "newer", "asleep"]:
        """Brings its file to the newest version, if it is closed and behind; whatever is open is current, and one that
        sleeps will be when it wakes."""
        await self._settled(id)
        if not self.file(id).exists():
            return "asleep"
        return (
            "current"
            if id in self.open or id in self._away
            else await asyncio.shield(self._begin(id, self._upgrade(id)))
        )

    async def lay_down(self, id: str) -> bool:
        """From now on its file is where its copies are; False where it is used, or nobody can say that it is copied."""
        await self._settled(id)
        if id in self.open and not self.open[id].at_work():
            await asyncio.wait([self._close(id)])
        if id in self._away or self._wanted[id] or id in self.open or id in self._under_way:
            return False
        return await asyncio.shield(self._begin(id, self._sleepers.lay_down(id, self.file(id))))

    async def settle(self) -> None:
        """Litestream lets go of what was closed before all of it was copied; until the first that it does not."""
        for id in self.registry.were_open():
            busy = id in self.open or id in self._under_way or id in self._away or self._wanted[id]
            if not (busy or await asyncio.shield(self._begin(id, self._settle(id)))):
                return

    def idle(self, since: float, until: float) -> list[str]:
        """Open co-ops that nobody has asked anything since then, and nothing wakes until `until`."""
        quiet = [id for id, coop in self.open.items() if coop.asked < since and not coop.at_work()]
        return [id for id in quiet if (self.open[id].next_due() or until) >= until]

    def left_open(self) -> Iterable[Path]:
        """Every file that is open, or not all copied, and those that a killed process left so; of none that is away."""
        return [self.file(id) for id in self.registry.were_open() if id not in self._away and self.file(id).exists()]

    async def _take(self, id: str, patience: float) -> Coop:
        if id in self._away:
            raise Away(id)
        self._wanted[id] += 1  # so that it is not closed between being opened and being used
        try:
            if id not in self.open:
                await self._wait_for(id, patience)
        finally:
            self._wanted -= Counter([id])
        coop = self.open[id] = self.open.pop(id)  # the last one asked for is the last to close
        coop.users += 1
        if patience < inf:  # somebody waits for it; what the machine does by itself keeps nobody awake
            coop.asked = time()
        return coop

    async def _wait_for(self, id: str, patience: float) -> None:
        """Raises Waking."""
        limit = asyncio.timeout(None if self.file(id).exists() else self._sleepers.patience(id, patience))
        try:
            async with limit:
                await self._opened(id)
        except TimeoutError:
            if limit.expired():
                raise Waking(id) from None
            raise

    async def _opened(self, id: str) -> None:
        while id not in self.open:
            if not await self._settled(id):
                await asyncio.shield(self._begin(id, self._open(id)))

    async def _open(self, id: str) -> None:
        if not self.file(id).exists():
            await self._sleepers.bring_back(id, self.file(id))
        while len(self._closing) >= CLOSING:
            await asyncio.wait(self._closing, return_when=asyncio.FIRST_COMPLETED)
        async with self._few:
            coop = await self._coop(self.file(id)).prepare()
        try:
            coop.asked = self.registry.used(id) or coop.asked
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
        copied = await self.backup.close(coop.file, coop.close)
        self.registry.note_closed(coop.id, coop.due, coop.asked, copied)
        self._dues.forget(coop.id)

    async def _settle(self, id: str) -> bool:
        copied = not self.file(id).exists() or await self.backup.is_all_copied(self.file(id))
        if copied:
            self.registry.note_copied(id)
        return copied

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
