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

from .backup import Backup, clear
from .control import Say, owning
from .keys import Keyring, Sealer, WrongKey
from .label import careful
from .registry import Entry, NewerVersion, Registry
from .settings import Settings
from .trouble import Trouble

AT_ONCE = 4
"""Co-ops that are brought here."""


async def check_new(settings: Settings) -> None:
    """Whoever begins with an empty folder must not copy it over what is at the replica. Raises Trouble."""
    if not settings.replica_url or (settings.data_dir / "registry.db").exists():
        return
    try:
        found = await Replica(_registry_of(settings.data_dir, settings.replica_url)).size()
    except LitestreamTrouble as trouble:
        raise Trouble(f"{trouble}; nothing is begun before it is known to be empty.") from None
    if found:
        raise Trouble(
            f"There are copies of co-ops at {settings.replica_url.partition('?')[0]}, and none in {settings.data_dir}: "
            "`rose restore` brings them here. To begin anew, set ROSE_REPLICA to another place."
        )


async def rebuild(settings: Settings, say: Say, *, source: str, everything: bool) -> dict[str, Any]:
    """The registry of `source`, and of the co-ops the first that can be brought here, or `everything`; the others come
    when somebody asks for them, or when their flows are due. Safe to repeat. Raises Trouble."""
    data, source = settings.data_dir, source or settings.replica_url
    if not source:
        raise Trouble("Say with --from where the copies are: ROSE_REPLICA is none.")
    copies = Litestream(data, source)
    with owning(data):
        if (data / "registry.db").exists():
            raise Trouble(f"There are co-ops in {data} already; this is for an empty folder. See `rose coop restore`.")
        waiting = data / "rebuilding" / "registry.db"
        clear(waiting)
        try:
            say(0, 1, "the registry")
            await restore(copies.replica_of(data / "registry.db"), waiting)
            entries = await asyncio.to_thread(_entries, waiting)
            everything |= source != settings.replica_url  # where nobody will look for them later
            here, faults = await _brought(settings, say, Backup(data, copies), entries, everything)
            _settle(waiting, here, data / "registry.db")
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
        try:
            await backup.bring_back(file)
            await asyncio.to_thread(_check_key, settings, entry, file)
            here.append(entry.id)
        except LitestreamTrouble as trouble:
            faults[entry.slug] = str(trouble)
        except Trouble:
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
    except sqlite3.DatabaseError:
        raise Trouble("The copy of the registry is damaged.") from None
    except NewerVersion:
        raise Trouble("The copy was made by a newer Rose Ash; run that one.") from None


def _check_key(settings: Settings, entry: Entry, file: Path) -> None:
    """Raises Trouble."""
    with careful(file) as connection:
        found = dict(connection.execute("SELECT name, wrapped FROM site_keys").fetchall())
    try:
        Keyring(Sealer(settings.secret_key.get_secret_value(), entry.id), found)
    except WrongKey:
        raise Trouble(
            f"ROSE_SECRET_KEY is not the one that {entry.slug} was made with: its keys do not open, and nothing is "
            "restored. Set the right one, and try again."
        ) from None


def _settle(waiting: Path, here: list[str], registry: Path) -> None:
    """The registry last of all: until then the folder counts as empty, and all this can be repeated."""
    with closing(Registry(waiting)) as found:
        found.lay_down_all(but=here)
    waiting.rename(registry)


def _registry_of(data: Path, replica: str) -> str:
    return Litestream(data, replica).replica_of(data / "registry.db")
