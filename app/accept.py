"""People's browsers ask for pages, machines for JSON: whose request it is says the Accept header."""

from contextlib import suppress
from typing import Any

from litestar import Request

ACTIVITY, PAGE = "application/activity+json", "text/html"
JSON = (ACTIVITY, "application/ld+json", "application/json", "application/jrd+json")


def prefers_page(request: Request[Any, Any, Any]) -> bool:
    """Not for whoever takes anything: of machines, many ask for nothing in particular."""
    return _best(request, (*JSON, PAGE)) == PAGE


def prefers_json(request: Request[Any, Any, Any]) -> bool:
    """Not for whoever takes anything."""
    return _best(request, (PAGE, *JSON)) in JSON


def _best(request: Request[Any, Any, Any], offered: tuple[str, ...]) -> str:
    with suppress(OverflowError):  # an endless quality
        return request.accept.best_match(list(offered), "")
    return ""
