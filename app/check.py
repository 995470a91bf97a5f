"""What is wrong with this machine, and how to mend it."""

import asyncio
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ops.litestream import TRIED, Litestream, LitestreamTrouble, binary, check_address, version_of
from ops.replica import Replica

from . import files
from .backup import is_elsewhere
from .keys import Keyring, Sealer, WrongKey
from .registry import Entry, NewerVersion, Registry
from .settings import Settings, SettingsTrouble

RESET_BUG = (3, 51, 3)
"""SQLite before this one may lose commits when a write-ahead log is reset while another process reads it."""
ROOM = 2**30
"""Bytes that a disk should have left."""
SLACK = 60
"""Seconds by which a clock may be put right without a word."""
SENSIBLE = 1_760_000_000
"""A clock before October 2025 was never set."""


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: str
    """good, warn or bad."""
    says: str
    mend: str = ""


def checks(data: Path | None) -> list[Finding]:
    """In the order in which a steward would mend them."""
    try:
        settings = Settings.read(data_dir=data)
    except SettingsTrouble as trouble:
        return [Finding("settings", "bad", str(trouble), "Set it in the environment or in .env.")]
    return [Finding("settings", "good", "all in order, the secret key is strong"), *_of(settings)]


def _of(settings: Settings) -> Iterator[Finding]:
    yield _sqlite()
    yield from _folder(settings.data_dir)
    if (settings.data_dir / "registry.db").exists():
        yield from _registry(settings)
    yield _clock(settings.data_dir)
    yield _litestream(settings)
    yield _replica(settings)
    yield _mail(settings)
    yield from _metrics(settings)


def _sqlite() -> Finding:
    if sqlite3.sqlite_version_info < RESET_BUG:
        mend = "A container image or a newer distribution brings one; until then keep Litestream running."
        return Finding("SQLite", "warn", f"{sqlite3.sqlite_version} has the WAL-reset bug (mended in 3.51.3)", mend)
    return Finding("SQLite", "good", sqlite3.sqlite_version)


def _folder(data: Path) -> Iterator[Finding]:
    there = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    try:
        with open(there / ".rose-check", "w"):
            pass
        (there / ".rose-check").unlink()
    except OSError as error:
        yield Finding(
            "data folder",
            "bad",
            f"{data} cannot be written: {error.strerror}",
            "Make it this user's, or choose another with --data.",
        )
    else:
        yield Finding("data folder", "good", f"{data.absolute()} can be written")
    free = shutil.disk_usage(there).free
    state = "good" if free > ROOM else "warn"
    yield Finding(
        "disk", state, f"{free / 2**30:.1f} GiB free", "" if state == "good" else "Make room, or move the data folder."
    )


def _registry(settings: Settings) -> Iterator[Finding]:
    data = settings.data_dir
    try:
        registry = Registry(data / "registry.db")
    except (NewerVersion, sqlite3.Error) as error:
        mend = "Restore it from its replica, or run the Rose Ash that wrote it."
        yield Finding("registry", "bad", str(error), mend)
        return
    entries, hidden, asleep = registry.all(), registry.hidden(), registry.asleep()
    registry.close()
    known = {entry.id for entry in entries}
    yield Finding("registry", "good", f"{len(known)} co-op{'' if len(known) == 1 else 's'}")
    if not settings.client_header and any(entry.url.startswith("https:") for entry in entries):
        says = "one stands in front, and names no visitor: who guesses passwords uses up everybody's tries"
        mend = "Set ROSE_CLIENT_HEADER to the header in which it does: X-Forwarded-For for Caddy."
        yield Finding("proxy", "warn", says, mend)
    if hidden:
        mend = "For each, `rose coop remove SLUG` again, with --replica where its copies were to go too."
        yield Finding("removals", "warn", f"cut off: {', '.join(entry.slug for entry in hidden)}", mend)
    there = [entry for entry in entries if entry not in hidden and entry.id not in asleep]
    if lost := [entry.slug for entry in there if not (data / "coops" / entry.id / "site.db").exists()]:
        mend = "For each, `rose coop restore SLUG` brings it back from its copies."
        yield Finding("files", "bad", f"not there: {', '.join(lost)}", mend)
    if strange := sorted(folder.name for folder in data.glob("coops/*") if folder.name not in known):
        mend = "Each was left by a `rose coop create`, `import` or `remove` that was cut off; look, then remove it."
        yield Finding("folders", "warn", f"in coops, and known to nobody: {', '.join(strange)}", mend)
    if asleep:
        yield from _sleepers(settings, [entry for entry in entries if entry.id in asleep])
    yield from _keys(settings, [entry for entry in there if entry.slug not in lost])


