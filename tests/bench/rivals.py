"""What our flows are measured against: DBOS in an environment of its own, and a PostgreSQL that is thrown away."""

import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from ops.bootstrap import from_debian
from tests import apart

from .table import say

LOCK = Path(__file__).with_name("requirements-dbos.txt")
PROGRAMS = "/usr/lib/postgresql/*/bin"


def bring():
    """The Python that has DBOS."""
    bring_postgres()
    return str(apart.bring("DBOS", LOCK, "build/dbos") / "python")


def versions():
    locked = re.search(r"^dbos==(\S+)", LOCK.read_text(), re.M)[1]
    return f"DBOS Transact {locked}", f"PostgreSQL {apart.told(str(_programs() / 'postgres'), '--version').split()[2]}"


def bring_postgres():
    if not _programs():
        say("PostgreSQL, from Debian's packages")
        if not from_debian("postgresql") or not _programs():
            sys.exit("The figures need PostgreSQL: `sudo apt-get install postgresql`.")


@contextmanager
def postgres():
    """Its folder, where its socket is: as `initdb` makes it, with fsync, on no port of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        data, log, quiet = f"{folder}/data", f"{folder}/log", f"-k {folder} -c listen_addresses=''"
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        _as_nobody("initdb", "--pgdata", data, "--username", "rose", "--auth", "trust")
        _as_nobody("pg_ctl", "start", "--wait", "--pgdata", data, "--log", log, "--options", quiet)
        try:
            yield folder
        finally:
            _as_nobody("pg_ctl", "stop", "--wait", "--pgdata", data, "--mode", "fast")


def new_database(folder, name):
    """The same one as DBOS and as SQLAlchemy want it addressed."""
    _as_nobody("createdb", "--host", folder, "--username", "rose", name)
    return [f"{kind}://rose@/{name}?host={folder}" for kind in ("postgresql", "postgresql+psycopg")]


def _programs():
    found = sorted(Path("/").glob(f"{PROGRAMS.lstrip('/')}/initdb"), key=lambda file: float(file.parts[-3]))
    return found[-1].parent if found else None


def _as_nobody(program, *words):
    """It refuses to be root."""
    who = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    return apart.told(*who, str(_programs() / program), *words)
