"""Commands made to be cut off: `python -m tests.cut DATA` makes a data folder there, with oak and elm, copied.

For every line of JSON that it reads, [data folder, moment, words …], it carries out `rose WORDS` in a child, which is
killed at that moment, if it comes to it: before its so-many-th change of a folder, or statement to the registry, or
commit. What became of it is a line too: [exit code, moments, what it said].
"""

import asyncio
import json
import os
import signal
import sys
from itertools import count
from pathlib import Path

from app import files
from app.__main__ import main
from app.commands import create_coop
from app.control import quiet
from app.main import House
from app.settings import Settings
from domains import blog

CHANGES = {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "sqlite3.connect"}
moments = count(1)


async def furnish(data):
    """Each has a post and is copied."""
    house = House(Settings.read(data_dir=data))
    async with house.serving():
        for name in ("Oak", "Elm"):
            about = {"name": name, "url": f"https://{name.lower()}.example", "steward": "ruth@oak.example"}
            made = await create_coop(house, quiet, **about)
            async with house.tenants.use(made["id"]) as coop, coop.writing() as db:
                await blog.write_post(db, blog.Words(f"Leeks of {name}"), status="published")


def cut_off_at(moment):
    """This process, at its so-many-th moment."""
    begin = files.Connection.__init__

    def come():
        if next(moments) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def connected(connection, database, *about, **more):
        begin(connection, database, *about, **more)
        is_registry = "registry" in str(database)
        connection.set_trace_callback(lambda said: come() if is_registry or said == "COMMIT" else None)

    files.Connection.__init__ = connected
    sys.addaudithook(lambda event, about: come() if event in CHANGES else None)


def carry_out(data, moment, words):
    os.environ["ROSE_DATA_DIR"] = data
    os.dup2(os.open(f"{data}/said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    os.dup2(1, 2)
    cut_off_at(moment)
    try:
        main(words)
    finally:
        sys.stdout.flush()
        Path(data, "moments").write_text(str(next(moments) - 1))


def nurse():
    for line in sys.stdin:
        data, moment, *words = json.loads(line)
        Path(data, "moments").write_text("0")
        if (child := os.fork()) == 0:
            try:
                carry_out(data, moment, words)
            except SystemExit as ended:
                os._exit(ended.code or 0)
            os._exit(99)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([code, int(Path(data, "moments").read_text()), Path(data, "said").read_text()]), flush=True)


asyncio.run(furnish(Path(sys.argv[1])))
print("[]", flush=True)
nurse()
