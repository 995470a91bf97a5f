"""One Litestream a folder: two corrupt the replica, and neither of them notices."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .trouble import LitestreamTrouble


@contextmanager
def holding_lock(folder: Path) -> Iterator[bool]:
    """For whoever must checkpoint or close files while no Litestream runs: True when it is so, and stays so until the
    block ends; False, at once, when one runs or another process holds the lock."""
    held = _take(folder)
    try:
        yield held is not None
    finally:
        if held is not None:
            fcntl.flock(held, fcntl.LOCK_UN)  # a process forked meanwhile has a copy, which closing ours would not end
            os.close(held)


async def lock_to_hand_on(folder: Path, patience: float) -> int:
    """A file descriptor for a child to inherit: the lock lives until the last copy of it is closed.

    Waits `patience` seconds for a predecessor that is about to die."""
    deadline = asyncio.get_running_loop().time() + patience
    while (held := _take(folder)) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise LitestreamTrouble(f"another Litestream holds {folder / 'litestream.lock'}, and a folder can have one")
        await asyncio.sleep(0.05)
    return held


def _take(folder: Path) -> int | None:
    held = os.open(folder / "litestream.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held
