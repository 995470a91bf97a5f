"""Every connection that a test makes to a file is one of `app.files`, and is looked at once more when it is closed."""

import sqlite3
import sys

from app import files

FAULTS = []
_close = files.Connection.close


def watch():
    """From now on, in this process."""
    sys.addaudithook(_opened)
    files.Connection.close = _closed


def _opened(event, about):
    """An audit hook (PEP 578): the driver asks it about each connection that it has made."""
    if event == "sqlite3.connect/handle" and not isinstance(about[0], files.Connection):
        raise AssertionError("this folds logs that Litestream reads: open it with app.files.connect, or how")


def _closed(connection):
    """A pool swallows what is raised here, so it is told after the test."""
    if pages := _pages(connection):
        FAULTS.append(f"a connection was closed that folds its log at {pages} pages")
    _close(connection)


def _pages(connection):
    try:
        return sqlite3.Connection.execute(connection, "PRAGMA wal_autocheckpoint").fetchone()[0]
    except sqlite3.ProgrammingError:  # it is closed already
        return 0
