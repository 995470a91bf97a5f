"""What opening and closing a co-op means for its copies: Litestream knows the open files, and no others."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ops.litestream import Litestream, holding_lock

from .coop import Coop
from .trouble import Trouble

log = logging.getLogger("backup")
LARGEST = 16 * 2**20
"""Bytes of a write-ahead log that nobody copies, before it is folded into its file."""


def is_elsewhere(url: str, data: Path) -> bool:
    """Whether a copy there outlives the disk that holds the data folder."""
    folder = Path(unquote(urlsplit(url).path))
    return not url.startswith("file:") or _device(folder) != _device(data.absolute())


class Backup:
    """With Litestream, or with none: `--replica none`, or one that has died."""

    def __init__(self, data: Path, litestream: Litestream | None) -> None:
        self._data, self.litestream = data, litestream

    @property
    def alive(self) -> bool:
        return self.litestream is not None and self.litestream.alive

    async def register(self, file: Path) -> None:
        if self.litestream:
            await self.litestream.register(file)

    @asynccontextmanager
    async def closing(self, file: Path) -> AsyncIterator[None]:
        """Whoever closes a file last folds its log: no Litestream may be reading it then, unless it closes after us."""
        if self.litestream and self.litestream.alive:
            yield
            if not await self.litestream.unregister(file):
                log.warning("the last seconds of %s are not copied yet; they will be when it is opened again", file)
        else:
            with holding_lock(self._data):
                yield

    async def lets_go(self, file: Path) -> bool:
        """Whether a file that is closed may be taken away or replaced: no Litestream reads it any more."""
        litestream = self.litestream
        return not (litestream and await litestream.holds(file) and not await litestream.unregister(file))

    def copies(self, file: Path) -> Path | None:
        """The folder of a co-op's copies; None where it has none. Raises Trouble where they are in no folder."""
        if not self.litestream:
            return None
        url = self.litestream.replica_of(file).partition("?")[0]
        if not url.startswith("file:"):
            raise Trouble(
                f"Its copies are at {url}, where Rose Ash erases nothing; leave out --replica, and erase them there."
            )
        return Path(unquote(urlsplit(url).path)).parent

    async def trim(self, coop: Coop) -> None:
        """Without a Litestream nobody else folds the log."""
        if not self.alive and coop.wal_size() > LARGEST:
            with holding_lock(self._data) as free:
                if free:
                    await coop.checkpoint()


def _device(folder: Path) -> int:
    return next(one for one in (folder, *folder.parents) if one.exists()).stat().st_dev
