"""A co-op in one file, to be taken away: packed out of its live file, and unpacked where it will live.

Whoever reads it without the passphrase finds no key, no session and no password hash: they travel in one sealed piece,
or not at all.
"""

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from domains.base import Table, triggers
from domains.search import TABLES

from . import label as labels
from . import migrations
from .keys import Sealer, new_keys, public_pem
from .label import Label, careful
from .trouble import Trouble
from .wrapping import WrongPassphrase, unwrap, wrap

SECRET = ("site_keys", "account_sessions", "account_sign_ins", "account_rates")
"""Tables whose rows are for this co-op's own machine alone; beside them, the column `password` of a person."""
PEOPLE = "SELECT id, password FROM account_people WHERE password != ''"

LITESTREAMS = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '_litestream_*'"
"""What it keeps in every file that it copies, about its copies."""


def pack(live: Path, to: Path, slug: str, sealer: Sealer, passphrase: str) -> Label:
    """Into `to`, which must not exist, as it stands at one moment; `live` may be read and written meanwhile.

    Raises Trouble, WrongKey.
    """
    whole = to.with_name(f"{to.name}.whole")
    try:
        _copy(live, whole)
        with careful(whole) as copy:
            copy.execute("PRAGMA journal_mode=MEMORY")
            for (table,) in copy.execute(LITESTREAMS).fetchall():
                copy.execute(f"DROP TABLE {table}")
            secrets = _taken(copy, sealer if passphrase else None)
            label = _label(copy, live.parent.name, slug, secrets, passphrase)
            labels.write(copy, label)
        _copy(whole, to)  # again, so that no free page holds what was taken out
        check(to)
        labels.stamp(to)
        return label
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    finally:
        whole.unlink(missing_ok=True)


def check(file: Path) -> None:
    """All of it. Raises Trouble."""
    try:
        with careful(file) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError:
        raise labels.damaged(file) from None
    if said != "ok" or broken:
        raise labels.damaged(file)


def look_through(file: Path) -> Label:
    """All of an export, as whoever made it made it. Raises Trouble."""
    label = labels.read(file)
    labels.check(file, label)
    check(file)
    if max(label.version, migrations.version_of(file)) > migrations.HEAD:
        raise labels.newer(file)
    return label


def unpack(file: Path, label: Label, sealer: Sealer, passphrase: str, url: str) -> None:
    """Makes a co-op's file of an export that was looked through, in place, at `url`, its keys sealed for this machine.

    Without a passphrase its keys are new. Raises Trouble.
    """
    from alembic.util import CommandError

    secrets = _opened(label, passphrase) if passphrase else None
    keys = {name: bytes.fromhex(key) for name, key in secrets["keys"].items()} if secrets else new_keys()
    try:
        with careful(file) as copy:
            copy.execute("BEGIN")
            _given_back(copy, secrets)
            for name, key in keys.items():
                copy.execute("INSERT INTO site_keys (name, wrapped) VALUES (?, ?)", (name, sealer.seal(name, key)))
            copy.execute("UPDATE site SET url = ?, public_key = ?", (url, public_pem(keys["actor"])))
            labels.remove(copy)
            copy.execute("COMMIT")
        migrations.upgrade(file)
        _settle(file)
    except (sqlite3.DatabaseError, SQLAlchemyError, CommandError, KeyError, ValueError, RuntimeError) as error:
        raise _full() if "disk is full" in str(error) else labels.damaged(file) from None


def _full() -> Trouble:
    return Trouble("The disk is full, and nothing of it is kept; make room, then try again.")


def _copy(file: Path, to: Path) -> None:
    os.close(os.open(to, os.O_CREAT | os.O_EXCL, 0o600))
    with careful(file) as connection:
        connection.execute("VACUUM INTO ?", (str(to),))


def _taken(copy: sqlite3.Connection, sealer: Sealer | None) -> dict[str, Any]:
    """What nobody else may read, taken out; all of it, where there is a sealer to open the keys."""
    taken: dict[str, Any] = {}
    if sealer:
        keys = copy.execute("SELECT name, wrapped FROM site_keys").fetchall()
        taken["keys"] = {name: sealer.open(name, wrapped).hex() for name, wrapped in keys}
        taken["passwords"] = copy.execute(PEOPLE).fetchall()
        taken["tables"] = {table: _rows(copy, table) for table in SECRET[1:]}
    for table in SECRET:
        copy.execute(f"DELETE FROM {table}")
    copy.execute("UPDATE account_people SET password = ''")
    return taken


def _rows(copy: sqlite3.Connection, table: str) -> dict[str, Any]:
    found = copy.execute(f"SELECT * FROM {table}")
    return {"columns": [column[0] for column in found.description], "rows": found.fetchall()}


def _label(copy: sqlite3.Connection, coop: str, slug: str, secrets: dict[str, Any], passphrase: str) -> Label:
    kdf, salt, sealed = wrap(passphrase, coop, json.dumps(secrets).encode()) if passphrase else ({}, b"", b"")
    url, version = copy.execute("SELECT url, version_num FROM site, alembic_version").fetchone()
    return Label(coop, slug, url, version, datetime.now(UTC).isoformat(timespec="seconds"), kdf, salt, sealed)


def _opened(label: Label, passphrase: str) -> dict[str, Any]:
    """Raises Trouble."""
    try:
        found: dict[str, Any] = json.loads(unwrap(passphrase, label.coop, label.kdf, label.salt, label.sealed))
    except WrongPassphrase:
        raise Trouble("That is not the passphrase that it was exported with.") from None
    return found


def _given_back(copy: sqlite3.Connection, secrets: dict[str, Any] | None) -> None:
    """Into tables that are empty, whatever the file says: nobody brings a session along that was not sealed."""
    for table in SECRET:
        copy.execute(f"DELETE FROM {table}")
    copy.execute("UPDATE account_people SET password = ''")
    if secrets:
        for table in SECRET[1:]:
            columns, rows = secrets["tables"][table]["columns"], secrets["tables"][table]["rows"]
            marks = ", ".join("?" * len(columns))
            copy.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        owners = [(password, id) for id, password in secrets["passwords"]]
        copy.executemany("UPDATE account_people SET password = ? WHERE id = ?", owners)


def _settle(file: Path) -> None:
    """It is as our own migrations make one, with nothing in it that does something by itself. Raises Trouble."""
    with careful(file) as connection:
        found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        tables = {name for type, name, _ in found if type == "table" and not name.startswith("sqlite_")}
        acting = {name: sql for type, name, sql in found if type in ("trigger", "view")}
        if tables != {*Table.metadata.tables, *TABLES, "alembic_version"} or acting != triggers(Table.metadata.tables):
            raise labels.foreign(file)
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
