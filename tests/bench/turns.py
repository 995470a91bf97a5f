"""One case after another, by each in turn: a process and a database that nobody has used before."""

import json
import subprocess
import sys
import tempfile

from tests.e2e.conftest import ROOT

from . import rivals

CASES = {"calls": "calls", "notes": "notes", "plain": "notes", "sleeps": "sleeps"}
"""Ours, and which of theirs is beside it."""


def take(case, number, python, cluster):
    """What each of the three tells."""
    with tempfile.TemporaryDirectory() as folder:
        yield told(sys.executable, "ours", folder, case)
        files = f"sqlite:///{folder}/system.db", f"sqlite:///{folder}/application.db"
        yield told(python, "theirs", *files, CASES[case])
    yield told(python, "theirs", *rivals.new_database(cluster, f"{case}{number}"), CASES[case])


def told(python, module, *words):
    """The figures of a process that has ended."""
    command = [python, "-m", f"tests.bench.{module}", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
