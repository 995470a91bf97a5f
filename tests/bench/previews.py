"""`make bench-previews`: how long whoever writes waits for a preview of a long post, over HTTP, change after change.

Wall time, for that is what somebody waits: a machine that does something else meanwhile answers later.
"""

import asyncio
import sys
import tempfile
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from urllib.parse import urlencode

from .served import host, make, rose_in, start
from .table import say, tell
from .visitors import member

CHANGES, MOST = 60, 150
"""How many are asked for, and within how many milliseconds 95 % of them are there."""
SENTENCE = (
    "Bring *boots* and a [crate](/market/goods), for whoever comes takes **home** what they carry, and it rains. "
)
HEADERS = {"HX-Request": "true", "HX-Request-Type": "partial", "Content-Type": "application/x-www-form-urlencoded"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        rose = rose_in(Path(folder))
        try:
            asyncio.run(make(rose, 1))
            start(rose)
            cookie = member(rose.told("coop", "sign-in", "coop0", "ruth@oak.example"), host(0))
            waited = {name: list(waits(rose, HEADERS | {"Cookie": cookie}, name)) for name in POSTS}
        finally:
            rose.stop()
    rows, met = [], True
    for name, (first, *others) in waited.items():
        p50, p95 = (quantiles(others, n=20)[at] for at in (9, 18))
        is_met = p95 <= MOST or name == WHOLE
        met &= is_met
        target = "" if name == WHOLE else f"at most {MOST}: {'yes' if is_met else '**no**'}"
        rows.append((name, *(f"{wait:.0f}" for wait in (first, p50, p95)), target))
    tell(("a preview of 200 kB", "first, ms", "each change, p50", "p95", "target, met"), rows)
    sys.exit("--no-fail" not in sys.argv and not met)


def waits(rose, headers, name):
    """Milliseconds of each, the first of which the server has never seen."""
    say(f"{CHANGES} changes of a post of 200 kB: {name}")
    with closing(HTTPConnection(host(0), rose.port)) as server:
        for number in range(CHANGES + 1):
            before = perf_counter()
            server.request("POST", "/blog/previews", urlencode({"body": POSTS[name](number)}), headers)
            answer = server.getresponse()
            size = len(answer.read())
            yield (perf_counter() - before) * 1000
            assert answer.status == 200 and size > 190_000


def post(changed):
    """With headings, a list and a table; one paragraph in the midst of it is new each time."""
    parts = [f"## Field {at}\n\n{SENTENCE * 3}\n\n{SENTENCE * 2}\n\n- leeks\n- *beets*" for at in range(345)]
    parts[170] += f"\n\n{SENTENCE}{changed}"
    return "\n\n".join([*parts, "| a | b |\n|---|--:|\n| leeks | 2 |"])


def short(changed):
    parts = [f"Field {at} has *leeks*." for at in range(7700)]
    parts[3850] += f" {changed}"
    return "\n\n".join(parts)


WHOLE = "all of it one list"
POSTS = {
    "headings, paragraphs, short lists": post,
    "with code between fences": lambda changed: f"{post(changed)}\n\n```\nleeks\n```",
    "with a footnote": lambda changed: f"{post(changed)}\n\nSo they say.[^1]\n\n[^1]: At the market.",
    "short paragraphs alone": short,
    WHOLE: lambda changed: "\n".join(["- a *leek*, " + "and more " * 4] * 3900) + f" {changed}",
}
"""Each with one paragraph that is new each time."""


if __name__ == "__main__":
    main()
