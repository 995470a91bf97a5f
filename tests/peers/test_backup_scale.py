"""What copies cost where many co-ops live: `make test-long` looks for an hour."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.request import Request, urlopen

import pytest

from tests.bench import visitors
from tests.bench.copies import multiply
from tests.bench.machine import family, memory, worked
from tests.bench.served import host, make, rose_in, start, visit
from tests.busy import SLUGS
from tests.losses import Machine

MINUTES = float(os.environ.get("MINUTES", "0.5"))
COOPS, OPEN, BUSY, LOAD = 1_000, 50, 20, 30
CALM, IDLE = (660, 900) if MINUTES >= 30 else (10, 30)
"""Seconds; every ten minutes Litestream puts together what has changed, and after that it has nothing to do."""
SHARE, WEIGHT = 40, 100
"""Percent of a core, and megabytes, that Litestream may take."""
LONGEST = 128 * 2**20
"""Bytes of a log: of one that is folded, and of what these write until somebody looks."""


@pytest.mark.timeout(300 + 60 * MINUTES)
def test_a_thousand_coops_cost_litestream_little_and_idle_ones_ask_nothing(weed, tmp_path):
    rose = rose_in(tmp_path)
    rose.environment["ROSE_REPLICA"] = weed.bucket()
    asyncio.run(make(rose, 1))
    multiply(rose, COOPS)
    try:
        start(rose)
        for number in range(OPEN):
            visit(rose, number)
        time.sleep(10)
        _, litestream = family(rose.server.pid)
        before = worked(litestream)
        with ThreadPoolExecutor(BUSY) as busy:
            list(busy.map(shop, [rose.url] * BUSY, range(BUSY)))
        share, weight = (worked(litestream) - before) / LOAD * 100, memory(litestream)[1]
        time.sleep(CALM)
        requests = weed.requests()
        time.sleep(IDLE)
        requests = weed.requests() - requests
    finally:
        rose.stop()
    print(
        f"\n{COOPS} co-ops, {OPEN} open, {BUSY} busy: Litestream takes {share:.0f} % of a core and {weight:.0f} MB; ",
        end="",
    )
    print(f"{requests} requests in {IDLE} s without a change")
    assert share <= SHARE and weight <= WEIGHT and requests == 0


def shop(url, number):
    """Twice a second somebody wants more of something, or less."""
    cookie, line = visitors.shopper(url, host(number))
    for turn in range(2 * LOAD):
        wanted = f"quantity={turn % 5 + 1}".encode()
        asked = Request(f"{url}/cart/lines/{line}", wanted, {"Host": host(number), "Cookie": cookie})
        urlopen(asked, timeout=30).close()
        time.sleep(0.5)


@pytest.mark.timeout(120 + 60 * MINUTES)
def test_no_log_grows_without_end_with_litestream_or_without(tmp_path):
    longest, replicas = {}, (f"file://{tmp_path}/replica", "none")
    with ExitStack() as stack:
        for number, replica in enumerate(replicas):
            (tmp_path / str(number)).mkdir()
            machine = stack.enter_context(Machine(tmp_path / str(number), replica))
            machine.live(asks=False)
            longest[machine] = 0
        end = time.monotonic() + 60 * MINUTES
        while time.monotonic() < end:
            time.sleep(0.5)
            for machine in longest:
                longest[machine] = max(longest[machine], *(file.stat().st_size for file in logs(machine)))
        commits = [sum(len(machine.told(slug).at) for slug in SLUGS) for machine in longest]
    sizes = ", ".join(f"{size / 2**20:.1f} MB" for size in longest.values())
    print(f"\nafter {MINUTES:g} minutes and {commits} commits the longest log was {sizes}, with Litestream and without")
    assert max(longest.values()) <= LONGEST


def logs(machine):
    return [*machine.data.glob("*-wal"), *machine.data.glob("coops/*/site.db-wal")]
