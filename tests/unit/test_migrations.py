import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import commands, files, migrations
from app.main import House
from tests.http.conftest import settings


@pytest.fixture
def file(tmp_path):
    return tmp_path / "site.db"


def schema(file):
    with closing(files.connect(file)) as connection:
        return sorted(connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"))


def killed_after(many, act):
    """Acts in a child process that is killed before its statement number `many`; False when it came to its end."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] != 0
    done = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*_):
        nonlocal done
        done += 1
        if done > many:
            os.kill(os.getpid(), 9)

    act()
    os._exit(0)


def statements_of(act):
    """How many it takes."""
    done = []
    event.listen(Engine, "before_cursor_execute", note := lambda *_: done.append(1))
    act()
    event.remove(Engine, "before_cursor_execute", note)
    return len(done)


def test_whoever_is_killed_between_any_two_statements_leaves_the_old_file_or_the_new_one(file, tmp_path):
    """At its beginning, at its end, and here and there between."""
    many = statements_of(lambda: migrations.upgrade(tmp_path / "whole.db"))
    whole = schema(tmp_path / "whole.db")
    for moment in (*range(8), *range(8, many - 4, many // 16), *range(many - 4, many)):
        assert killed_after(moment, lambda: migrations.upgrade(file))
        found = schema(file) if file.exists() else []
        assert found in ([], whole), f"killed at statement {moment} of {many}"
        if found:
            break
    migrations.upgrade(file)  # and the next one goes on from there
    assert many > 100 and schema(file) == whole


LATER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9998", "{head}"


def upgrade():
    op.create_table("later_things", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("site") as batch:
        batch.add_column(sa.Column("later", sa.Text(), nullable=False, server_default="yes"))
    op.execute("INSERT INTO later_things SELECT id FROM site")
"""


@pytest.fixture
def behind(tmp_path):
    """A data folder with three co-ops that one more migration, which `later` knows, has not reached yet."""
    (tmp_path / "data").mkdir()
    house = House(settings(tmp_path / "data"))

    async def make():
        async with house.awake():
            for name in "Ash", "Elm", "Oak":
                about = {"name": name, "url": f"https://{name}.example", "steward": "ruth@oak.example"}
                await commands.create_coop(house, lambda *_: None, **about)

    asyncio.run(make())
    return tmp_path / "data"


@pytest.fixture
def later(tmp_path, monkeypatch):
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions/9998_later.py").write_text(LATER.format(head=migrations.HEAD))
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setattr(migrations, "HEAD", "9998")


def migrated(data):
    house = House(settings(data))

    async def migrate():
        async with house.awake():
            return await commands.migrate(house, lambda *_: None)

    return asyncio.run(migrate())


def stand(data):
    """Co-op -> (version, tables, what it is called) of its file."""
    found = {}
    for file in sorted(data.glob("coops/*/site.db")):
        with closing(files.connect(file)) as connection:
            (called,) = connection.execute("SELECT name FROM site").fetchone()
        found[file.parent.name] = migrations.version_of(file), schema(file), called
    return found


def test_whoever_is_killed_while_all_files_are_upgraded_leaves_each_old_or_new_and_the_next_one_finishes(
    behind, later, tmp_path
):
    shutil.copytree(behind, whole := tmp_path / "whole")
    assert migrated(whole) == {"upgraded": 3, "current": 0, "newer": 0, "asleep": 0}
    old, new = stand(behind), stand(whole)
    many, mixed = 4, set()
    while killed_after(many, partial(migrated, data := shutil.copytree(behind, tmp_path / f"killed-{many}"))):
        found = stand(data)
        assert all(found[coop] in (old[coop], new[coop]) for coop in old), f"killed at statement {many}"
        mixed.add(left := sum(found[coop] == old[coop] for coop in old))
        assert migrated(data) == {"upgraded": left, "current": 3 - left, "newer": 0, "asleep": 0}
        assert stand(data) == new
        many += 41
    assert mixed == {3, 2, 1}


def test_upgrading_twice_changes_nothing(file):
    migrations.upgrade(file)
    before = schema(file)
    assert not migrations.is_behind(file)
    migrations.upgrade(file)
    assert schema(file) == before


def test_a_file_from_a_newer_version_is_left_as_it_is(file):
    migrations.upgrade(file)
    with closing(files.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for question in (migrations.is_behind, migrations.upgrade):
        with pytest.raises(migrations.NewerFile):
            question(file)


def test_a_file_has_a_log_that_readers_need_not_wait_for(file):
    migrations.upgrade(file)
    with closing(files.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_two_files_upgraded_at_once_do_not_meet(tmp_path):
    migrations.upgrade(whole := tmp_path / "whole.db")
    files = [tmp_path / f"{number}.db" for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrations.upgrade, files))
    assert [schema(file) == schema(whole) for file in files] == [True] * 8
