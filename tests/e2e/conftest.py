"""A real server on a real port, and a real Chromium; nothing here is made up."""

import asyncio
import email
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.policy import default
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.commands import create_coop
from app.control import quiet
from app.main import House
from app.serve import SAMPLE
from app.settings import Settings
from tests import ghosts, photos, runs
from tests.conftest import settle
from tests.e2e import keys

SECRET = "an-honest-secret-for-tests-0123456789"
ROSE = [sys.executable, "-m", "app"]
ROOT = Path(__file__).parents[2]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws a page in half the time."""
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "chromium")
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
        secret = {"ROSE_SECRET_KEY": SECRET}
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

    def link(self, address, mails=1):
        """To sign in, out of the newest mail to this address, once there are so many."""
        return re.search(r"http://\S+/account/sign-in-link/\S+", self.mailed(address, mails)[-1])[0]

    def joining(self, steward, address):
        """To approve and to decline whoever asks with this address."""
        return re.findall(r"http://\S+/account/joining/\S+", self.mailed(steward, 1, address)[-1])

    def reading(self, address):
        """To begin the newsletter, or to stop it, out of the newest mail to this address."""
        return re.search(r"http://\S+/account/reading/\S+", self.mailed(address, 1, "/account/reading/")[-1])[0]

    def wanted_ticket(self, address):
        """To take a ticket, out of the newest mail to this address."""
        return re.search(r"http://\S+/events/wanted-ticket/\S+", self.mailed(address, 1, "/events/wanted-")[-1])[0]

    def mailed(self, address, many, words=""):
        """So many mails with these words, the newest last, once they are there."""
        deadline = time.monotonic() + PATIENCE
        while len(found := [mail for mail in self.mails(address) if words in mail]) < many:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return found

    def mails(self, address):
        """What was mailed there, the newest last."""
        files = sorted(self.data.glob("mail/*/*.eml"), key=lambda file: file.stat().st_mtime_ns)
        mails = [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [mail.get_content() for mail in mails if mail["To"] == address]

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


STEWARD, EDITOR, MEMBER = "maud@oakhill.example", "ines@oakhill.example", "tam@oakhill.example"
expect.set_options(timeout=PATIENCE * 500)  # milliseconds


@pytest.fixture(scope="session")
def oakhill(tmp_path_factory):
    """The sample co-op with runs in every state, served once for all stories: each leaves the site as it found it."""
    rose = Rose(tmp_path_factory.mktemp("oakhill") / "data")
    furnish(rose)
    yield rose.serve("--replica", "none", "--sample")
    rose.stop()


def furnish(rose):
    """Before it is served: in another thread, for Playwright has a loop of its own in this one."""
    rose.data.mkdir()
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, _furnish(rose)).result()


async def _furnish(rose):
    house = House(Settings.read(data_dir=rose.data, secret_key=SECRET, replica="none"))
    async with house.awake():
        made = await create_coop(house, quiet, url=rose.url, sample=True, **SAMPLE)
        async with house.tenants.use(made["id"]) as coop:
            await settle(coop)
            await runs.in_every_state(coop)
            await photos.keep(coop)
            await photos.keep(coop, photos.photo((40, 30)), None)  # nobody has said what is on it
            await ghosts.linked(coop)


@pytest.fixture(scope="session")
def base_url(oakhill):
    return oakhill.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Chromium complains of the view transitions that it skips itself, so there are none."""
    return {**browser_context_args, "reduced_motion": "reduce", "locale": "en-GB"}


@pytest.fixture(scope="session")
def signed_in(oakhill, playwright):
    """`signed_in(address)`: what a browser keeps of somebody who has signed in."""

    @cache
    def signed_in(address, link=""):
        machine = playwright.request.new_context()
        answer = machine.post(link or oakhill.told("coop", "sign-in", "oakhill", address), form={"next": "/"})
        assert answer.ok, answer.text()
        state = machine.storage_state()
        machine.dispose()
        return state

    return signed_in


WAYS = ("keys", "plain", "mouse") if os.environ.get("EVERY") else ("keys", "plain")


@pytest.fixture(params=WAYS)
def scripted(request, monkeypatch):
    """Whether browsers run JavaScript: with it a story is told by keys alone, without it by mouse.

    `make test-long` tells it by mouse with it too.
    """
    if request.param == "keys":
        keys.alone(monkeypatch)
    return request.param != "plain"


@pytest.fixture(scope="session")
def resting(browser, browser_context_args):
    """Whether JavaScript runs in it -> pages that no story uses just now: a new one costs more time than a story."""
    pages = {True: [], False: []}
    yield pages
    for page in pages[True] + pages[False]:
        page.context.close()


@pytest.fixture
def visit(browser, browser_context_args, resting, signed_in, scripted):
    """`visit()` for a stranger's page, `visit(STEWARD)` for somebody signed in. No browser may complain of anything."""
    complaints, used = [], []

    def visit(address="", link=""):
        free = resting[scripted]
        page = (
            free.pop() if free else browser.new_context(**browser_context_args, java_script_enabled=scripted).new_page()
        )
        if address:
            page.context.add_cookies(signed_in(address, link)["cookies"])
        deaf = listen(page, complaints)
        used.append((page, deaf))
        return page

    yield visit
    for page, deaf in used:
        page.context.clear_cookies()
        deaf()
        resting[scripted].append(page)
    assert not complaints


def listen(page, complaints):
    """To scripts that fail, to what the policy forbids, and to files that are not there; a refusal is no fault.

    What it gives back ends it.
    """

    def hear(message):
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {message.text}")

    def look(response):
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch"):
            complaints.append(f"{page.url}: {response.status} for {response.url}")

    hearing = {"console": hear, "response": look, "pageerror": lambda error: complaints.append(f"{page.url}: {error}")}
    for event, react in hearing.items():
        page.on(event, react)
    return lambda: [page.remove_listener(event, react) for event, react in hearing.items()]


def the(page, name):
    """A section, by its heading."""
    return page.get_by_role("region", name=name)


def heading(page, name):
    return page.get_by_role("heading", level=1, name=name)


@contextmanager
def seamless(page, scripted):
    """With JavaScript the page stays where it is; without it, another is loaded."""
    loaded = []
    page.wait_for_load_state()
    page.on("request", note := lambda request: request.is_navigation_request() and loaded.append(request.url))
    yield
    page.remove_listener("request", note)
    assert bool(loaded) is not scripted, loaded
