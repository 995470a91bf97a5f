"""A server made to be killed, with busy co-ops, and Litestream beside it: `python -m tests.busy FOLDER REPLICA`.

Each of its lives migrates the files by one version more. What it has kept is a line in FOLDER/SLUG: when, how many
commits, and where they are besides, if that was asked.
"""

import asyncio
import os
import random
import sys
import time
from pathlib import Path

from sqlalchemy import text

import app.coop
from app import files, migrations
from app.backup import Kept
from app.commands import create_coop
from app.control import quiet
from app.main import House
from app.settings import Settings
from domains import account
from ops.litestream import LitestreamTrouble
from tests.nursery import nurse

SLUGS = ("ash", "elm", "fir", "oak")
HISTORY, HEAD = migrations.FOLDER, migrations.HEAD
SECRET = "an-honest-secret-for-tests-0123456789"
UNSERVED = 3
"""The exit code of a server that did not start."""
VERSION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", "{before}"


def upgrade():
    {deed}
"""
FIRST = """
    op.create_table("busy", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("n", sa.Integer()),
        sa.Column("body", sa.Text()))
    op.create_table("busy_total", sa.Column("n", sa.Integer()), sa.Column("many", sa.Integer()),
        sa.Column("size", sa.Integer()))
    op.execute("INSERT INTO busy_total VALUES (-1, 0, 0)")
"""
LATER = """
    with op.batch_alter_table("busy", recreate="always") as batch:
        batch.add_column(sa.Column("since_{revision}", sa.Text(), nullable=False, server_default="then"))
    op.create_index("busy_n_{revision}", "busy", ["n"])
"""
CHANGES = [
    text(change)
    for change in (
        "DELETE FROM busy WHERE id < :n - 60 OR :n % 50 = 0",
        "UPDATE busy SET n = :n, body = hex(randomblob(abs(random() % 1500))) WHERE id % 5 = :n % 5",
        "INSERT INTO busy (id, n, body) VALUES (:n, :n, hex(randomblob(abs(random() % 3000))))",
        "UPDATE busy_total SET n = :n, many = (SELECT count(*) FROM busy), "
        "size = (SELECT total(length(body)) FROM busy)",
    )
]
"""Of commit number n, beside a reader with that number; all of it agrees in a file that is of one moment."""
UPHEAVALS = ("VACUUM", "ALTER TABLE busy_total ADD COLUMN more", "ALTER TABLE busy_total DROP COLUMN more")


def settings(data, replica, **more):
    return Settings.read(data_dir=data, secret_key=SECRET, replica=replica, **more)


async def live(folder, replica, *, life, open=50, until=None, sleeps=False, asks=True, pragma=""):
    """Until it is killed, or so many commits are kept of each; `open`: how many co-ops may be open at once; `sleeps`:
    whether their files are dropped now and then; `asks`: whether it wants to know what is copied; `pragma`: of every
    connection to a co-op."""
    if pragma:
        app.coop.PRAGMAS = (*app.coop.PRAGMAS, pragma)
    (folder / "data").mkdir(exist_ok=True)
    remember(folder, life)
    house = House(settings(folder / "data", replica, open_coops=open))
    await start(house)
    async with house.serving():
        for slug in SLUGS:
            if not house.registry.by_slug(slug):
                await create_coop(house, quiet, url=f"http://{slug}.example", steward="ruth@oak.example", name=slug)
        await asyncio.gather(*(Writer(house, folder, slug, asks, sleeps).work(until) for slug in SLUGS))


async def start(house):
    """A Litestream that is killed before it answers keeps the server from starting."""
    try:
        if house.backup.litestream:
            await house.backup.litestream.start()
    except LitestreamTrouble:
        os._exit(UNSERVED)


def remember(folder, life):
    """A history of our own, which has grown by one version in each life."""
    if not (versions := folder / "history/versions").is_dir():
        versions.mkdir(parents=True)
        for file in HISTORY.glob("versions/[0-9]*.py"):
            (versions / file.name).write_bytes(file.read_bytes())
    for number in range(int(HEAD) + 1, int(HEAD) + 1 + life):
        before, revision = f"{number - 1:04}", f"{number:04}"
        deed = FIRST if before == HEAD else LATER.format(revision=revision)
        about = VERSION.format(revision=revision, before=before, deed=deed.strip())
        (versions / f"{revision}_busy.py").write_text(about)
    migrations.FOLDER, migrations.HEAD = versions.parent, revision


class Writer:
    """Of one co-op: it writes, asks where that is, and now and then turns the whole file over."""

    def __init__(self, house, folder, slug, asks, sleeps):
        self._house, self._id = house, house.registry.by_slug(slug).id
        self._asks, self._sleeps = asks, sleeps
        self._told = os.open(folder / slug, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._chance, self._many = random.Random(), most_told(folder / slug)

    async def work(self, until):
        while self._many != until:
            async with self._house.tenants.use(self._id) as coop:
                before, self._many = self._many, self._found(coop)
                assert self._many >= before, f"{self._id}: {before} commits were kept, and {self._many} are there"
                self._tell(self._many, "opened")
                asking = asyncio.create_task(self._ask(coop))
                for _ in range(self._chance.randrange(3, 25) if until is None else until - self._many):
                    await self._write(coop)
                    if self._chance.random() < 0.05:
                        await self._upheave(coop)
                    await asyncio.sleep(self._chance.uniform(0, 0.02) if until is None else 0)
                asking.cancel()
            if self._sleeps:
                await self._house.tenants.lay_down(self._id)
            await asyncio.sleep(0.02)

    def _found(self, coop):
        (many,) = coop.watcher.execute("SELECT count(*) FROM account_readers").fetchone()
        return many

    def _tell(self, many, *more):
        os.write(self._told, f"{' '.join((str(time.time()), str(many), *more))}\n".encode())

    async def _write(self, coop):
        async with coop.writing() as db:
            await account.subscribe(db, f"{self._many}@busy.example")
            for change in CHANGES:
                await db.execute(change, {"n": self._many})
        self._many += 1
        self._tell(self._many)

    async def _ask(self, coop):
        while self._asks:
            await asyncio.sleep(self._chance.uniform(0, 0.1))
            asked = self._many
            if (kept := await self._house.backup.confirm(coop.file)) is not Kept.NOWHERE:
                self._tell(asked, kept.name)

    async def _upheave(self, coop):
        upheaval = self._chance.choice(UPHEAVALS)
        if upheaval == "VACUUM":
            async with coop.turn():
                await asyncio.to_thread(vacuum, coop.file)
            return
        async with coop.writing() as db:
            there = "more" in [row[1] for row in await db.execute(text("PRAGMA table_info(busy_total)"))]
            if there == ("DROP" in upheaval):
                await db.execute(text(upheaval))


def most_told(file):
    return max((int(line.split()[1]) for line in file.read_text().splitlines()), default=0) if file.exists() else 0


def vacuum(file):
    connection = files.connect(file, "busy_timeout=5000")
    connection.execute("VACUUM")
    connection.close()


if __name__ == "__main__":
    folder, replica = Path(sys.argv[1]), sys.argv[2]
    asyncio.run(live(folder, replica, life=1, until=1))  # so that all is imported and made
    nurse(lambda about: asyncio.run(live(folder, replica, **about)))
