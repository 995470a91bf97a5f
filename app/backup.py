"""What opening and closing a co-op means for its copies: Litestream knows the open files, and no others."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from math import inf
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

from ops.litestream import Litestream, LitestreamTrouble, holding_lock, restore
from ops.replica import Replica

from . import moving
from .looking import counted, looked_through
from .settings import Settings
from .trouble import Trouble

log = logging.getLogger("backup")
PATIENCE = 10.0
"""Seconds in which Litestream says that it has copied a file."""
CLOSING, GLANCE, LULL = 2.0, 0.2, 30.0
"""Seconds of it while a file is closed; so many for so long after that was in vain."""
LARGEST = 16 * 2**20
"""Bytes of a write-ahead log that nobody copies, before it is folded into its file."""


class Missing(Exception):
    """A file that is not here, nor anywhere."""


class Kept(StrEnum):
    """Where a commit is, beside the file that it was made in."""

    ELSEWHERE = "elsewhere"
    HERE = "on this disk"
    """It outlives the server, not the disk."""
    NOWHERE = "nowhere"
    """Or nobody knows: Litestream is off, down, slow, or does not know the file."""


def is_elsewhere(url: str, data: Path) -> bool:
    """Whether a copy there outlives the disk that holds the data folder."""
    folder = Path(unquote(urlsplit(url).path))
    return not url.startswith("file:") or _device(folder) != _device(data.absolute())


def log_size(file: Path) -> int:
    """Bytes of a file's write-ahead log."""
    log = file.with_name(f"{file.name}-wal")
    return log.stat().st_size if log.exists() else 0


def beside(settings: Settings, opened: Callable[[], Iterable[Path]] = tuple) -> Litestream | None:
    """The Litestream of these settings, not started yet; `opened`: what is open, to be copied by each that is started.

    None for `--replica none`.
    """
    data = settings.data_dir
    return (
        Litestream(data, settings.replica_url, always=[data / "registry.db"], opened=opened)
        if settings.replica_url
        else None
    )


class Backup:
    """With Litestream, or with none: `--replica none`, or one that has died."""

    def __init__(self, data: Path, litestream: Litestream | None) -> None:
        self._data, self.litestream = data, litestream
        self._asked: dict[Path, asyncio.Task[Kept]] = {}
        self._next: dict[Path, asyncio.Task[Kept]] = {}
        self._refused = -inf

    @property
    def alive(self) -> bool:
        return self.litestream is not None and self.litestream.alive

    @property
    def place(self) -> Kept:
        """Where copies go, as long as they go."""
        if not self.alive or not self.litestream:
            return Kept.NOWHERE
        return Kept.ELSEWHERE if is_elsewhere(self.litestream.replica, self._data) else Kept.HERE

    async def confirm(self, file: Path) -> Kept:
        """Where every commit is that was made to `file` before this call.

        One question at a time is asked of a file: whoever comes while it is under way shares the next one.
        """
        if file not in self._next:
            self._next[file] = asyncio.create_task(self._confirm(file, self._asked.get(file)))
        return await asyncio.shield(self._next[file])

    async def register(self, file: Path) -> None:
        """From now on; where Litestream does not answer soon, it is asked again until it does."""
        if self.litestream:
            await self.litestream.register(file, GLANCE if self._is_refused() else CLOSING)

    async def close(self, file: Path, close: Callable[[], Awaitable[None]]) -> bool:
        """Whether nothing of it is left to be copied. Else a living Litestream goes on with it, and one that is started
        later wants it in `opened`.

        Whoever closes a file last folds its log: no Litestream may be reading it then, unless it closes after us.
        """
        if self.alive:
            await close()
            return await self._let_go(file)
        with holding_lock(self._data):
            await close()
        return self.litestream is None

    async def lets_go(self, file: Path) -> bool:
        """Whether a file that is closed may be taken away or replaced: no Litestream reads it any more."""
        litestream = self.litestream
        return not (litestream and await litestream.holds(file) and not await litestream.unregister(file))

    async def is_all_copied(self, file: Path) -> bool:
        """Of a closed file, which Litestream lets go of; False where nobody can say so."""
        if not self.alive or not self.litestream:
            return False
        await self.litestream.register(file)
        return await self._let_go(file) and not await self.litestream.holds(file)

    async def comes_back(self, file: Path) -> bool:
        """Whether a closed file that is all copied is restored whole, with as many rows: copies in which a piece is
        missing are added to all the same."""
        assert self.litestream
        waiting = moving.place(self._data)
        try:
            await restore(self.litestream.replica_of(file), waiting)
            restored, kept = await asyncio.to_thread(looked_through, waiting), await asyncio.to_thread(counted, file)
        except (LitestreamTrouble, Trouble) as trouble:
            log.error("%s does not come back from its copies: %s", file, trouble)
            return False
        finally:
            moving.forget(waiting)
        if restored != kept:
            log.error("%s comes back from its copies with other rows than it has", file)
        return restored == kept

    async def bring_back(self, file: Path) -> None:
        """A file that is in its copies alone, as it was copied last; it is there whole, or not at all.

        Raises LitestreamTrouble, and Missing where nothing is copied.
        """
        if not self.litestream:
            raise Missing(file)
        waiting = moving.place(self._data)
        try:
            await restore(self.litestream.replica_of(file), waiting)
            await asyncio.to_thread(clear, file)
            waiting.rename(file)
        finally:
            moving.forget(waiting)

    def copies(self, file: Path) -> Replica | None:
        """Of a co-op's file, all that there are; None where nothing is copied."""
        return Replica(self.litestream.replica_of(file.parent)) if self.litestream else None

    async def trim(self, file: Path, fold: Callable[[], Awaitable[None]]) -> None:
        """Without a Litestream nobody else folds the log, so `fold` does, once it is long."""
        if not self.alive and log_size(file) > LARGEST:
            with holding_lock(self._data) as free:
                if free:
                    await fold()

    async def _let_go(self, file: Path) -> bool:
        """Pages wait for a file that is being closed, so a place that has just refused one is not waited for again."""
        patience = GLANCE if self._is_refused() else CLOSING
        if self.litestream and await self.litestream.unregister(file, patience):
            return True
        self._refused = monotonic()
        log.warning("the last seconds of %s are not copied yet", file)
        return False

    def _is_refused(self) -> bool:
        return monotonic() < self._refused + LULL

    async def _confirm(self, file: Path, before: asyncio.Task[Kept] | None) -> Kept:
        if before:
            await asyncio.wait([before])
        mine = self._asked[file] = self._next.pop(file)  # who comes from now on may have committed since
        try:
            place = self.place
            copied = self.litestream is not None and await self.litestream.sync(file, PATIENCE)
            return place if copied else Kept.NOWHERE
        finally:
            if self._asked[file] is mine:
                del self._asked[file]


def clear(file: Path) -> None:
    """Its folder, with nothing left in it of what was there, for Litestream too remembers a file beside it."""
    shutil.rmtree(file.parent, ignore_errors=True)
    file.parent.mkdir(parents=True, mode=0o700)


def _device(folder: Path) -> int:
    return next(one for one in (folder, *folder.parents) if one.exists()).stat().st_dev
