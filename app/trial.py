"""Whether one file can be brought back from its copies: restored beside it, looked through, counted, thrown away."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from domains.errors import NotFound
from ops.litestream import Litestream, LitestreamTrouble, restore
from ops.replica import Replica

from .looking import Rows, counted, looked_through
from .tenants import Away
from .trouble import Trouble

Opening = Callable[[], AbstractAsyncContextManager[Any]]
"""Keeps a file open, as one must be to be copied."""
PATIENCE = 10.0
"""Seconds in which Litestream says that it has copied a file."""
TRIES = 5
"""To find a moment at which nobody adds or removes a row."""


@dataclass(frozen=True, slots=True)
class Drilled:
    at: str
    """The time that the copy is of, in ISO 8601; empty where there is none."""
    bytes: int
    seconds: float
    wrong: str
    """In a sentence; empty where nothing is."""


class Moment(NamedTuple):
    """A state that is in the copies, and what the file held just before and just after: the same, where it is quiet."""

    txid: int
    before: Rows
    after: Rows


async def trial(litestream: Litestream, data: Path, file: Path, opening: Opening) -> Drilled:
    """Compared with the file where that is there; `data`: the data folder. Raises Away, NotFound."""
    began, at, size, wrong = monotonic(), None, 0, ""
    replica = litestream.replica_of(file)
    try:
        await _check_room(data, file, replica)
        async with _place(data) as copy:
            moment = await _moment(litestream, file, opening) if file.exists() else None
            at = datetime.now(UTC) if moment else await Replica(replica).newest()
            await restore(replica, copy, txid=moment.txid if moment else 0)
            size = copy.stat().st_size
            rows = await asyncio.to_thread(looked_through, copy)
            if moment:
                _compare(rows, moment)
    except LitestreamTrouble as trouble:
        wrong = f"{trouble}."
    except OSError as error:
        wrong = f"There is no place to restore it to: {error.strerror}."
    except Trouble as trouble:
        wrong = str(trouble)
    when = at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
    return Drilled(when, size, round(monotonic() - began, 3), wrong)


async def _check_room(data: Path, file: Path, replica: str) -> None:
    """No more than half of what is left is taken from those who live here. Raises Trouble."""
    size = file.stat().st_size if file.exists() else await Replica(replica).size()
    if shutil.disk_usage(data).free < 2 * size:
        raise Trouble(f"There is too little room on this disk to restore {size} bytes beside it.")


@asynccontextmanager
async def _place(data: Path) -> AsyncIterator[Path]:
    """For a file, in a folder that is gone afterwards; should we be killed, when the next one comes."""
    folder = data / "drill"
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder / "copy.db"
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _moment(litestream: Litestream, file: Path, opening: Opening) -> Moment:
    """Raises Trouble, Away, NotFound."""
    try:
        async with opening():
            for _ in range(TRIES):
                before = await asyncio.to_thread(counted, file)
                txid = await litestream.copied(file, PATIENCE)
                after = await asyncio.to_thread(counted, file)
                if before == after or not txid:
                    break
    except (Away, NotFound):
        raise
    except Exception as error:
        raise Trouble(f"The file itself cannot be opened: {error}.") from None
    if not txid:
        raise Trouble("Nobody knows whether what was written last is copied; Litestream's log says more.")
    return Moment(txid, before, after)


def _compare(rows: Rows, moment: Moment) -> None:
    """Raises Trouble."""
    for table in sorted(moment.before | moment.after):
        least, most = sorted((moment.before.get(table, 0), moment.after.get(table, 0)))
        if not least <= rows.get(table, 0) <= most:
            raise Trouble(f"The copy has {rows.get(table, 0)} rows in {table}, and the file {most}.")
