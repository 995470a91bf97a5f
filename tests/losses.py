"""What becomes of a busy server's copies: it is killed, its co-ops are restored, and looked through."""

import asyncio
import os
import secrets
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from app import files
from ops.litestream import Litestream, LitestreamTrouble, restore
from tests.busy import SLUGS, UNSERVED
from tests.nursery import nursery

READERS = "SELECT id, address FROM account_readers ORDER BY id"
TOLD = "SELECT n, many, size FROM busy_total"
FOUND = "SELECT (SELECT max(id) - 1 FROM account_readers), count(*), total(length(body)) FROM busy"


class Restored(NamedTuple):
    many: int
    """Commits that are in it."""
    fault: str = ""
    """Why it is not sound, or not of one moment."""


class Told(NamedTuple):
    """What a killed server had said of a co-op."""

    at: list[float]
    """When it had kept each commit."""
    confirmed: list[int]
    """How many were in the copies, each time that it asked."""
    places: set[str]
    """Where those are, in the words of `Kept`."""
    openings: int


class Machine:
    """A folder in which a busy server lives again and again, and where its copies go."""

    def __init__(self, folder, replica):
        self.folder, self.data, self.replica = folder, folder / "data", replica
        self.lives, self.server = 1, None  # the nursery's own
        self._copies = Litestream(self.data, replica)

    def __enter__(self):
        self._nursery = nursery("tests.busy", self.folder, self.replica)
        self._birth = self._nursery.__enter__()
        return self

    def __exit__(self, *about):
        if self.server:
            self.server.kill()
        self._nursery.__exit__(*about)

    def live(self, **about):
        self.lives += 1
        self.server = self._birth({"life": self.lives, **about})

    def wait(self):
        """Until it has written something in this life."""
        before = [len(self.told(slug).at) for slug in SLUGS]
        while before == [len(self.told(slug).at) for slug in SLUGS]:
            time.sleep(0.02)

    def kill_server(self):
        """Litestream goes with it."""
        self.server.kill()
        assert self.server.end() in (-9, UNSERVED)

    def kill_litestream(self):
        for process in processes(self.data):
            with suppress(ProcessLookupError):
                os.kill(process, 9)

    def told(self, slug):
        file, told = self.folder / slug, Told([], [], set(), 0)
        for line in file.read_text().splitlines() if file.exists() else ():
            moment, many, *more = line.split()
            if not more:
                told.at.append(float(moment))
            elif more == ["opened"]:
                told = told._replace(openings=told.openings + 1)
            else:
                told.confirmed.append(int(many))
                told.places.add(more[0])
        return told

    def restored(self, *slugs):
        """Of each of them, from its copies alone. Raises LitestreamTrouble, sqlite3.DatabaseError."""

        async def restored():
            return await asyncio.gather(*(self._restored(file) for file in files))

        files = [self.file(slug) for slug in slugs]
        return asyncio.run(restored())

    async def _restored(self, file):
        to = self.folder / f"restored-{secrets.token_hex(8)}"
        await restore(self._copies.replica_of(file), to)
        found = await asyncio.to_thread(look, to)
        if not found.fault:
            to.unlink()
        return found

    def fault(self, slug):
        """Of its copies: they cannot be restored, are not sound, or lack what was confirmed."""
        confirmed = self.told(slug).confirmed[-1:]
        try:
            (found,) = self.restored(slug)
        except (LitestreamTrouble, sqlite3.DatabaseError) as error:
            return f"{slug}: {error}"
        return found.fault or ("" if [found.many] >= confirmed else f"{slug} lacks commits that were confirmed")

    def file(self, slug):
        with closing(files.connect(self.data / "registry.db")) as registry:
            (id,) = registry.execute("SELECT id FROM coops WHERE slug = ?", (slug,)).fetchone()
        return self.data / "coops" / id / "site.db"


def look(file):
    """All of it; raises for what is no database any more."""
    with closing(files.connect(file)) as connection:
        if (found := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            return Restored(0, f"{file}: {found[:3]}")
        readers = connection.execute(READERS).fetchall()
        many = len(readers)
        if readers != [(number + 1, f"{number}@busy.example") for number in range(many)]:
            return Restored(many, f"{file}: a hole among {many} commits")
        if many and connection.execute(TOLD).fetchone() != connection.execute(FOUND).fetchone():
            return Restored(many, f"{file}: commit {many} is there in parts")
    return Restored(many)


class Losses:
    """So many kills of server and Litestream, at random; after each death of the server, every co-op is restored.

    Each must be sound, of one moment, hold all that was confirmed, and nothing that was not committed."""

    def __init__(self, machine, chance, pause):
        """`pause`: at most so many seconds from one to the next."""
        self._machine, self._chance, self._pause = machine, chance, pause
        self.kills = self.restores = self.confirmed = self.openings = self.commits = 0

    def run(self, kills, openings):
        """At least so many of both."""
        while self.kills < kills or self.openings < openings:
            self._machine.live(**self._chance.choice(({}, {"open": 1}, {"sleeps": True})))
            if self._chance.random() < 0.7:  # the others may be killed before they are at work
                self._machine.wait()
            while not self._kill():
                pass
            self._restore()
        self._end()
        return self

    def _kill(self):
        """Whether the server was among whom it killed."""
        time.sleep(self._chance.uniform(0, self._pause))
        whom = self._chance.choice(("server", "litestream", "both"))
        self.kills += 1
        if whom != "server":
            self._machine.kill_litestream()
        if whom != "litestream":
            time.sleep(self._chance.choice((0, self._chance.uniform(0, 0.3))))
            self._machine.kill_server()
        return whom != "litestream"

    def _restore(self):
        told = {slug: self._machine.told(slug) for slug in SLUGS}
        for slug, found in zip(SLUGS, self._machine.restored(*SLUGS), strict=True):
            assert not found.fault
            least, most = told[slug].confirmed[-1:], len(told[slug].at) + self._machine.lives  # each may die untold
            assert least <= [found.many] <= [most], slug
        self.restores += len(SLUGS)
        self.openings = sum(one.openings for one in told.values())

    def _end(self):
        """Left alone, it goes on, and comes to its end; then nothing is missing."""
        until = max(len(self._machine.told(slug).at) for slug in SLUGS) + self._machine.lives + 20
        self._machine.live(until=until)
        assert self._machine.server.end() == 0
        assert self._machine.restored(*SLUGS) == [Restored(until)] * len(SLUGS)
        assert [look(self._machine.file(slug)) for slug in SLUGS] == [Restored(until)] * len(SLUGS)
        told = [self._machine.told(slug) for slug in SLUGS]
        self.commits = until * len(SLUGS)
        self.confirmed = sum(len(one.confirmed) for one in told)
        self.places = set().union(*(one.places for one in told))


def processes(folder):
    """The Litestreams that run on this folder, as the kernel sees them."""
    mine = os.fsencode(folder / "litestream.yml")
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and mine in command(entry)]


def command(entry):
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""
