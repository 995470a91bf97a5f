"""How a co-op's file came to look as it does: one linear history, run in one transaction on a connection of its own."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, event

from domains.base import watch

from .. import files

FOLDER = Path(__file__).parent
ONE = threading.Lock()
"""One file at a time: Alembic's `op` is the process's, and would write what is one file's into another."""
HEAD = max(file.name.split("_")[0] for file in (FOLDER / "versions").glob("[0-9]*.py"))


class NewerFile(Exception):
    """A newer Rose Ash wrote this co-op's file; it is left as it is."""


def is_behind(file: Path) -> bool:
    """Whether `upgrade` has something to do. Raises NewerFile."""
    found = version_of(file)
    if found > HEAD:
        raise NewerFile(f"{file} has version {found}; this Rose Ash knows {HEAD}")
    return found < HEAD


def version_of(file: Path) -> str:
    """The empty text for a file that has none yet."""
    if not file.exists():
        return ""
    with closing(files.connect(file)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return ""
        return str(row[0]) if row else ""


def upgrade(file: Path) -> None:
    """To the newest version, all of it or nothing; may be called twice, and by two at once. Raises NewerFile.

    Foreign keys are off meanwhile (a batch alter would empty the table that refers to the altered one) and checked
    before it is kept.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from . import tables  # noqa: F401 - for what it registers

    script = ScriptDirectory(str(FOLDER))
    with ONE, _writing(file) as connection:
        options = {"transactional_ddl": True, "fn": lambda found, _: script._upgrade_revs("head", found)}
        context = MigrationContext.configure(connection, opts=options)
        if (context.get_current_revision() or "") > HEAD:
            raise NewerFile(str(file))
        with Operations.context(context):
            context.run_migrations()
        watch(connection)
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise RuntimeError(f"{file}: {len(broken)} rows would point at nothing")


@contextmanager
def _writing(file: Path) -> Iterator[Connection]:
    how = files.how("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF")
    engine = create_engine(f"sqlite:///{file}", connect_args=how, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection, connection.begin():
        yield connection
