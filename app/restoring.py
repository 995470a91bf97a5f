"""What can be asked of the owner of a data folder when a co-op goes back in time; functions as in `commands.py`."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.litestream import Litestream, LitestreamTrouble, restore

from . import moving, parcel
from .backup import clear
from .control import Say
from .label import careful
from .leaving import alone
from .migrations import HEAD, version_of
from .registry import Entry
from .trouble import Trouble

if TYPE_CHECKING:
    from .main import House


async def restore_coop(house: "House", say: Say, *, slug: str, at: str = "") -> dict[str, Any]:
    """In place, from its copies: the newest, or as it was `at` a time (ISO 8601). Others go on; its file is kept as it
    was. Raises Trouble, and then it is as it was."""
    entry, moment = house.registry.known(slug), moment_of(at)
    copier(house)  # before anybody is disturbed
    async with alone(house, entry):
        restored = await _restored(house, say, entry, moment)
        house.registry.note_opened(entry.id)  # whoever is killed from here on: the next start looks what is due in it
        kept = await asyncio.to_thread(_swapped, house, entry, restored)
    try:
        async with house.tenants.use(entry.id):
            pass  # it is known to open
    except BaseException:
        async with alone(house, entry):
            await asyncio.to_thread(_put_back, house, entry, kept)
        raise
    finally:
        house.dues.at(entry.id, 0)
    say(3, 3, f"{slug} is back")
    return {"id": entry.id, "slug": slug, "at": moment, "kept": str(kept or "")}


async def restore_beside(house: "House", say: Say, *, slug: str, at: str = "") -> dict[str, Any]:
    """The same, as a file in the folder `moving`, for whoever asked to take away. Raises Trouble."""
    entry, moment = house.registry.known(slug), moment_of(at)
    if not moment:
        await copier(house).sync(house.tenants.file(entry.id))
    restored = await _restored(house, say, entry, moment)
    say(3, 3, "restored")
    return {"id": entry.id, "slug": slug, "at": moment, "file": str(restored)}


COMMANDS = (restore_coop, restore_beside)


def copier(house: "House") -> Litestream:
    """Raises Trouble."""
    if not house.backup.litestream:
        raise Trouble("Nothing is copied here, so nothing can be restored: ROSE_REPLICA is none.")
    return house.backup.litestream


def moment_of(typed: str) -> str:
    """In UTC, as Litestream takes it; empty for the newest. Raises Trouble."""
    if not typed:
        return ""
    try:
        moment = datetime.fromisoformat(typed).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Trouble(f"{typed} is no time; write it like 2026-11-24T12:00:00Z.") from None
    if moment > datetime.now(UTC):
        raise Trouble(f"{typed} is yet to come; leave out --at for the newest copy.")
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _restored(house: "House", say: Say, entry: Entry, moment: str) -> Path:
    """All of it looked through. Raises Trouble, and leaves nothing then."""
    replica, to = copier(house).replica_of(house.tenants.file(entry.id)), moving.place(house.settings.data_dir)
    try:
        say(0, 3, "restoring")
        await restore(replica, to, at=moment)
        say(1, 3, "looking it through")
        await asyncio.to_thread(_check, to)
        say(2, 3, "looked through")
        return to
    except BaseException as error:
        for file in to.parent.glob(f"{to.name}*"):
            file.unlink()
        if isinstance(error, LitestreamTrouble) and "timestamp does not exist" in str(error):
            raise Trouble(f"There is no copy of {entry.slug} from {moment} or before.") from None
        if isinstance(error, LitestreamTrouble):
            raise Trouble(f"{error}.") from None
        raise


def _check(file: Path) -> None:
    """It is a whole co-op, which this Rose Ash can open. Raises Trouble."""
    try:
        parcel.check(file)
    except Trouble:
        raise Trouble("The copy is damaged, and nothing is changed; try an earlier one with --at.") from None
    if not "" < version_of(file) <= HEAD:
        raise Trouble("The copy holds no co-op that this Rose Ash can open; nothing is changed.")
    _fold(file)


def _swapped(house: "House", entry: Entry, restored: Path) -> Path | None:
    """Says where its file is kept as it was; None where it had none."""
    file, kept = house.tenants.file(entry.id), None
    if file.exists():
        kept = moving.keep(house.settings.data_dir, entry.slug, "before.db")
        _move(file, kept)
    _put_back(house, entry, restored)
    return kept


def _put_back(house: "House", entry: Entry, there: Path | None) -> None:
    file = house.tenants.file(entry.id)
    if there:
        clear(file)
        _move(there, file)


def _move(file: Path, to: Path) -> None:
    """With its log, where that cannot be folded: even what is broken is kept as it was."""
    try:
        _fold(file)
    except sqlite3.DatabaseError:
        wal = file.with_name(f"{file.name}-wal")
        if wal.exists():
            wal.rename(to.with_name(f"{to.name}-wal"))
    file.rename(to)


def _fold(file: Path) -> None:
    with careful(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
