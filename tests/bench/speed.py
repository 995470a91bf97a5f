"""`make bench`: what our pages cost, beside the least that the same server and framework can do, in one run.

Requests for each second of CPU time, so that whoever else works on this machine matters little; the cases take turns,
and what is told is the median of the rounds. "Uncached" is a page at an address that nobody ever asked for (`/?x=1`,
`/?x=2`, …): no page that is kept can answer it, so it is rendered whole, of what is read for it and of what many pages
ask, which is read once a version.
"""

import asyncio
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import sleep

from tests.e2e.conftest import ROOT, free_port

from . import visitors
from .load import UNCACHED, bring_wrk, requests
from .served import host, make, rose_in, start, weigh
from .table import say, tell

ROUNDS, STARTS, COOPS = 3, 3, 10
RAW, HELLO = 'raw ASGI "hello"', 'Litestar\'s "hello"'
HOME, BASKET, MEMBER, WHOLE = "home page, unchanged", "… with a basket", "… signed in", "… uncached"
AT_LEAST = {HOME: (1.5, 0.4), BASKET: (0.4, 0), WHOLE: (0.02, 0)}
"""Of Litestar's hello, and of the raw one."""
MEMORY, START = 160, 2.0
"""At most: megabytes, and seconds."""
TITLES = "", "a CPU second", "of Litestar's", "of raw", "target"


def main():
    bring_wrk()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        rose = rose_in(Path(folder))
        stack.callback(rose.stop)
        say(f"Making {COOPS} co-ops")
        asyncio.run(make(rose, COOPS))
        wall, worked = min(restart(rose, number) for number in range(STARTS))
        say(f"Memory with {COOPS} co-ops open")
        pss, rss = weigh(rose, range(COOPS))
        cases = {RAW: stack.enter_context(hello("raw")), HELLO: stack.enter_context(hello("litestar")), **pages(rose)}
        rounds = [take(number, cases) for number in range(ROUNDS)]
    rows = [speed(name, rounds) for name in cases]
    rows.append(size(f"memory, {COOPS} co-ops open", pss, "MB", MEMORY, f" (RSS {rss:.0f})"))
    rows.append(size("start to first page", wall, "s", START, f" (CPU {worked:.2f})"))
    tell(TITLES, [row for row, _ in rows])
    sys.exit("--no-fail" not in sys.argv and not all(met for _, met in rows))


def restart(rose, number):
    say(f"Start {number + 1} of {STARTS}")
    rose.stop()
    return start(rose)


@contextmanager
def hello(app):
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.hello", app, str(port)], cwd=ROOT)
    try:
        while server.poll() is None and not listens(port):
            sleep(0.1)
        yield partial(requests, server.pid, f"http://127.0.0.1:{port}/")
    finally:
        server.terminate()
        server.wait()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def pages(rose):
    home = partial(requests, rose.server.pid, f"{rose.url}/")
    link = rose.told("coop", "sign-in", "coop0", "tam@oakhill.example")
    return {
        HOME: home,
        BASKET: partial(home, f"Cookie: {visitors.shopper(rose.url, host(0))[0]}"),
        MEMBER: partial(home, f"Cookie: {visitors.member(link, host(0))}"),
        WHOLE: partial(home, script=UNCACHED),
    }


def take(number, cases):
    say(f"Round {number + 1} of {ROUNDS}")
    return {name: ask() for name, ask in cases.items()}


def speed(name, rounds):
    """A row, and whether it is as fast as it should be: against what was measured in the same round."""
    each, hello, raw = (median(one[name] / of(one) for one in rounds) for of in (lambda _: 1, _of(HELLO), _of(RAW)))
    least = AT_LEAST.get(name, (0, 0))
    wanted = [f"{share:g} of {whose}" for share, whose in zip(least, ("Litestar's", "raw"), strict=True) if share]
    target = f"at least {' and '.join(wanted)}" if wanted else ""
    return (name, f"{each:,.0f}", f"{hello:.3g}", f"{raw:.3g}", target), hello >= least[0] and raw >= least[1]


def _of(name):
    return lambda one: one[name]


def size(what, figure, unit, most, more=""):
    return (what, f"{figure:.3g} {unit}{more}", "", "", f"at most {most:g} {unit}"), figure <= most


if __name__ == "__main__":
    main()
