"""What runs that sleep cost: beside a click, after a kill, and a machine that has a hundred thousand of them."""

import asyncio
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from app.coop import Coop
from app.dues import Dues
from tests.e2e.conftest import ROOT

from .copies import multiply
from .machine import family, open_files, worked
from .ours import Nobody, fall_asleep
from .served import make, rose_in, start, visit
from .table import say
from .turns import told

CLICKS = 1000
FEW, MANY, KILLS = 1_000, 10_000, 5
SECONDS, MORE = 1.0, 0.2
"""Until the first resume has ended, and how much later it may be with many."""
SOME, COOPS, EACH, OPEN, REST = 100, 1_000, 100, 50, 30
SETTLED = 75
"""Seconds: a minute after a co-op was opened, Litestream opens one more of its files."""
STILL = 0.5
"""Percent of a core."""


def clicks():
    say(f"Clicking twice on {CLICKS:,} links")
    with tempfile.TemporaryDirectory() as folder:
        once = told(sys.executable, "ours", folder, "clicks", str(CLICKS))["once"]
    yield f"two clicks at once on {CLICKS:,} links: one resume", f"{once:,}", f"{CLICKS:,}", once == CLICKS


def kills():
    """The first resume of a process, from its start (Python's own start among it), after the one before was killed."""
    say("Killing")
    with ExitStack() as stack:
        beds = [stack.enter_context(bed(many)) for many in (FEW, MANY)]
        rounds = [[killed(folder) for folder in beds] for _ in range(KILLS + 1)][1:]
    few, many = (median(times) for times in zip(*rounds, strict=True))
    more = median(many - few for few, many in rounds)
    yield f"first resume after kill -9, {FEW:,} asleep", f"{few:.2f} s", f"at most {SECONDS:g} s", few <= SECONDS
    target = f"at most {SECONDS:g} s, and {MORE * 1000:g} ms later"
    met = many <= SECONDS and more <= MORE
    yield f"… {MANY:,} asleep", f"{many:.2f} s ({more * 1000:+.0f} ms)", target, met


@contextmanager
def bed(many):
    with tempfile.TemporaryDirectory() as folder:
        told(sys.executable, "ours", folder, "bed", str(many))
        yield folder


def killed(folder):
    """Seconds until it has resumed; it is killed at work."""
    before = perf_counter()
    command = [sys.executable, "-m", "tests.bench.ours", folder, "wake"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        took = perf_counter() - before
        sleep(0.5)
        process.kill()
    return took


def idle():
    """Two servers side by side, each with as many co-ops open, all that they have asleep."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        roses = [registered(Path(folder, str(many)), many) for many in (SOME, COOPS)]
        for rose in roses:
            stack.callback(rose.stop)
            start(rose)
            for number in range(OPEN):
                visit(rose, number)
        share = rest(roses[-1].server.pid)
        few, many = (sum(map(open_files, family(rose.server.pid))) for rose in roses)
    name = f"{COOPS:,} co-ops, {EACH} runs asleep in each, {OPEN} open"
    yield name, f"{share:.2f} % of a core", f"at most {STILL} %", share <= STILL
    yield f"… open files, and with {SOME} co-ops", f"{many}, {few}", "no more", many <= few


def registered(folder, many):
    say(f"Making {many:,} co-ops with {EACH} runs asleep in each")
    folder.mkdir()
    rose = rose_in(folder)
    asyncio.run(make(rose, 1))
    asyncio.run(put_to_sleep(*rose.data.glob("coops/*/site.db")))
    multiply(rose, many)
    return rose


async def put_to_sleep(file):
    coop = await Coop(file, Dues().of(file.parent.name), Nobody()).prepare()
    for number in range(EACH):
        await fall_asleep(coop, number)
    await coop.close()


def rest(server):
    """What it works meanwhile, in percent of a core; Litestream, which looks at every open file, is not counted."""
    say(f"Resting for {SETTLED + REST} s")
    sleep(SETTLED)
    before = worked(server)
    sleep(REST)
    return (worked(server) - before) / REST * 100
