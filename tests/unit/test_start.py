"""What a start takes with it, and what it leaves alone."""

import gc
import subprocess
import sys

from app.control import importing

HEAVY = ("sqlalchemy", "litestar", "jinja2", "cryptography", "babel", "httpx", "obstore", "prometheus_client")


def loaded(module):
    """Which of the heavy packages come with this module."""
    code = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_a_command_that_only_asks_imports_no_house():
    assert loaded("app.__main__") == []


def test_a_server_imports_nothing_that_it_may_never_need():
    assert loaded("app.serve") == list(HEAVY[: HEAVY.index("httpx")])


def test_the_collector_passes_by_what_was_imported_to_stay():
    before = gc.get_freeze_count()
    with importing():
        stays = [[] for _ in range(1000)]
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() >= before + len(stays)
    gc.unfreeze()
