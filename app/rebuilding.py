"""`rose restore`: an empty machine made again of what Litestream copied, the registry first."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ops.litestream import Litestream, LitestreamTrouble, restore
from ops.replica import Replica

from . import moving
from .backup import Backup, clear
from .control import Say, owning
from .keys import Keyring, Sealer, WrongKey
from .label import careful
from .registry import Damaged, Entry, NewerVersion, Registry
from .restoring import moment_of
from .settings import Settings
from .trouble import Trouble

AT_ONCE = 4
"""Co-ops that are brought here."""


async def check_new(settings: Settings) -> None:
    """Whoever begins in a folder without co-ops must not copy it over those at the replica. Raises Trouble."""
    if not settings.replica_url or not _is_new(settings.data_dir):
        return
    copies = Litestream(settings.data_dir, settings.replica_url)
    try:
        found = await Replica(copies.replica_of(settings.data_dir / "coops")).size()
    except LitestreamTrouble as trouble:
        raise Trouble(f"{trouble}; nothing is begun before it is known to be empty.") from None
    if found:
        raise Trouble(
            f"There are copies of co-ops at {settings.replica_url.partition('?')[0]}, and none in {settings.data_dir}: "
            "`rose restore` brings them here. To begin anew, set ROSE_REPLICA to another place."
        )


async def rebuild(settings: Settings, say: Say, *, source: str, everything: bool, at: str = "") -> dict[str, Any]:
    """The registry of `source`, as it was `at` a time or newest, and of the co-ops the first that can be brought here,
    or `everything`; the others come when somebody asks for them, or when their flows are due. A co-op's file that is
    here already stays as it is. Safe to repeat. Raises Trouble."""
    data, source, moment = settings.data_dir, source or settings.replica_url, moment_of(at)
    if not source:
        raise Trouble("Say with --from where the copies are: ROSE_REPLICA is none.")
    copies = Litestream(data, source)
    with owning(data):
        if not _is_new(data):
            raise Trouble(f"There are co-ops in {data} already; this is for an empty folder. See `rose coop restore`.")
        waiting = data / "rebuilding" / "registry.db"
        clear(waiting)
        try:
            say(0, 1, "the registry")
            await restore(copies.replica_of(data / "registry.db"), waiting, at=moment)
            entries = await asyncio.to_thread(_entries, waiting)
            if not entries and await Replica(copies.replica_of(data / "coops")).size():
                raise Trouble("The copy of the registry knows no co-op, and there are copies of some: try --at a time.")
            everything |= source != settings.replica_url  # where nobody will look for them later
            here, faults = await _brought(settings, say, Backup(data, copies), entries, everything)
            _settle(data, waiting, here)
        except LitestreamTrouble as trouble:
            raise Trouble(f"{trouble}.") from None
        finally:
            shutil.rmtree(waiting.parent)
    asleep = len(entries) - len(here) - len(faults)
    return {"coops": len(entries), "here": len(here), "asleep": asleep, "faults": faults}


async def _brought(
    settings: Settings, say: Say, backup: Backup, entries: list[Entry], everything: bool
) -> tuple[list[str], dict[str, str]]:
    """Ids of those that are here now, and what was wrong with others, by slug. Raises Trouble."""
    here: list[str] = []
    faults: dict[str, str] = {}

    async def bring(entry: Entry) -> None:
        file = settings.data_dir / "coops" / entry.id / "site.db"
        was_here = file.exists() and await asyncio.to_thread(_can_be_read, file)
        try:
            if not was_here:
                if file.exists():
                    file.parent.rename(moving.keep(settings.data_dir, entry.id, "before"))
                await backup.bring_back(file)
            await asyncio.to_thread(_check_key, settings, entry, file)
            here.append(entry.id)
        except LitestreamTrouble as trouble:
            faults[entry.slug] = str(trouble)
        except Trouble:
            if not was_here:
                shutil.rmtree(file.parent)
            raise
        say(len(here) + len(faults), len(entries) if everything else 1, entry.slug)

    left = iter(entries)
    while not here and (entry := next(left, None)):  # one alone, so that a wrong key is noticed at once
        await bring(entry)
    if entries and not here:
        raise Trouble(f"No co-op could be brought back: {next(iter(faults.values()))}.")
    if everything:
        await _each(left, bring)
    return here, faults


async def _each(entries: Iterator[Entry], bring: Callable[[Entry], Awaitable[None]]) -> None:
    async def some() -> None:
        for entry in entries:
            await bring(entry)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


def _entries(registry: Path) -> list[Entry]:
    """Raises Trouble."""
    try:
        with careful(registry) as connection:
            asked = ("PRAGMA integrity_check(1)", "PRAGMA user_version")
            well, version = (connection.execute(pragma).fetchone()[0] for pragma in asked)
        if well != "ok" or not version:
            raise Trouble("The copy of the registry is damaged.")
        with closing(Registry(registry)) as found:
            return found.all()
    except (sqlite3.DatabaseError, Damaged):
        raise Trouble("The copy of the registry is damaged; try --at an earlier time.") from None
    except NewerVersion:
        raise Trouble("The copy was made by a newer Rose Ash; run that one.") from None


def _can_be_read(file: Path) -> bool:
    try:
        with careful(file) as connection:
            return connection.execute("SELECT 1 FROM site_keys").fetchone() is not None
    except sqlite3.DatabaseError:
        return False


def _check_key(settings: Settings, entry: Entry, file: Path) -> None:
    """Raises Trouble."""
    with careful(file) as connection:
        found = dict(connection.execute("SELECT name, wrapped FROM site_keys").fetchall())
    try:
        Keyring(Sealer(settings.secret_key.value, entry.id), found)
    except WrongKey:
        raise Trouble(
            f"ROSE_SECRET_KEY is not the one that {entry.slug} was made with: its keys do not open, and nothing is "
            "restored. Set the right one, and try again."
        ) from None


def _settle(data: Path, waiting: Path, here: list[str]) -> None:
    """The registry last of all: until then the folder counts as empty, and all this can be repeated. What is left of
    another is put away first, for SQLite would read its log, and Litestream what it remembers of it."""
    with closing(Registry(waiting)) as found:
        found.lay_down_all(but=here)
    for left in (*data.glob("registry.db*"), *data.glob(".registry.db-litestream")):
        left.rename(moving.keep(data, left.name.lstrip("."), "before"))
    waiting.rename(data / "registry.db")


def _is_new(data: Path) -> bool:
    """Whether no co-op is here, nor ever was. Raises Trouble."""
    if not (data / "registry.db").exists():
        return True
    with closing(Registry(data / "registry.db")) as registry:
        return registry.is_unused()
