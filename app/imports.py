"""Imports that go on behind a page: one a co-op, in this process; what is cut off can be begun again."""

import asyncio
import logging
import shutil
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from domains import account
from domains.blog import ghost
from domains.errors import Conflict, say

from . import moving
from .coop import Coop
from .taking_over import Whose, leave, take_over

if TYPE_CHECKING:
    from .main import House

log = logging.getLogger("imports")
TROUBLE = say("It broke off, and whoever runs this machine finds the reason in its log. Start it again.")


@dataclass(slots=True)
class Imports:
    house: "House"
    progress: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Co-op -> posts that are done, and all."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def of(self, coop: Coop) -> "Own":
        return Own(self, coop)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Own:
    """One co-op's. Whoever asks has no transaction open."""

    all: Imports
    coop: Coop

    def progress(self) -> tuple[int, int] | None:
        return self.all.progress.get(self.coop.id)

    async def begin(self, file: BinaryIO, name: str, site: str, by: account.Person) -> None:
        await self._begin(partial(self._brought, file), name, site, by)

    async def again(self, by: account.Person) -> bool:
        async with self.coop.reading() as db:
            last = await ghost.last_import(db)
        if not last or not last.file or not Path(last.file).exists():
            return False
        await self._begin(lambda: Path(last.file), last.name, last.site, by)
        return True

    async def leave(self) -> BinaryIO:
        async with self.all.house.tenants.use(self.coop.id) as coop:
            left = await leave(coop)
        return await asyncio.to_thread(self._nameless, left.data)

    def _nameless(self, data: bytes) -> BinaryIO:
        """Whatever becomes of whoever reads it, nothing stays."""
        made = moving.place(self.all.house.settings.data_dir)
        try:
            made.write_bytes(data)
            return open(made, "rb")
        finally:
            made.unlink(missing_ok=True)

    def _brought(self, file: BinaryIO) -> Path:
        to = moving.place(self.all.house.settings.data_dir)
        with open(to, "wb") as copy:
            shutil.copyfileobj(file, copy, 2**20)
        return to

    async def _begin(self, bring: Any, name: str, site: str, by: account.Person) -> None:
        """Its place is taken before anything is waited for."""
        if self.progress():
            raise Conflict("an import is on its way")
        self.all.progress[self.coop.id] = (0, 0)
        try:
            file = await asyncio.to_thread(bring)
            try:
                export = await asyncio.to_thread(ghost.read_export, file, site)
            except BaseException:
                file.unlink(missing_ok=True)
                raise
            async with self.coop.writing() as db:
                last = await ghost.last_import(db)
                begun = await ghost.begin_import(db, name, str(file), site, by.name)
            if last and last.file and last.file != str(file):  # it was cut off, and nobody goes on with it any more
                Path(last.file).unlink(missing_ok=True)
        except BaseException:
            del self.all.progress[self.coop.id]
            raise
        self.all.start(self._work(begun.id, file, export, Whose(f"account.person:{by.id}", by.name)))

    async def _work(self, id: int, file: Path, export: ghost.Export, whose: Whose) -> None:
        """Whoever cuts it off leaves the file, and no report."""
        house = self.all.house

        def tell(done: int, of: int, what: str) -> None:
            self.all.progress[self.coop.id] = (done, of)

        try:
            async with house.tenants.use(self.coop.id) as coop:
                report = await self._taken(coop, export, tell, whose)
                async with coop.writing() as db:
                    await ghost.end_import(db, id, report)
            file.unlink(missing_ok=True)
        finally:
            export.archive.close()
            with suppress(KeyError):
                del self.all.progress[self.coop.id]

    async def _taken(self, coop: Coop, export: ghost.Export, tell: Any, whose: Whose) -> dict[str, Any]:
        room = self.all.house.settings.pictures * 10**6
        try:
            return asdict(await take_over(coop, export, tell, room=room, whose=whose))
        except Exception:
            log.exception("an import of %s broke off", coop.id)
            return {"trouble": TROUBLE}
