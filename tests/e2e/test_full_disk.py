"""A disk without room: pages are read, a write is refused in a clear word, and all goes on when there is room again."""

import secrets
import shutil
import subprocess
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from app import files
from tests.e2e.conftest import PATIENCE, ROOT, ROSE

ROOM = 12 * 2**20
"""Bytes of its disk."""
ON_A_SMALL_DISK = 'mount -t tmpfs -o size="$1" tmpfs "$2" && cp -a "$3/." "$2" && shift 3 && exec "$@"'


def can_mount(folder):
    """Whether this machine lets us have a small disk of our own, which goes with whoever has it."""
    if not shutil.which("unshare"):
        return False
    made = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True)
    return made.returncode == 0


class Small:
    """A server whose data folder is a small disk, seen from outside it."""

    def __init__(self, rose, folder):
        folder.mkdir()
        command = ["unshare", "-rm", "sh", "-ec", ON_A_SMALL_DISK, "sh", str(ROOM), str(folder), str(rose.data)]
        command += [*ROSE, "serve", "--data", str(folder), "--port", str(rose.port)]
        with open(rose.data.parent / "server.log", "ab") as log:
            rose.server = subprocess.Popen(command, env=rose.environment, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not rose.answers():
            assert rose.server.poll() is None and time.monotonic() < deadline, rose.log()
            time.sleep(0.05)
        self.rose, self.cookie = rose, ""
        self.data = Path(f"/proc/{rose.server.pid}/root{folder}")

    def fill(self):
        with open(self.data / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass

    def make_room(self):
        (self.data / "ballast").unlink()

    def ask(self, path, **typed):
        """Status, headers and text."""
        headers = {"Origin": self.rose.url, "Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        with closing(HTTPConnection("localhost", self.rose.port, timeout=30)) as wire:
            wire.request("POST" if typed else "GET", path, urlencode(typed) or None, headers)
            answer = wire.getresponse()
            text = answer.read().decode()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return answer.status, answer.headers, text


@pytest.fixture
def small(rose, tmp_path):
    if not can_mount(tmp_path):
        pytest.skip("needs leave to mount a small disk in a namespace of its own (unshare)")
    link = rose.create()["sign_in_url"]
    small = Small(rose, tmp_path / "small")
    small.ask(urlsplit(link).path, sign="in")
    assert small.ask("/steward/today")[0] == 200, rose.log()
    return small


def post(small, title):
    return small.ask("/blog/new-post", title=title, body=f"{title} " * 2000, slug=title, kind="post")


def titles(small, tmp_path):
    """Of its file as it lies on the disk, which is whole."""
    folder = tmp_path / secrets.token_hex(4)
    shutil.copytree(next(small.data.glob("coops/*")), folder)  # SQLite would look for that path in our own namespace
    with closing(files.connect(folder / "site.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [title for (title,) in file.execute("SELECT title FROM blog_posts ORDER BY id")]


def test_a_full_disk_refuses_what_is_written_and_nothing_else(small, tmp_path):
    before = titles(small, tmp_path)
    assert post(small, "before")[0] == 303
    for _ in range(2):
        small.fill()
        refused = [post(small, f"refused-{number}") for number in range(3)]
        for status, headers, text in refused:
            assert status == 503 and int(headers["Retry-After"]) > 0
            assert "no room left" in text and "refused-" in text, "what was typed comes back"
        for path in "/", "/before", "/market/goods", "/steward/today", "/health":
            assert small.ask(path)[0] == 200, path
        small.make_room()
        deadline = time.monotonic() + PATIENCE
        while post(small, f"after-{_}")[0] != 303:
            assert time.monotonic() < deadline, small.rose.log()
            time.sleep(0.2)
    assert titles(small, tmp_path) == [*before, "before", "after-0", "after-1"]
    assert "Traceback" not in small.rose.log()
    assert small.rose.server.poll() is None


def test_a_folder_that_can_only_be_read_is_one_sentence(rose, tmp_path):
    if not can_mount(tmp_path):
        pytest.skip("needs leave to mount a small disk in a namespace of its own (unshare)")
    rose.create()
    locked = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    for words in (["serve"], ["coop", "list"], ["migrate"]):
        command = ["unshare", "-rm", "sh", "-ec", locked, "sh", str(rose.data), *ROSE, *words]
        done = subprocess.run(command, env=rose.environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
        assert "cannot be written: Read-only file system" in done.stderr
