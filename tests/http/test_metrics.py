"""What the operator's Prometheus is told, and that nobody else is."""

import asyncio
import shutil
import socket
import time
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from app.counting import BOUNDS
from app.main import House
from app.metrics import telling
from app.settings import Settings, SettingsTrouble
from app.trouble import Trouble
from flows.engine.models import Run
from tests import runs
from tests.http.conftest import settings
from tests.http.test_tenancy import routes


@pytest.fixture
async def house(furnished, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(furnished, data)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    house = House(replace(settings(data), metrics=address))
    async with house.awake(), telling(house):
        yield house


async def asked(house, request=b"GET /metrics HTTP/1.1\r\nHost: prometheus\r\n\r\n"):
    """The answer to these very bytes."""
    reader, writer = await asyncio.open_connection(*house.settings.metrics_address)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer.decode()


async def told(house):
    """(name, labels) -> value."""
    head, _, text = (await asked(house)).partition("\r\n\r\n")
    assert head.startswith("HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_and_status_those_from_memory_too(house, oak, steward, woken_house):
    etag = [await oak.get("/") for _ in range(3)][-1].headers["etag"]
    await oak.get("/", headers={"if-none-match": etag})
    await oak.head("/")
    assert woken_house == ["/"], "all but the first from memory"
    await oak.get("/market/product/4711")
    await oak.get("/market/product/4712")
    await oak.get("/no/such/page")
    await oak.get("/", headers={"host": "nobody.example"})
    await steward.post("/steward/export", data={"keys": "left"})
    found = await told(house)
    count = {key[1:]: value for key, value in found.items() if key[0] == "rose_request_seconds_count"}
    assert count == {
        ("/", "200"): 4,
        ("/", "304"): 1,
        ("/market/product/{id}", "404"): 2,
        ("none", "404"): 2,
        ("/steward/export", "200"): 1,
    }
    ladder = [found["rose_request_seconds_bucket", bound, "/", "200"] for bound in (*map(str, BOUNDS), "+Inf")]
    assert ladder == sorted(ladder) and ladder[-1] == 4 and ladder[0] >= 0
    assert 0 < found["rose_request_seconds_sum", "/", "200"] < 5 and found["process_resident_memory_bytes",] > 10**7


@pytest.fixture
def woken_house(house, monkeypatch):
    """Every path that the doorkeeper did not answer from memory."""
    doorkeeper, asked = house.app._app, []
    app = doorkeeper.app

    async def wake(scope, receive, send):
        asked.append(scope["path"])
        await app(scope, receive, send)

    monkeypatch.setattr(doorkeeper, "app", wake)
    return asked


async def test_what_is_open_and_at_work_is_counted_and_nothing_is_opened_or_kept_open_for_it(house, coop, elm):
    before = await told(house)
    assert before["rose_open_coops",] == 1 and before["rose_litestream_up",] == 0
    await elm.get("/")
    known = await runs.in_every_state(coop)
    late = {"definition": "", "key": "late", "input": {}, "node": "n", "status": "ready", "name": "n", "began": 1}
    async with coop.writing() as db:
        await db.execute(insert(Run).values(**late, due=time.time() - 100, fence=0, attempt=0, error=""))
    found = await told(house)
    assert found["rose_open_coops",] == 2 and found["rose_commits_total",] > before["rose_commits_total",]
    states = {key[1]: value for key, value in found.items() if key[0] == "rose_flow_runs"}
    assert states["stuck"] >= 2 and states["waiting"] >= 1 and sum(states.values()) > len(known)
    assert found["rose_flow_runs_overdue",] == 1 <= found["rose_flow_runs_due",]
    assert found["rose_wal_bytes",] > found["rose_wal_largest_bytes",] > 4096
    assert coop.users == 1, "the fixture's own"


async def test_only_a_question_for_metrics_is_answered(house):
    for request in (b"GET / HTTP/1.1\r\n\r\n", b"POST /metrics HTTP/1.1\r\n\r\n", b"GET /metricsx HTTP/1.1\r\n\r\n"):
        assert (await asked(house, request)).startswith("HTTP/1.0 404 ")
    assert await asked(house, b"x" * 100_000) == ""


async def test_no_page_of_anybody_at_any_host_shows_them(house, oak, elm, steward):
    await told(house)
    for client in (oak, elm, steward):
        for host in ("oak.example", "elm.example", "nobody.example", "localhost", "127.0.0.1"):
            answer = await client.get("/metrics", headers={"host": host})
            assert answer.status_code == 404 and "rose_" not in answer.text and "process_" not in answer.text
    assert not any("metrics" in path for _, path in routes())


async def test_they_are_not_told_where_an_address_is_taken_and_that_is_one_sentence(house):
    with pytest.raises(Trouble, match=r"^ROSE_METRICS 127\.0\.0\.1:\d+ cannot be used: [\w ]+\.$"):
        async with telling(house):
            pass


@pytest.mark.parametrize(
    "typed", ["9100", "127.0.0.1", ":9100", "127.0.0.1:99999", "ann@localhost:9100", "a b:1", "h:0", "::1:9100"]
)
def test_what_is_no_address_is_refused(tmp_path, typed):
    with pytest.raises(SettingsTrouble, match="ROSE_METRICS is no address with a port"):
        Settings.read(data_dir=tmp_path, secret_key="an-honest-secret-for-tests-0123456789", metrics=typed)
