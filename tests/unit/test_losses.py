"""The short form of what `make test-peers` does a hundred times, and to S3."""

import random

import pytest

from ops.litestream import binary
from tests.losses import Losses, Machine


@pytest.mark.skipif(binary() is None, reason="needs the program litestream")
def test_no_kill_of_server_or_litestream_spoils_a_copy_or_loses_what_was_confirmed(tmp_path):
    with Machine(tmp_path, f"file://{tmp_path}/replica") as machine:
        found = Losses(machine, random.Random(7), pause=0.4).run(10, openings=0)
    assert found.places == {"HERE"} and found.restores and found.confirmed
