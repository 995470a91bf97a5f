"""Whether this co-op can be served, and how far its copies are; of a server without any, that it waits for one."""

from typing import Any

from litestar import Request, Response, get

from app.door import coop_of
from app.errors import refused
from fragments.view import Page

AGAIN = {"cache-control": "no-store"}


async def _empty(request: Request[Any, Any, Any]) -> Response[dict[str, str]] | None:
    """Before any file is looked for."""
    return None if coop_of(request.scope) else Response({"status": "ok", "coop": "none yet"}, headers=AGAIN)


def _away(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    """Whatever it is, `refused` has it logged."""
    headers = AGAIN | {"retry-after": str(refused(error).wait or 60)}
    return Response({"status": "away"}, status_code=503, media_type="application/json", headers=headers)


@get("/health", media_type="application/json", before_request=_empty, exception_handlers={Exception: _away})
async def health(view: Page) -> Response[dict[str, Any]]:
    """200 while its file opens and answers, for to make a view is to read it; else 503. `replication` is copied, behind
    or off, and all that was written until so many `seconds` ago is copied, as far as anybody knows."""
    found = view.copies()
    standing = "behind" if found.standing == "new" else str(found.standing)
    seconds = None if found.since is None else max(0, round(view.now.timestamp() - found.since))
    return Response({"status": "ok", "replication": standing, "seconds": seconds}, headers=AGAIN)
