"""The one way to open an SQLite file, for whoever does: the house, its commands, its tests.

SQLite folds a log into its file by itself whenever that has grown. While Litestream is asked to copy the file, commits
are lost by that, and nobody notices; so no connection does it, from its first moment on.
"""

import sqlite3
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from domains.folding import folded


def connect(file: Path | str, *pragmas: str, **more: Any) -> "Connection":
    """It begins no transaction by itself. `more` is as `sqlite3.connect` takes it."""
    return Connection(file, pragmas=pragmas, isolation_level=None, **more)


def how(*pragmas: str) -> dict[str, Any]:
    """The same, as what an engine passes on to the driver."""
    return {"factory": partial(Connection, pragmas=pragmas), "isolation_level": None}


class Connection(sqlite3.Connection):
    def __init__(self, *about: Any, pragmas: Iterable[str] = (), **more: Any) -> None:
        super().__init__(*about, **more)
        try:
            self.create_function("folded", 1, folded, deterministic=True)
            for pragma in ("wal_autocheckpoint=0", *pragmas):
                self.execute(f"PRAGMA {pragma}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Undone first: else a cursor that a cancelled task still holds would keep the file locked."""
        if self.in_transaction:
            self.rollback()
        super().close()
