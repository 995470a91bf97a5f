"""Which co-ops live here: ids, slugs, addresses and hosts, and which of them are open. Nothing else about anyone."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

from . import files
from .hosts import canonical
from .trouble import Trouble

STEPS = (
    """
CREATE TABLE coops (
    id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, url TEXT NOT NULL UNIQUE, open INTEGER NOT NULL DEFAULT 0, due REAL
);
CREATE INDEX coops_open ON coops (open) WHERE open;
CREATE INDEX coops_due ON coops (due) WHERE due IS NOT NULL;
CREATE TABLE hosts (host TEXT PRIMARY KEY, coop TEXT NOT NULL REFERENCES coops (id));
""",
    """
CREATE TABLE IF NOT EXISTS gone (host TEXT PRIMARY KEY);
ALTER TABLE coops ADD COLUMN used REAL;
ALTER TABLE coops ADD COLUMN asleep INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coops ADD COLUMN drilled REAL;
ALTER TABLE coops ADD COLUMN fault TEXT NOT NULL DEFAULT '';
UPDATE coops SET used = unixepoch();
CREATE INDEX coops_used ON coops (used) WHERE NOT open AND NOT asleep;
CREATE INDEX coops_drilled ON coops (drilled);
CREATE TABLE chores (name TEXT PRIMARY KEY, done REAL NOT NULL);
""",
)
"""Each brings a file to the next version. `gone`: hosts of co-ops that were here, at which whoever is left alone does
not answer; `used`: when somebody asked last for one that is closed; `asleep`: its file is in its copies alone;
`drilled`, `fault`: when it was last restored to see whether it can be, and what was wrong; `chores`: when the machine
last did them."""
VERSION = len(STEPS)
REMEMBERED = 1000
"""Hosts, so that the next request for one asks no file."""
PRAGMAS = ("busy_timeout=500", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class NewerVersion(Trouble):
    """A newer Rose Ash wrote this file."""


class Damaged(Trouble):
    """It cannot be read."""


class Taken(Trouble):
    """Another co-op here has this slug or address."""


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    slug: str
    url: str


@dataclass(frozen=True, slots=True)
class Drill:
    """A co-op was restored from its copies, to see whether it can be."""

    at: float
    """Seconds since the epoch."""
    fault: str
    """What was wrong with them, in a sentence; empty where nothing was."""


class Registry:
    """One file, one connection of the one thread that serves; each look-up is an indexed read of microseconds."""

    def __init__(self, file: Path) -> None:
        """Raises NewerVersion, Damaged."""
        self.path = file
        try:
            self._file = files.connect(file, *PRAGMAS, check_same_thread=False)
            self._bring_up()
        except sqlite3.OperationalError:  # it is locked, or there is no room
            raise
        except sqlite3.DatabaseError as error:
            mend = "move it away, and `rose restore` brings it back; the files of co-ops stay as they are"
            raise Damaged(f"{file} is damaged ({error}): {mend}.") from None
        self._at: dict[str, str] = {}

    def _bring_up(self) -> None:
        """To this version. Raises NewerVersion."""
        found = self._file.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            self._file.close()
            raise NewerVersion(
                f"{self.path} was written by a newer Rose Ash (version {found}, and this one knows {VERSION}); "
                "run that one."
            )
        for version in range(found, VERSION):
            self._file.executescript(f"BEGIN IMMEDIATE; {STEPS[version]} PRAGMA user_version = {version + 1}; COMMIT;")
        self._file.execute("SELECT * FROM coops LIMIT 1").fetchone()

    def close(self) -> None:
        self._file.close()

    async def checkpoint(self) -> None:
        """Folds the write-ahead log into the file; only while no Litestream could be reading it."""
        self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def add(self, entry: Entry) -> None:
        """One that is open. Raises Taken."""
        new = "INSERT INTO coops (id, slug, url, open) VALUES (?, ?, ?, 1)"
        try:
            with self._writing() as file:
                file.execute(new, (entry.id, entry.slug, entry.url))
                for host in hosts_of(entry):
                    file.execute("INSERT INTO hosts (host, coop) VALUES (?, ?)", (host, entry.id))
                    file.execute("DELETE FROM gone WHERE host = ?", (host,))
        except sqlite3.IntegrityError:
            raise Taken(f"Another co-op here has the slug {entry.slug} or the address {entry.url}.") from None

    def hide(self, id: str) -> None:
        """Nobody finds it at any host any more, and nothing is due there; commands know it until it is removed."""
        with self._writing() as file:
            file.execute("INSERT OR IGNORE INTO gone SELECT host FROM hosts WHERE coop = ?", (id,))
            file.execute("DELETE FROM hosts WHERE coop = ?", (id,))
            file.execute("UPDATE coops SET open = 0, asleep = 0, due = NULL WHERE id = ?", (id,))

    def remove(self, id: str) -> None:
        """One that is hidden."""
        with self._writing() as file:
            file.execute("DELETE FROM coops WHERE id = ?", (id,))

    def asleep(self) -> set[str]:
        """Those whose files are in their copies alone."""
        return {id for (id,) in self._file.execute("SELECT id FROM coops WHERE asleep")}

    def hidden(self) -> list[Entry]:
        """Those whose removal was cut off."""
        question = "SELECT id, slug, url FROM coops WHERE id NOT IN (SELECT coop FROM hosts) ORDER BY slug"
        return [Entry(*row) for row in self._file.execute(question)]

    def all(self, most: int = -1) -> list[Entry]:
        """The first by slug; by default, every one."""
        question = "SELECT id, slug, url FROM coops ORDER BY slug LIMIT ?"
        return [Entry(*row) for row in self._file.execute(question, (most,))]

    def is_empty(self) -> bool:
        return self._file.execute("SELECT 1 FROM coops").fetchone() is None

    def is_unused(self) -> bool:
        """Whether no co-op is here, nor was any that is gone."""
        return self.is_empty() and self._file.execute("SELECT 1 FROM gone").fetchone() is None

    def by_slug(self, slug: str) -> Entry | None:
        return self._one("SELECT id, slug, url FROM coops WHERE slug = ?", slug)

    def known(self, slug: str) -> Entry:
        """Raises Trouble."""
        if entry := self.by_slug(slug):
            return entry
        raise Trouble(f"There is no co-op {slug} here; `rose coop list` names them.")

    def by_id(self, id: str) -> Entry | None:
        return self._one("SELECT id, slug, url FROM coops WHERE id = ?", id)

    def id_at(self, host: str) -> str | None:
        """The co-op at this Host, as `canonical` writes it; one that is alone here answers at any but ""."""
        if host not in self._at:
            if (found := self._id_at(host)) is None:
                return None
            if len(self._at) >= REMEMBERED:
                self._at.clear()
            self._at[host] = found
        return self._at[host]

    def _id_at(self, host: str) -> str | None:
        if not host:
            return None
        if found := self._file.execute("SELECT coop FROM hosts WHERE host = ?", (host,)).fetchone():
            return str(found[0])
        if self._file.execute("SELECT 1 FROM gone WHERE host = ?", (host,)).fetchone():
            return None
        alone = self._file.execute("SELECT DISTINCT coop FROM hosts LIMIT 2").fetchall()
        return str(alone[0][0]) if len(alone) == 1 else None

    def names(self, host: str) -> bool:
        """Whether this Host is a co-op's by name; to be alone here is not enough."""
        return bool(self._file.execute("SELECT 1 FROM hosts WHERE host = ?", (host,)).fetchone())

    def note_opened(self, id: str) -> None:
        """A start registers these again with Litestream, for whoever was killed may have left a tail behind."""
        self._file.execute("UPDATE coops SET open = 1, asleep = 0, due = NULL WHERE id = ?", (id,))

    def note_closed(self, id: str, due: float | None, used: float, copied: bool = True) -> None:
        """`due`: when its flows next want somebody; `used`: when somebody asked for it last. One that is not all
        `copied` counts as open."""
        self._file.execute("UPDATE coops SET open = ?, due = ?, used = ? WHERE id = ?", (not copied, due, used, id))

    def note_copied(self, id: str) -> None:
        """All of one that was closed before."""
        self._file.execute("UPDATE coops SET open = 0 WHERE id = ?", (id,))

    def used(self, id: str) -> float | None:
        """When somebody asked for it last; None for one that was never closed."""
        row = self._file.execute("SELECT used FROM coops WHERE id = ?", (id,)).fetchone()
        return float(row[0]) if row and row[0] else None

    def note_asleep(self, id: str) -> None:
        """It is closed, and its file is in its copies alone; opening it ends that."""
        self._file.execute("UPDATE coops SET asleep = 1 WHERE id = ?", (id,))

    def lay_down_all(self, but: Iterable[str]) -> None:
        """On a machine that has the copies of the others alone. Whatever was open when this was copied is due at once,
        for nobody noted when it would be."""
        with self._writing() as file:
            file.execute("UPDATE coops SET asleep = 1, due = CASE WHEN open THEN 0 ELSE due END, open = 0")
            file.executemany("UPDATE coops SET asleep = 0, used = unixepoch() WHERE id = ?", [(id,) for id in but])

    def is_asleep(self, id: str) -> bool:
        return bool(self._file.execute("SELECT 1 FROM coops WHERE id = ? AND asleep", (id,)).fetchone())

    def unused(self, since: float, until: float, most: int) -> list[str]:
        """Closed co-ops whose files are here, were closed before `since`, and are woken by nothing until `until`."""
        question = "SELECT id FROM coops WHERE NOT open AND NOT asleep AND used < ? AND coalesce(due, ?) >= ?"
        question += " ORDER BY used LIMIT ?"
        return [id for (id,) in self._file.execute(question, (since, until, until, most))]

    def were_open(self) -> list[str]:
        return [id for (id,) in self._file.execute("SELECT id FROM coops WHERE open")]

    def due(self, now: float) -> list[str]:
        """Closed co-ops whose flows want somebody."""
        return [id for (id,) in self._file.execute("SELECT id FROM coops WHERE due <= ?", (now,))]

    def hurry(self, now: float) -> None:
        """After the clock was set back: when closed co-ops are due was told by one that was ahead, so all are asked."""
        self._file.execute("UPDATE coops SET due = ? WHERE due > ?", (now, now))

    def next_due(self, now: float) -> float:
        """When the next of them will, after now."""
        due: float | None = self._file.execute("SELECT min(due) FROM coops WHERE due > ?", (now,)).fetchone()[0]
        return inf if due is None else due

    def drill(self, id: str) -> Drill | None:
        """The last one of this co-op."""
        row = self._file.execute("SELECT drilled, fault FROM coops WHERE id = ? AND drilled NOTNULL", (id,)).fetchone()
        return row and Drill(*row)

    def note_drill(self, id: str, drill: Drill) -> None:
        self._file.execute("UPDATE coops SET drilled = ?, fault = ? WHERE id = ?", (drill.at, drill.fault, id))

    def longest_undrilled(self, most: int) -> list[str]:
        """Of those that are closed, the ones whose last drill is the longest ago; those without any first."""
        question = "SELECT id FROM coops WHERE NOT open ORDER BY drilled LIMIT ?"
        return [id for (id,) in self._file.execute(question, (most,))]

    def last_done(self, chore: str) -> float:
        """Seconds since the epoch; 0 for what the machine has never done."""
        row = self._file.execute("SELECT done FROM chores WHERE name = ?", (chore,)).fetchone()
        return float(row[0]) if row else 0.0

    def note_done(self, chore: str, now: float) -> None:
        self._file.execute("INSERT OR REPLACE INTO chores (name, done) VALUES (?, ?)", (chore, now))

    def _one(self, question: str, answer: str) -> Entry | None:
        row = self._file.execute(question, (answer,)).fetchone()
        return row and Entry(*row)

    def _writing(self) -> "_Kept":
        self._at.clear()
        return _Kept(self._file)


class _Kept:
    """A transaction: kept when it is left, undone if it raises."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def __enter__(self) -> sqlite3.Connection:
        self._file.execute("BEGIN IMMEDIATE")
        return self._file

    def __exit__(self, kind: object, *_: object) -> None:
        self._file.execute("ROLLBACK" if kind else "COMMIT")


def hosts_of(entry: Entry) -> Iterable[str]:
    """The address's own host, and the slug's on this machine."""
    return dict.fromkeys((canonical(urlsplit(entry.url).netloc), f"{entry.slug}.localhost"))
