"""Thousands of co-ops in seconds: copies of one that was made as any is made, each itself."""

import secrets
import shutil
import time
from contextlib import closing

from app import files
from app.keys import Sealer
from app.registry import Entry, hosts_of

from .served import host

MONTH = 30 * 86400  # seconds


def multiply(rose, many):
    """So many co-ops out of the first: each with an id, an address and sealed keys of its own, asleep for a month."""
    with closing(files.connect(rose.data / "registry.db")) as registry, registry:
        registry.execute("BEGIN")
        (first,) = registry.execute("SELECT id FROM coops").fetchone()
        made = [_copy(rose, first, number) for number in range(1, many)]
        due = time.time() + MONTH
        rows = [(entry.id, entry.slug, entry.url, due) for entry in made]
        registry.executemany("INSERT INTO coops (id, slug, url, due) VALUES (?, ?, ?, ?)", rows)
        hosts = [(name, entry.id) for entry in made for name in hosts_of(entry)]
        registry.executemany("INSERT INTO hosts (host, coop) VALUES (?, ?)", hosts)


def _copy(rose, first, number):
    entry = Entry(secrets.token_hex(8), f"coop{number}", f"http://{host(number)}:{rose.port}")
    file = rose.data / "coops" / entry.id / "site.db"
    file.parent.mkdir(mode=0o700)
    shutil.copyfile(rose.data / "coops" / first / "site.db", file)
    secret = rose.environment["ROSE_SECRET_KEY"]
    old, new = Sealer(secret, first), Sealer(secret, entry.id)
    with closing(files.connect(file, "synchronous=OFF")) as coop, coop:
        coop.execute("BEGIN")
        keys = coop.execute("SELECT name, wrapped FROM site_keys").fetchall()
        own = [(new.seal(name, old.open(name, wrapped)), name) for name, wrapped in keys]
        coop.executemany("UPDATE site_keys SET wrapped = ? WHERE name = ?", own)
        coop.execute("UPDATE site SET name = ?, url = ?", (f"Co-op {number}", entry.url))
    return entry
