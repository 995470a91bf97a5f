"""Software that others wrote. What is not installed skips its tests; under `make test-peers` that is an error."""

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Rose

MODULES = Path(__file__).parent / "node_modules"


@pytest.fixture(scope="session")
def peer():
    """`peer("lighthouse/cli/index.js")`: where that file of an npm package is."""

    def peer(name, needs=""):
        missing = name if not (MODULES / name).exists() else needs if needs and not shutil.which(needs) else ""
        if missing and os.environ.get("PEERS") == "all":
            pytest.fail(f"{missing} is not installed")
        elif missing:
            pytest.skip(f"{missing} is not installed: `make test-peers` brings it")
        return str(MODULES / name)

    return peer


@pytest.fixture(scope="session")
def oakhill(tmp_path_factory):
    """The sample co-op."""
    rose = Rose(tmp_path_factory.mktemp("oakhill") / "data")
    yield rose.serve("--replica", "none", "--sample")
    rose.stop()
