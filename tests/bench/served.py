"""A server with many co-ops, as it is started and asked."""

from time import perf_counter, sleep
from urllib.request import Request, urlopen

from app.control import ask
from app.settings import Settings
from tests.e2e.conftest import Rose

from .machine import cpu, family, memory

ROOMS = ("/", "/market/goods", "/events/calendar", "/blog/news")
CALM = 2  # seconds


def rose_in(folder):
    """Its first co-op is at the server's own address, and so is its first page."""
    rose = Rose(folder / "data")
    rose.url = f"http://127.0.0.1:{rose.port}"
    return rose


def host(number):
    return f"coop{number}.localhost" if number else "127.0.0.1"


async def make(rose, many):
    """Co-ops with something in every room."""
    settings = Settings.read(data_dir=rose.data, secret_key=rose.environment["ROSE_SECRET_KEY"])
    for number in range(many):
        about = {"name": f"Co-op {number}", "slug": f"coop{number}", "url": f"http://{host(number)}:{rose.port}"}
        await ask(settings, "create_coop", lambda *_: None, **about, steward="ruth@oak.example", sample=True)


def start(rose, *words):
    """From its command to its first page: seconds, and how many of them processors worked for it. It runs on."""
    before = perf_counter()
    rose.serve(*words)
    took = perf_counter() - before
    worked = cpu(rose.server.pid)
    visit(rose, 0)
    return took, worked


def visit(rose, number, path="/"):
    """Seconds until this co-op has answered."""
    before = perf_counter()
    with urlopen(Request(f"{rose.url}{path}", headers={"Host": host(number)}), timeout=30) as answer:
        answer.read()
    return perf_counter() - before


def weigh(rose, coops):
    """Megabytes of the server and all that it started, PSS and RSS, once these co-ops have been looked at."""
    for number in coops:
        for path in ROOMS:
            visit(rose, number, path)
    sleep(CALM)
    return [sum(kind) for kind in zip(*(memory(pid) for pid in family(rose.server.pid)), strict=True)]