def _sleepers(settings: Settings, asleep: Sequence[Entry]) -> Iterator[Finding]:
    """Whether the copies of the first of those that sleep are where copies go now."""
    many, mend = f"{len(asleep)} of the co-ops", "Set ROSE_REPLICA to where they are."
    if not settings.replica_url:
        yield Finding("sleepers", "bad", f"{many} are in their copies alone, and ROSE_REPLICA is none", mend)
        return
    copies = Litestream(settings.data_dir, settings.replica_url)
    try:
        there = asyncio.run(Replica(copies.replica_of(settings.data_dir / "coops" / asleep[0].id)).size())
    except LitestreamTrouble as trouble:
        yield Finding("sleepers", "bad", f"{many} are in their copies alone: {trouble}", mend)
        return
    if not there:
        yield Finding("sleepers", "bad", f"{many} are in their copies alone, and not where ROSE_REPLICA says", mend)
        return
    yield Finding("sleepers", "good", f"{many} are in their copies alone")


def _keys(settings: Settings, there: Sequence[Entry]) -> Iterator[Finding]:
    """Whether the secret key opens the first co-op that has a file."""
    for entry in there[:1]:
        file = settings.data_dir / "coops" / entry.id / "site.db"
        connection = files.connect(f"file:{file}?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT name, wrapped FROM site_keys").fetchall()
            Keyring(Sealer(settings.secret_key.value, file.parent.name), dict(found))
        except WrongKey:
            mend = "Set the ROSE_SECRET_KEY that these co-ops were made with."
            yield Finding("secret key", "bad", "it does not open the co-ops that are here", mend)
        except (sqlite3.Error, KeyError) as error:
            yield Finding("co-ops", "bad", f"{file} cannot be read: {error}", "Restore it from its replica.")
        else:
            yield Finding("secret key", "good", "it opens the co-ops that are here")
        finally:
            connection.close()


def _clock(data: Path) -> Finding:
    mend = "Set it: `timedatectl set-ntp true`."
    if time.time() < SENSIBLE:
        return Finding("clock", "bad", f"it says {time.ctime()}", mend)
    if says := set_back(data):
        return Finding("clock", "warn", says, mend)
    return Finding("clock", "good", time.strftime("%Y-%m-%d %H:%M %Z"))


def set_back(data: Path) -> str:
    """What is told of a clock that is behind what was written last; else the empty text."""
    newest = max((file.stat().st_mtime for file in data.glob("registry.db*")), default=0.0)
    back = newest - time.time()
    said = f"it says {time.ctime()}, and files here were written {back / 60:.0f} minutes later: it was set back"
    return said if back > SLACK else ""


def _litestream(settings: Settings) -> Finding:
    if not settings.replica_url:
        return Finding(
            "Litestream", "warn", "off: nothing is copied", "Set ROSE_REPLICA to an s3:// address, or leave it empty."
        )
    if not (found := binary()):
        return Finding("Litestream", "bad", "the program is not installed", "Run `make setup`.")
    if (version := version_of(found)) != TRIED:
        says = f"{found} is version {version or 'unknown'}, and Rose Ash was tried with {TRIED}"
        return Finding("Litestream", "warn", says, "Run `make setup`, which brings that one.")
    return Finding("Litestream", "good", f"{found}, version {version}")


def _replica(settings: Settings) -> Finding:
    url = settings.replica_url
    try:
        check_address(url or "file:///")
    except LitestreamTrouble as trouble:
        return Finding("replica", "bad", str(trouble), "Mend ROSE_REPLICA; until then `rose serve` does not start.")
    if not url.startswith("file:"):
        return Finding(
            "replica", "good" if url else "warn", url.partition("?")[0] or "none", "" if url else "See Litestream."
        )
    folder = Path(unquote(urlsplit(url).path))
    if not is_elsewhere(url, settings.data_dir):
        mend = "Set ROSE_REPLICA to an s3:// address, or to a folder on another disk."
        alone = "; the only one there is of co-ops that sleep" if settings.sleep_after else ""
        return Finding("replica", "warn", f"{folder}: a copy on this disk, which goes when the disk goes{alone}", mend)
    return Finding("replica", "good", f"{folder}, on another disk")


def _metrics(settings: Settings) -> Iterator[Finding]:
    """Nothing where there are none."""
    if settings.metrics_address:
        host, _ = settings.metrics_address
        if host == "localhost" or _is_private(host):
            yield Finding("metrics", "good", f"at {settings.metrics}")
        else:
            mend = "Set ROSE_METRICS to 127.0.0.1 with a port, or to an address of a private network."
            yield Finding("metrics", "warn", f"at {settings.metrics}, where anybody may read them", mend)


def _is_private(host: str) -> bool:
    """An address that no stranger reaches; of a name nobody knows."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def _mail(settings: Settings) -> Finding:
    url = settings.smtp_url.value
    if not url:
        return Finding("mail", "warn", "kept in the folder mail, not sent", "Set ROSE_SMTP_URL to a mail server.")
    parts = urlsplit(url)
    try:
        with socket.create_connection(
            (parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 587)), 5
        ):
            return Finding("mail", "good", f"{parts.hostname} answers")
    except OSError as error:
        return Finding(
            "mail", "bad", f"{parts.hostname} does not answer: {error}", "Look at ROSE_SMTP_URL and the firewall."
        )
