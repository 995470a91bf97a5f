"""What is in a file, table by table, and whether all of it can be read."""

import sqlite3
from pathlib import Path

from .label import careful
from .trouble import Trouble

Rows = dict[str, int]
"""Table -> how many."""
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_litestream_*'"


def counted(file: Path) -> Rows:
    """At one moment."""
    with careful(file) as connection:
        connection.execute("BEGIN")
        return _rows(connection)


def _rows(connection: sqlite3.Connection) -> Rows:
    tables = [name for (name,) in connection.execute(TABLES)]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def looked_through(copy: Path) -> Rows:
    """Raises Trouble."""
    try:
        with careful(copy) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            rows = _rows(connection)
    except sqlite3.DatabaseError as error:
        raise Trouble(f"The copy cannot be read: {error}.") from None
    if said != "ok":
        raise Trouble(f"The copy is damaged: {said.splitlines()[-1]}.")
    if broken:
        raise Trouble(f"The copy is damaged: a row of {broken[0]} points at nothing.")
    if not rows:
        raise Trouble("The copy is empty.")
    return rows
