"""What the operator's Prometheus is told of the whole machine, at ROSE_METRICS: an address of its own, which no co-op's
visitor can reach. Its library is imported by the first who asks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import accumulate
from time import time
from typing import TYPE_CHECKING, Any

from flows import viewer

from .backup import log_size
from .coop import Coop
from .counting import BOUNDS, Requests
from .lookout import Standing
from .trouble import Trouble

if TYPE_CHECKING:
    from .main import House

PATIENCE = 5.0
"""Seconds in which a question must be there, all of it."""
OVERDUE = 60.0
"""Seconds after which a run that wants somebody should have had them."""
NOT_HERE = b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"
FOUND = b"HTTP/1.0 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"


@asynccontextmanager
async def telling(house: "House") -> AsyncIterator[None]:
    """Answers `GET /metrics` where the settings say. Raises Trouble."""
    if not (address := house.settings.metrics_address):
        yield
        return

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(PATIENCE):
                    asked = await reader.readuntil(b"\r\n\r\n")
                writer.write(await _answer(house) if asked.startswith(b"GET /metrics ") else NOT_HERE)
                await writer.drain()
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(hear, *address)
    except OSError as error:
        why = str(error.strerror).rpartition(": ")[2]  # asyncio puts the address before it
        raise Trouble(f"ROSE_METRICS {house.settings.metrics} cannot be used: {why}.") from None
    async with server:
        yield


async def _answer(house: "House") -> bytes:
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    text = await told(house)
    return FOUND % (CONTENT_TYPE_LATEST.encode(), len(text), text)


async def told(house: "House") -> bytes:
    """All of it, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    with house.tenants.holding() as coops:
        of_coops = [*_files(house, coops), *await _runs(coops), *_copies(house, coops)]
    registry = CollectorRegistry()
    registry.register(_Found([*_requests(house.requests), *of_coops]))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Found:
    """What was gathered for one answer, as the library takes it."""

    def __init__(self, metrics: list[Any]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Any]:
        return self._metrics


def _requests(requests: Requests) -> Iterable[Any]:
    from prometheus_client.core import HistogramMetricFamily

    about = "Requests by route and status, and how long their answers took."
    family = HistogramMetricFamily("rose_request_seconds", about, labels=["route", "status"])
    for (route, status), counts in list(requests.items()):
        buckets = zip((*map(str, BOUNDS), "+Inf"), accumulate(counts[:-1]), strict=True)
        family.add_metric([route or "none", str(status or "none")], list(buckets), counts[-1])
    yield family


def _files(house: "House", coops: Sequence[Coop]) -> Iterable[Any]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    logs = [log_size(file) for file in (house.registry.path, *(coop.file for coop in coops))]
    yield GaugeMetricFamily("rose_open_coops", "Co-ops whose files are open.", len(coops))
    yield CounterMetricFamily("rose_commits", "Transactions that were kept, of all co-ops.", Coop.commits)
    yield GaugeMetricFamily("rose_wal_bytes", "Write-ahead logs of all open files together.", sum(logs))
    yield GaugeMetricFamily("rose_wal_largest_bytes", "The largest write-ahead log of an open file.", max(logs))


async def _runs(coops: Sequence[Coop]) -> Iterable[Any]:
    from prometheus_client.core import GaugeMetricFamily

    states, due, overdue, now = Counter(dict.fromkeys(viewer.STATES, 0)), 0, 0, time()
    for coop in coops:
        async with coop.reading() as db:
            states.update(await viewer.counts(db))
            due += await viewer.due(db, now)
            overdue += await viewer.due(db, now - OVERDUE)
    runs = GaugeMetricFamily("rose_flow_runs", "Runs of flows of open co-ops, by state.", labels=["state"])
    for state, many in states.items():
        runs.add_metric([state], many)
    return (
        runs,
        GaugeMetricFamily("rose_flow_runs_due", "Runs that want somebody by now.", due),
        GaugeMetricFamily("rose_flow_runs_overdue", "Runs that have wanted somebody for a minute.", overdue),
    )


def _copies(house: "House", coops: Sequence[Coop]) -> Iterable[Any]:
    from prometheus_client.core import GaugeMetricFamily

    now, lookout = time(), house.lookout
    lags = {coop.id: now - since for coop in coops if (since := lookout.since(coop)) is not None}
    behind = GaugeMetricFamily("rose_replication_behind_seconds", "Co-ops that are behind, by id.", labels=["coop"])
    for coop in coops:
        if lookout.standing(coop) is Standing.BEHIND:
            behind.add_metric([coop.id], lags[coop.id])
    yield behind
    about = "How old what is copied of an open co-op is, of the one with the oldest."
    yield GaugeMetricFamily("rose_replication_lag_seconds", about, max(lags.values(), default=0))
    yield GaugeMetricFamily("rose_litestream_up", "Whether Litestream runs.", house.backup.alive)
