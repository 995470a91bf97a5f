import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import migrations


@pytest.fixture
def file(tmp_path):
    return tmp_path / "site.db"


def schema(file):
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"))


def killed_after(file, many):
    """Upgrades in a child process that is killed before its statement number `many`; False when it came to its end."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] != 0
    done = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*_):
        nonlocal done
        done += 1
        if done > many:
            os.kill(os.getpid(), 9)

    migrations.upgrade(file)
    os._exit(0)


def test_whoever_is_killed_between_any_two_statements_leaves_the_old_file_or_the_new_one(file, tmp_path):
    migrations.upgrade(whole := tmp_path / "whole.db")
    seen = set()
    many = 0
    while killed_after(file, many):
        found = schema(file) if file.exists() else []
        assert found in ([], schema(whole)), f"killed at statement {many}"
        seen.add(bool(found))
        shutil.copy(file, tmp_path / "left.db")
        many += 5 if 10 < many < 60 else 1
    assert schema(file) == schema(whole) and many > 20 and False in seen
    migrations.upgrade(tmp_path / "left.db")  # and the next one goes on from there
    assert schema(tmp_path / "left.db") == schema(whole)


def test_upgrading_twice_changes_nothing(file):
    migrations.upgrade(file)
    before = schema(file)
    assert not migrations.is_behind(file)
    migrations.upgrade(file)
    assert schema(file) == before


def test_a_file_from_a_newer_version_is_left_as_it_is(file):
    migrations.upgrade(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for question in (migrations.is_behind, migrations.upgrade):
        with pytest.raises(migrations.NewerFile):
            question(file)


def test_a_file_is_never_checkpointed_by_itself(file):
    migrations.upgrade(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
