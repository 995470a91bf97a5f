"""Software that others wrote. What is not installed skips its tests; under `make test-peers` that is an error."""

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Rose
from tests.losses import Machine
from tests.peers.ghost import Ghost
from tests.peers.ghost.bring import STAMP
from tests.peers.weed import HERE, SECRET, USER, Weed

MODULES = Path(__file__).parent / "node_modules"


@pytest.fixture(scope="session")
def peer():
    """`peer("lighthouse/cli/index.js")`: where that file of an npm package is."""

    def peer(name, needs=""):
        missing = name if not (MODULES / name).exists() else needs if needs and not shutil.which(needs) else ""
        if missing:
            lacking(missing)
        return str(MODULES / name)

    return peer


def lacking(what):
    if os.environ.get("PEERS") == "all":
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed: `make test-peers` brings it")


@pytest.fixture(scope="session")
def oakhill(tmp_path_factory):
    """The sample co-op."""
    rose = Rose(tmp_path_factory.mktemp("oakhill") / "data")
    yield rose.serve("--replica", "none", "--sample")
    rose.stop()


@pytest.fixture(scope="session")
def weed(tmp_path_factory):
    """A real S3 server, and its keys in the environment."""
    if not (HERE / "bin/weed").exists():
        lacking("SeaweedFS")
    with pytest.MonkeyPatch.context() as environment, Weed(tmp_path_factory.mktemp("weed")).running() as weed:
        environment.setenv("LITESTREAM_ACCESS_KEY_ID", USER)
        environment.setenv("LITESTREAM_SECRET_ACCESS_KEY", SECRET)
        yield weed


@pytest.fixture(scope="session")
def ghost(tmp_path_factory):
    """A real Ghost, set up."""
    if not STAMP.exists():
        lacking("Ghost")
    with Ghost(tmp_path_factory.mktemp("ghost")) as ghost:
        yield ghost


@pytest.fixture(params=("folder", "s3"))
def replica(request, tmp_path):
    """Where copies go: each promise is kept by both."""
    return f"file://{tmp_path}/replica" if request.param == "folder" else request.getfixturevalue("weed").bucket()


@pytest.fixture
def machine(tmp_path, replica):
    with Machine(tmp_path, replica) as machine:
        yield machine
