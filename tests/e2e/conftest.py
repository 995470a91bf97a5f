"""A real server on a real port, and a real Chromium; nothing here is made up."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROSE = [sys.executable, "-m", "app"]
ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIET += ("--disable-component-update", "--disable-sync")
PATIENCE = 30  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Rose:
    """`rose`, as somebody types it, with a data folder of its own."""

    def __init__(self, data, **settings):
        self.data, self.port = data, free_port()
        self.url = f"http://localhost:{self.port}"
        secret = {"ROSE_SECRET_KEY": "an-honest-secret-for-tests-0123456789"}
        self.environment = {**os.environ, **secret, "ROSE_DATA_DIR": str(data), "PYTHONWARNINGS": "default", **settings}
        self.server = None

    def run(self, *words):
        """The finished process; its output is text."""
        about = {"capture_output": True, "text": True, "env": self.environment, "cwd": ROOT, "timeout": 60}
        return subprocess.run([*ROSE, *words], **about)

    def told(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def create(self, name="Oak", url="", **options):
        about = [word for option, value in options.items() for word in (f"--{option}", value)]
        about += ["--steward", "ruth@oak.example", "--json", "--url", url or self.url]
        return json.loads(self.told("coop", "create", name, *about))

    def serve(self, *words):
        with open(self.data.parent / "server.log", "ab") as log:
            command = [*ROSE, "serve", "--port", str(self.port), *words]
            self.server = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.server.poll() is None and time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return self

    def answers(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def log(self):
        return (self.data.parent / "server.log").read_text()

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(PATIENCE)


@pytest.fixture
def rose(tmp_path):
    """Not served yet: `rose.create()`, `rose.serve()`."""
    rose = Rose(tmp_path / "data")
    yield rose
    rose.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": CHROMIUM, "args": list(QUIET)}
