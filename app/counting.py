"""How many requests there were, by route and status, and how long they took; only where the operator asks for it."""

from bisect import bisect_left
from collections import defaultdict
from time import perf_counter
from typing import Any

BOUNDS = (0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Seconds; each is the longest of its group."""
Requests = dict[tuple[str, int], list[float]]
"""A route's template, "" for what leads nowhere, and a status, 0 for what was not answered -> how many took so long,
for each of BOUNDS; how many took longer than all; and seconds, all together."""


def no_requests() -> Requests:
    return defaultdict(lambda: [0] * (len(BOUNDS) + 2))


class Counting:
    """Outside of everything, for what is answered from memory counts too: in plain numbers, since to count such a page
    may take no more than a fiftieth of the time that it takes."""

    def __init__(self, app: Any, requests: Requests) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whoever answers has put the status into the scope, as the framework puts the route."""
        began = perf_counter()
        try:
            await self._app(scope, receive, send)
        finally:
            took = perf_counter() - began
            counts = self._requests[scope.get("path_template", ""), scope.get("status", 0)]
            counts[bisect_left(BOUNDS, took)] += 1
            counts[-1] += took
