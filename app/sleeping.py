"""A file that nobody has opened for a while may live in its copies alone; whoever asks for it brings it back."""

import asyncio
import shutil
from pathlib import Path

from ops.litestream import Litestream, restore

from . import moving


def drop(file: Path) -> None:
    """A closed file, with all that lies beside it; its log last, for without that it would be an older file."""
    file.unlink()
    shutil.rmtree(file.parent, ignore_errors=True)


async def bring_back(litestream: Litestream, file: Path, data: Path) -> None:
    """As it was copied last; it is there whole, or not at all. Raises LitestreamTrouble."""
    waiting = moving.place(data)
    try:
        await restore(litestream.replica_of(file), waiting)
        await asyncio.to_thread(clear, file)
        waiting.rename(file)
    finally:
        for left in waiting.parent.glob(f"{waiting.name}*"):
            left.unlink()


def clear(file: Path) -> None:
    """Its folder, with nothing left in it of what was there, for Litestream too remembers a file beside it."""
    shutil.rmtree(file.parent, ignore_errors=True)
    file.parent.mkdir(parents=True, mode=0o700)
