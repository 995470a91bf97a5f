"""What stands on the outside of a co-op's export, an SQLite file like any other: what it is, whose, and from when."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import files
from .trouble import Trouble

MAGIC = b"SQLite format 3\0"
APPLICATION, FORMAT = 0x526F7365, 1
"""`application_id` ("Rose" in ASCII), and `user_version`."""
ID = re.compile(r"[\w-]{1,64}", re.ASCII)
"""Of a co-op; it names a folder."""
TABLE = "rose_export"
MAKE = f"""
CREATE TABLE {TABLE} (
    coop TEXT NOT NULL, slug TEXT NOT NULL, url TEXT NOT NULL, version TEXT NOT NULL, made TEXT NOT NULL,
    kdf TEXT NOT NULL, salt BLOB NOT NULL, sealed BLOB NOT NULL
)
"""
CAREFUL = ("trusted_schema=OFF", "cell_size_check=ON", "synchronous=FULL", "busy_timeout=5000")


@dataclass(frozen=True, slots=True)
class Label:
    coop: str
    """Its id."""
    slug: str
    url: str
    version: str
    """Of its tables: the migration that it has come to."""
    made: str
    """When, as ISO 8601, in UTC."""
    kdf: dict[str, Any]
    """How the passphrase becomes a key; empty where no keys travel."""
    salt: bytes
    sealed: bytes
    """Keys, sessions and password hashes."""

    @property
    def is_sealed(self) -> bool:
        return bool(self.sealed)


@contextmanager
def careful(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of our own, to a file that anybody may have made."""
    with closing(files.connect(file, *CAREFUL)) as connection:
        yield connection


def read(file: Path) -> Label:
    """Raises Trouble for whatever is no export of this Rose Ash, or an older one."""
    try:
        with open(file, "rb") as start:
            is_sqlite = start.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.") from None
    if not is_sqlite:
        raise foreign(file)
    try:
        with careful(file) as connection:
            return _read(file, connection)
    except (sqlite3.DatabaseError, TypeError, ValueError):
        raise damaged(file) from None


def write(connection: sqlite3.Connection, label: Label) -> None:
    connection.execute(MAKE)
    values = (label.coop, label.slug, label.url, label.version, label.made, json.dumps(label.kdf))
    connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*values, label.salt, label.sealed))
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={FORMAT}")


def remove(connection: sqlite3.Connection) -> None:
    """It is a co-op again."""
    connection.execute(f"DROP TABLE {TABLE}")
    connection.execute("PRAGMA application_id=0")
    connection.execute("PRAGMA user_version=0")


def foreign(file: Path) -> Trouble:
    return Trouble(f"{file} is no co-op of Rose Ash; `rose coop export` makes a file that is.")


def damaged(file: Path) -> Trouble:
    return Trouble(f"{file} is damaged; take another copy of it, or export it again.")


def newer(file: Path) -> Trouble:
    return Trouble(f"{file} was made by a newer Rose Ash; bring this one up to date first.")


def _read(file: Path, connection: sqlite3.Connection) -> Label:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise foreign(file)
    if connection.execute("PRAGMA user_version").fetchone()[0] > FORMAT:
        raise newer(file)
    coop, slug, url, version, made, kdf, salt, sealed = connection.execute(f"SELECT * FROM {TABLE}").fetchone()
    if not (isinstance(sealed, bytes) and all(isinstance(text, str) for text in (coop, slug, url, version, made))):
        raise foreign(file)
    if not ID.fullmatch(coop):
        raise foreign(file)
    return Label(coop, slug, url, version, made, json.loads(kdf), salt, sealed)
