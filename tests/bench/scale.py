"""`make bench-scale`: ten thousand registered co-ops beside a hundred, with the same fifty open and twenty busy.

Two servers run side by side and take turns, so what grows with the co-ops that sleep shows as a ratio.
"""

import asyncio
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import sleep

from . import visitors
from .copies import multiply
from .load import bring_wrk, writes
from .machine import family, memory, open_files, worked
from .served import host, make, rose_in, start, visit, weigh
from .table import say, tell

FEW, MANY = 100, 10_000
OPEN, BUSY, FIRSTS, ROUNDS, REST = 50, 20, 50, 3, 30
MOST = 1.25
"""Times as much as with few, of what must not grow."""
STILL = 1
"""Millisecond of CPU a second."""
paired = partial(zip, strict=True)
TITLES = "", f"{FEW:,} co-ops", f"{MANY:,} co-ops", "ratio", "target"


def main():
    bring_wrk()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        roses = [registered(Path(folder, str(many)), many) for many in (FEW, MANY)]
        for rose in roses:
            stack.callback(rose.stop)
        rows = [row(*figures) for measure in (starts, weights, rests, firsts, changes) for figures in measure(roses)]
    tell(TITLES, [cells for cells, _ in rows])
    sys.exit("--no-fail" not in sys.argv and not all(met for _, met in rows))


def registered(folder, many):
    say(f"Making {many:,} co-ops")
    folder.mkdir()
    rose = rose_in(folder)
    asyncio.run(make(rose, 1))
    multiply(rose, many)
    return rose


def starts(roses):
    say("Starting")
    rounds = [[restart(rose) for rose in roses] for _ in range(ROUNDS)]
    yield "start to first page", "s", map(min, paired(*rounds)), 0


def restart(rose):
    rose.stop()
    return start(rose)[0]


def weights(roses):
    say(f"Opening {OPEN} of each")
    for rose in roses:
        weigh(rose, range(OPEN))
    for name, of in (("memory", lambda pid: memory(pid)[0]), ("open files", open_files)):
        for who, pids in processes(roses):
            yield f"{name}, {who}, {OPEN} open", "MB" if name == "memory" else "", map(of, pids), 0


def processes(roses):
    return paired(("server", "Litestream"), paired(*(family(rose.server.pid) for rose in roses)))


def rests(roses):
    say(f"Resting for {REST} s")
    both = {who: (pids, [worked(pid) for pid in pids]) for who, pids in processes(roses)}
    sleep(REST)
    for who, (pids, before) in both.items():
        yield f"at rest, {who}", "ms/s", [(worked(pid) - was) / REST * 1000 for pid, was in paired(pids, before)], STILL


def firsts(roses):
    """Every opening closes another co-op."""
    say(f"Waking {FIRSTS} of each")
    apart = [(many - OPEN) // FIRSTS for many in (FEW, MANY)]
    wake = [[partial(visit, rose, OPEN + turn * step) for turn in range(FIRSTS)] for rose, step in paired(roses, apart)]
    took = [[ask() for ask in turn] for turn in paired(*wake)]
    for rank in (50, 95):
        cuts = [quantiles(times, n=100)[rank - 1] * 1000 for times in paired(*took)]
        yield f"first request to a sleeper, p{rank}", "ms", cuts


def changes(roses):
    say(f"Writing in {BUSY} of each")
    told = [shoppers(rose) for rose in roses]
    rounds = [[writes(rose.server.pid, rose.url, file) for rose, file in paired(roses, told)] for _ in range(ROUNDS)]
    for number, second in enumerate(("second", "CPU second")):
        yield f"kept changes a {second}, {BUSY} busy", "", [median(one[number] for one in of) for of in paired(*rounds)]


def shoppers(rose):
    file = rose.data.parent / "shoppers"
    told = [(host(number), *visitors.shopper(rose.url, host(number))) for number in range(BUSY)]
    file.write_text("".join(f"{host} {line} {cookie}\n" for host, cookie, line in told))
    return file


def row(what, unit, figures, nothing=None):
    """Its cells, and whether it has not grown, if it must not: a figure below `nothing` is none."""
    few, many = figures
    target = "" if nothing is None else f"at most {MOST}" + (f", or {nothing} {unit}" if nothing else "")
    met = not target or many <= max(MOST * few, nothing)
    return (what, f"{few:.3g} {unit}".strip(), f"{many:.3g} {unit}".strip(), f"{many / few:.2f}", target), met


if __name__ == "__main__":
    main()
