"""What stands on the outside of a co-op's export, an SQLite file like any other: what it is, whose, and from when."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from . import files
from .trouble import Trouble

MAGIC = b"SQLite format 3\0"
APPLICATION, FORMAT = 0x526F7365, 2
"""`application_id` ("Rose" in ASCII), and `user_version`; before 2 it had no digest."""
DIGEST = sha256().digest_size
ID = re.compile(r"[\w-]{1,64}", re.ASCII)
"""Of a co-op; it names a folder."""
TABLE = "rose_export"
MAKE = f"""
CREATE TABLE {TABLE} (
    digest BLOB NOT NULL, coop TEXT NOT NULL, slug TEXT NOT NULL, url TEXT NOT NULL, version TEXT NOT NULL,
    made TEXT NOT NULL, kdf TEXT NOT NULL, salt BLOB NOT NULL, sealed BLOB NOT NULL
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
    digest: bytes = b""
    """SHA-256 of the whole file, in which these bytes count as zeros; empty in a file of format 1."""

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
    values = (os.urandom(DIGEST), label.coop, label.slug, label.url, label.version, label.made, json.dumps(label.kdf))
    connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, label.salt, label.sealed))
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={FORMAT}")


def stamp(file: Path) -> None:
    """The last that is done to it: from now on a changed bit is noticed, wherever it is."""
    where, digest = _digest(file, read(file).digest)
    with open(file, "r+b") as out:
        out.seek(where)
        out.write(digest)
        out.flush()
        os.fsync(out.fileno())


def check(file: Path, label: Label) -> None:
    """That no bit of it has changed. Raises Trouble."""
    if label.digest and _digest(file, label.digest)[1] != label.digest:
        raise damaged(file)


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
    format = connection.execute("PRAGMA user_version").fetchone()[0]
    if format > FORMAT:
        raise newer(file)
    *digest, coop, slug, url, version, made, kdf, salt, sealed = connection.execute(f"SELECT * FROM {TABLE}").fetchone()
    if not all(isinstance(blob, bytes) for blob in (*digest, salt, sealed)) or not ID.fullmatch(coop):
        raise damaged(file)
    if not all(isinstance(text, str) for text in (slug, url, version, made)):
        raise damaged(file)
    if [len(one) for one in digest] != [DIGEST] * (format - 1):
        raise damaged(file)
    return Label(coop, slug, url, version, made, json.loads(kdf), salt, sealed, *digest)


def _digest(file: Path, stands: bytes) -> tuple[int, bytes]:
    """Where in it those bytes stand first, and the SHA-256 of it with zeros in their place.

    In pieces, for whoever else is served by this process.
    """
    digest, where, at, held = sha256(), -1, 0, b""
    with open(file, "rb") as data:
        while piece := data.read(2**20):
            held += piece
            if where < 0 and (found := held.find(stands)) >= 0:
                where, held = at + found, held.replace(stands, bytes(DIGEST), 1)
            digest.update(held[:-DIGEST])
            at, held = at + len(held[:-DIGEST]), held[-DIGEST:]  # they may stand in two pieces
    digest.update(held)
    return where, digest.digest()
