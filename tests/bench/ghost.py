"""`make bench-ghost`: our home page and a post beside those of a real Ghost, in one run.

Ghost is in production mode with its own theme; the same posts are on both sides. They take turns, and a ratio is the
median of the rounds' ratios, so that whoever else works on this machine matters little. Requests are for each second
of CPU time of all the processes of a side; ours are those of Litestream too.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from tests.peers.ghost import Ghost
from tests.peers.ghost.bring import VERSION, bring

from . import visitors
from .load import UNCACHED, bring_wrk, requests
from .machine import family, memory
from .posts import MEMBER, POST, SLUG, publish, write
from .served import host, rose_in, start
from .table import say, tell

ROUNDS, CALM = 3, 10
LOAD = {"connections": 4, "seconds": 6}
"""Few at a time, so that what Ghost has begun at the end, and is not counted, is little."""
PAGES = {"home page": "/", "a post": f"/{POST}"}
ANYBODY, SIGNED_IN, WHOLE = "anybody", "a member, signed in", "anybody, our cache off"
AT_LEAST = {
    (ANYBODY, "home page"): 300,
    (ANYBODY, "a post"): 150,
    (SIGNED_IN, "home page"): 20,
    (SIGNED_IN, "a post"): 20,
    (WHOLE, "home page"): 3,
    (WHOLE, "a post"): 3,
}
"""So many times Ghost's."""
TITLES = "", "ours", "Ghost", "ratio", "target", "met"


def main():
    bring_wrk()
    bring()
    busy = quiet()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        say("Writing the same posts on both sides")
        (theirs := Path(folder) / "ghost").mkdir()
        ghost, rose = stack.enter_context(Ghost(theirs)), rose_in(Path(folder))
        stack.callback(rose.stop)
        publish(ghost)
        asyncio.run(write(rose))
        began = begin(rose, ghost)
        rested = weigh(rose, ghost)
        cases = ours(rose), others(ghost)
        say("Warming up")
        warm(*cases)
        rounds = [take(number, *cases) for number in range(ROUNDS)]
        weighed = weigh(rose, ghost)
    rows = [row(rounds, *case) for case in AT_LEAST]
    rows.append(size("start to first page, s", began, 1))
    rows.append(size("memory at rest (PSS), MB", rested, 1))
    rows.append(size("… after all these requests", weighed, 0.5))
    tell(TITLES, [(*cells, "yes" if met else "**no**") for cells, met in rows], f"Ghost {VERSION}", busy)
    sys.exit("--no-fail" not in sys.argv and not all(met for _, met in rows))


def begin(rose, ghost):
    """Seconds from the command to the first page."""
    wall, _ = start(rose)
    ghost.kill()
    before = perf_counter()
    ghost.start()
    return wall, perf_counter() - before


def weigh(rose, ghost):
    """Megabytes of all the processes of each, once nobody has asked for anything for a while."""
    sleep(CALM)
    return [sum(memory(pid)[0] for pid in family(server.pid)) for server in (rose.server, ghost.process)]


def ours(rose):
    """Who asks, and for which page -> how often in a CPU second."""
    signed_in = f"Cookie: {visitors.member(rose.told('coop', 'sign-in', SLUG, MEMBER), host(0))}"
    asking = {ANYBODY: {}, SIGNED_IN: {"headers": (signed_in,)}, WHOLE: {"script": UNCACHED}}
    return cases(rose.server.pid, rose.url, asking)


def others(ghost):
    cookie = "; ".join(f"{name}={value}" for name, value in ghost.member(MEMBER).items())
    asking = {ANYBODY: {}, SIGNED_IN: {"headers": (f"Cookie: {cookie}",)}}
    return cases(ghost.process.pid, ghost.url, asking, end="/")


def cases(pid, url, asking, end=""):
    """`end`: of an address that is not the home page's."""

    def case(path, headers=(), script=None):
        return partial(requests, pid, url + (path if path == "/" else path + end), *headers, script=script, **LOAD)

    return {(who, page): case(path, **how) for who, how in asking.items() for page, path in PAGES.items()}


def warm(*sides):
    for cases in sides:
        for ask in cases.values():
            ask()


def take(number, ours, others):
    """What each case got of both; what has no cache has nothing to switch off."""
    say(f"Round {number + 1} of {ROUNDS}")
    theirs = {case: ask() for case, ask in others.items()}
    return {case: (ask(), theirs.get(case) or theirs[ANYBODY, case[1]]) for case, ask in ours.items()}


def row(rounds, who, page):
    """And whether it is as fast as it should be."""
    pairs, least = [one[who, page] for one in rounds], AT_LEAST[who, page]
    own, theirs = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(mine / other for mine, other in pairs)
    return (f"{page}, {who}", f"{own:,.0f}", f"{theirs:,.0f}", f"{ratio:.3g}", f"at least {least}"), ratio >= least


def size(what, figures, most):
    ratio = figures[0] / figures[1]
    return (what, *(f"{figure:.3g}" for figure in figures), f"{ratio:.2f}", f"at most {most:g}"), ratio <= most


def quiet():
    """How busy others keep this machine, while nothing of this runs yet."""
    return f"load average {os.getloadavg()[0]:.1f} before it began"


if __name__ == "__main__":
    main()
