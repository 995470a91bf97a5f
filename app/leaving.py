"""What can be asked of the owner of a data folder when a co-op comes or goes; functions as in `commands.py`."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from domains.check import Check
from domains.errors import NotFound
from ops.litestream import LitestreamTrouble
from ops.replica import Replica

from . import moving, parcel
from .addresses import address
from .arriving import arriving, check_room
from .backup import Missing
from .control import Say, quiet
from .keys import Sealer
from .label import Label
from .registry import Entry
from .tenants import Away
from .trouble import Trouble
from .wrapping import check_passphrase

if TYPE_CHECKING:
    from .main import House

Done = TypeVar("Done")
_few = asyncio.Semaphore(2)
"""At once; each takes its room on the disk."""
LEAST = 2**20
"""Bytes of room that opening a file takes, and some more."""
GLANCE = 0.5  # seconds from one look at how far it is to the next


async def export_coop(house: "House", say: Say, *, slug: str, passphrase: str = "") -> dict[str, Any]:
    """A file in the folder `moving`, for whoever asked to take away. Raises Trouble, WrongKey, NewerFile."""
    entry = house.registry.known(slug)
    made = moving.place(house.settings.data_dir)
    async with house.tenants.use(entry.id):  # as long as it is open, whoever copies it is not the last to close it
        label = await packed(house, say, entry, made, passphrase)
    about = {"id": entry.id, "slug": slug, "url": entry.url, "made": label.made, "sealed": label.is_sealed}
    return about | {"bytes": made.stat().st_size, "file": str(made)}


async def unnamed(house: "House", id: str, passphrase: str) -> BinaryIO:
    """The same, open, and already gone from its folder: whatever becomes of whoever reads it, nothing stays.

    Raises NotFound, Trouble.
    """
    if not (entry := house.registry.by_id(id)):
        raise NotFound(id)
    made = Path((await export_coop(house, quiet, slug=entry.slug, passphrase=passphrase))["file"])
    try:
        return open(made, "rb")
    finally:
        made.unlink()


async def import_coop(
    house: "House",
    say: Say,
    *,
    file: str,
    url: str,
    name: str = "",
    slug: str = "",
    passphrase: str = "",
    new_keys: bool = False,
) -> dict[str, Any]:
    """Of a file in the folder `moving`, which is used up; `name` is what whoever brought it calls it.

    Served when all of it is well; else nothing of it is kept. Raises Trouble, Invalid.
    """
    try:
        found = await asyncio.to_thread(parcel.look_through, Path(file))
        _check_keys(found, passphrase, new_keys)
        entry = _entry(found, url, slug)
        check_room(house, entry)
        work = asyncio.to_thread(parcel.unpack, Path(file), found, _sealer(house, entry), passphrase, entry.url)
        await _shown(say, work, lambda: 0, 1, f"unpacking {entry.slug}")
    except Trouble as trouble:
        raise Trouble(str(trouble).replace(file, name or file)) from None
    async with arriving(house, entry, Path(file)):
        pass  # it is known to open
    house.dues.at(entry.id, 0)
    about = {"id": entry.id, "slug": entry.slug, "url": entry.url, "was_at": found.url, "made": found.made}
    return about | {"new_keys": not passphrase}


async def remove_coop(
    house: "House", say: Say, *, slug: str, passphrase: str = "", replica: bool = False
) -> dict[str, str]:
    """Kept in one last file, then gone: its folder, its mails, its copies if told, and its name.

    Until nobody finds it any more it is as it was; from then on whatever is left of it goes when this is asked again.
    Raises Trouble.
    """
    entry = house.registry.known(slug)
    file = house.tenants.file(entry.id)
    copies = house.backup.copies(file) if replica else None
    await _check_reached(copies)
    async with alone(house, entry):
        kept = await _kept(house, say, entry, passphrase)
        house.registry.hide(entry.id)
        for folder in (file.parent, house.settings.data_dir / "mail" / entry.id):
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        await _erase(copies, slug)
        house.registry.remove(entry.id)
    return {"id": entry.id, "slug": slug, "kept": str(kept or ""), "erased": copies.place if copies else ""}


COMMANDS = (export_coop, import_coop, remove_coop)


async def packed(house: "House", say: Say, entry: Entry, to: Path, passphrase: str) -> Label:
    """Copied twice, the second time without what nobody else may read. Raises Trouble, WrongKey."""
    if passphrase:
        check_passphrase(passphrase)
    live = house.tenants.file(entry.id)
    total = 2 * sum(file.stat().st_size for file in live.parent.glob("site.db*") if file.suffix != ".db-shm")
    try:
        async with _few:
            work = asyncio.to_thread(parcel.pack, live, to, entry.slug, _sealer(house, entry), passphrase)
            return await _shown(say, work, lambda: _written(to), total, f"copying {entry.slug}")
    except sqlite3.DatabaseError as error:
        raise Trouble(f"{entry.slug} cannot be copied: {error}.") from None
    except Trouble:
        raise Trouble(
            f"{entry.slug} is damaged where it lies; `rose coop restore {entry.slug}` brings it back."
        ) from None


@asynccontextmanager
async def alone(house: "House", entry: Entry) -> AsyncIterator[None]:
    """With a file that nobody has open, and nobody copies, and room for another like it. Raises Trouble."""
    file = house.tenants.file(entry.id)
    if file.exists() and shutil.disk_usage(file.parent).free < 2 * file.stat().st_size + LEAST:
        raise Trouble("There is no room left on this disk for a copy of it; make room, then try again.")
    try:
        async with house.tenants.away(entry.id):
            if not await house.backup.lets_go(file):
                raise Trouble(f"Litestream does not let go of {entry.slug}; see its log, then try again.")
            if not file.exists():
                await _brought_back(house, entry, file)
            yield
    except LitestreamTrouble as trouble:
        raise Trouble(f"{trouble}.") from None
    except Away:
        raise Trouble(f"Somebody is still busy in {entry.slug}, or it is being moved; try again.") from None


async def _brought_back(house: "House", entry: Entry, file: Path) -> None:
    """Whatever is asked of one that sleeps is asked of all of it; what is lost is lost. Raises LitestreamTrouble."""
    try:
        await house.backup.bring_back(file)
    except (LitestreamTrouble, Missing):
        if house.registry.is_asleep(entry.id):
            raise LitestreamTrouble(f"{entry.slug} sleeps in its copies, and they cannot be reached") from None


def _check_keys(found: Label, passphrase: str, new_keys: bool) -> None:
    """Raises Trouble."""
    if passphrase and not found.is_sealed:
        raise Trouble("No keys came with it, so it wants no passphrase; import it without.")
    if found.is_sealed and not passphrase and not new_keys:
        raise Trouble("Its keys came under a passphrase: give that, or let it have new ones with --new-keys.")


def _entry(found: Label, url: str, slug: str) -> Entry:
    """Raises Invalid."""
    check = Check()
    entry = Entry(found.coop, check.slug("slug", slug or found.slug), address(check, url))
    check.done()
    return entry


async def _kept(house: "House", say: Say, entry: Entry, passphrase: str) -> Path | None:
    """The last export; None where there is no file to keep. Raises Trouble."""
    if not house.tenants.file(entry.id).exists():
        return None
    made = moving.place(house.settings.data_dir)
    await packed(house, say, entry, made, passphrase)
    return made.rename(moving.keep(house.settings.data_dir, entry.slug, "rose"))  # whole, or not there


async def _check_reached(copies: Replica | None) -> None:
    """Before anything is done. Raises Trouble."""
    try:
        if copies:
            await copies.size()
    except LitestreamTrouble as trouble:
        raise Trouble(f"Nothing is removed, for {trouble}.") from None


async def _erase(copies: Replica | None, slug: str) -> None:
    """Raises Trouble."""
    try:
        if copies:
            await copies.erase()
    except LitestreamTrouble as trouble:
        raise Trouble(f"{slug} is gone, and its copies are not: {trouble}. Remove it again when they can be.") from None


async def _shown(say: Say, work: Awaitable[Done], done: Callable[[], int], total: int, what: str) -> Done:
    """In hundredths, while it is done elsewhere; it comes to its end even when nobody waits for it any more."""
    task, far = asyncio.ensure_future(work), 0
    while not (await asyncio.wait([task], timeout=GLANCE))[0]:
        if (now := min(done() * 100 // max(total, 1), 99)) > far:
            say(far := now, 100, what)
    say(100, 100, what)
    return await task


def _written(to: Path) -> int:
    both = (to, to.with_name(f"{to.name}.whole"))
    return sum(file.stat().st_size for file in both if file.exists())


def _sealer(house: "House", entry: Entry) -> Sealer:
    return Sealer(house.settings.secret_key.value, entry.id)
