"""Copies of busy co-ops, whatever is killed when: `KILLS=10 make test-peers` does it less often."""

import os
import random
import time
from statistics import median, quantiles

import pytest

from tests.busy import SLUGS
from tests.losses import Losses

KILLS = int(os.environ.get("KILLS", "100"))
DEATHS = 6
MOST = 3.0
"""Seconds of commits that may go when the machine goes."""


@pytest.mark.timeout(120 + 10 * KILLS)
def test_no_kill_of_server_or_litestream_spoils_a_copy_or_loses_what_was_confirmed(machine, replica):
    found = Losses(machine, random.Random(6), pause=1.2).run(KILLS, openings=2 * KILLS)
    assert found.places == {"ELSEWHERE" if replica.startswith("s3:") else "HERE"}
    print(f"\n{found.kills} kills, {found.restores} restores: 0 corrupt, 0 failed; {found.commits} commits, ", end="")
    print(f"{found.confirmed} of them confirmed, {machine.lives} versions, {found.openings} openings")
    assert found.restores > KILLS and found.confirmed >= KILLS


@pytest.mark.timeout(300)
def test_with_the_machine_go_no_more_than_three_seconds_of_commits(machine):
    chance, lost = random.Random(6), []
    for _ in range(DEATHS):
        machine.live(asks=False)
        machine.wait()
        time.sleep(chance.uniform(4, 6))
        machine.kill_litestream()
        machine.kill_server()
        gone = time.time()
        for slug, found in zip(SLUGS, machine.restored(*SLUGS), strict=True):
            at = machine.told(slug).at
            assert not found.fault
            lost.append(gone - at[found.many] if found.many < len(at) else 0)
    print(
        f"\n{len(lost)} losses: median {median(lost):.1f} s of commits, p95 {quantiles(lost, n=20)[-1]:.1f} s, ", end=""
    )
    print(f"most {max(lost):.1f} s")
    assert max(lost) <= MOST
