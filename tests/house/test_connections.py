"""Nobody folds a log but Litestream, or whoever holds its lock: else copies are spoilt, and nobody hears of it."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app import files
from tests import connections

ROOT = Path(__file__).parents[2]
MAY = {
    r"sqlite3\.connect\(|Connection\(sqlite3|create_\w*engine\(|aiosqlite\.": {
        "app/files.py": "the one way",
        "app/coop.py": "engines, by `files.how`",
        "app/migrations/__init__.py": "an engine, by `files.how`",
        "tests/house/test_connections.py": "sees that the others are refused",
        "tests/house/test_tables.py": "an engine, by `files.how`",
        "tests/bench/theirs.py": "files of DBOS, which nobody copies",
    },
    r"wal_autocheckpoint ?=|wal_checkpoint": {
        "app/files.py": "never by itself",
        "app/coop.py": "under Litestream's lock",
        "app/registry.py": "under Litestream's lock",
        "app/restoring.py": "a file that nobody has open, and nobody copies",
        "tests/house/test_connections.py": "sees that the hook sees it",
        "tests/peers/test_backup_controls.py": "sees what comes of it",
    },
}
"""What opens a file or folds a log -> who does, and why it may."""


@pytest.mark.parametrize("pattern", MAY, ids=("opens", "folds"))
def test_only_these_do_it(pattern):
    found = [file for folder in ("app", "domains", "flows", "fragments", "ops", "tests") for file in python(folder)]
    assert {name for name, text in found if re.search(pattern, text)} == set(MAY[pattern])


def python(folder):
    for file in (ROOT / folder).rglob("*.py"):
        yield str(file.relative_to(ROOT)), file.read_text()


def test_a_connection_never_folds_its_log_by_itself(tmp_path):
    connection = files.connect(tmp_path / "site.db", "journal_mode=WAL")
    assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    connection.close()
    engine = create_engine(f"sqlite:///{tmp_path}/site.db", connect_args=files.how("query_only=1"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
    engine.dispose()


def test_another_connection_fails_the_test_that_opens_it(tmp_path):
    with pytest.raises(AssertionError, match="folds logs"):
        sqlite3.connect(tmp_path / "site.db")
    engine = create_engine(f"sqlite:///{tmp_path}/site.db")
    with pytest.raises(AssertionError, match="folds logs"):
        engine.connect()


def test_one_that_was_told_to_fold_fails_the_test_that_closes_it(tmp_path):
    connection = files.connect(tmp_path / "site.db", "wal_autocheckpoint=1000")
    connection.close()
    assert connections.FAULTS.pop().endswith("at 1000 pages")
