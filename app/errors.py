"""One map from every refusal, the domains' and the framework's own, to a status and a page."""

import errno
import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domains.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded, TooMany, say
from ops.litestream import LitestreamTrouble

from .accept import prefers_json
from .keys import WrongKey
from .migrations import NewerFile
from .tenants import Away, Waking

log = logging.getLogger("errors")
BUSY = 5  # seconds


@dataclass(frozen=True, slots=True)
class Refused:
    """What people are told: a heading, a sentence that says how to go on, and seconds to wait if that helps."""

    status: int
    heading: str
    sentence: str
    wait: int = 0
    reference: str = ""
    comes_back: bool = False
    """Whether the page asks again by itself."""


PAGES = {
    400: (
        say("That request makes no sense here"),
        say("Something in the address or in what was sent is not in order."),
    ),
    401: (say("Sign in first"), say("Only members of this co-op see this page.")),
    403: (
        say("This is not for you to see"),
        say("Others look after this part of the site. A steward can change that."),
    ),
    404: (
        say("There is nothing at this address"),
        say("It may have moved, or it never was here."),
    ),
    405: (say("This cannot be done here"), say("The page is here, but it does not take that.")),
    408: (say("That took too long to arrive"), say("The connection was too slow. Send it again.")),
    409: (
        say("Somebody else was quicker"),
        say("It has changed meanwhile. Look at it again, then repeat what you did."),
    ),
    413: (
        say("That is too much at once"),
        say(
            "A form may hold two megabytes, one of a post three, a picture twelve, an export of a Ghost two hundred. "
            "Make it smaller."
        ),
    ),
    414: (say("That address is too long"), say("Shorten it and try again.")),
    415: (say("This page takes a form"), say("What was sent is of a kind that it cannot read.")),
    422: (say("Something in it is not in order"), say("Go back, look at it again, and send it once more.")),
    429: (say("That was a lot in a short time"), say("Wait a while, then try again.")),
    500: (say("Something went wrong here"), say("It is not your fault. Tell a steward this reference, and try again.")),
    503: (say("Many people are writing at once"), say("Nothing you typed is lost: it is kept below. Send it again.")),
}
EMPTY = (
    say("No co-op here yet"),
    say(
        "When this server started, it printed an address at which to make one. Open that; each start prints a new one."
    ),
)
AWAY = (
    say("This site cannot be opened just now"),
    say("Its steward has been told what to do. Come back a little later."),
)
SOON = (
    say("This site is away for a moment"),
    say("Whoever runs it is moving it, or bringing it back. Come again in a minute."),
)
FULL = (
    say("There is no room left on this machine"),
    say(
        "Pages can be read, but nothing can be kept. Nothing you typed is lost: send it again when whoever runs this "
        "machine has made room."
    ),
)
FAILING = (
    say("The disk of this machine fails"),
    say(
        "Nothing can be kept just now. Nothing you typed is lost: send it again when whoever runs it has looked at it."
    ),
)
WAKING = (
    say("This site is waking up"),
    say("Nobody was here for a while. It comes by itself in a moment."),
)
ELSEWHERE = (
    say("That came from another site"),
    say("For your safety it was not done. Open the page here and do it again."),
)


def refused(error: Exception) -> Refused:
    """Every exception has a page; what nobody expected is logged under a reference."""
    match error:
        case NotFound() | OverflowError():
            return _page(404)
        case SignInNeeded():
            return _page(401)
        case Forbidden():
            return _page(403)
        case Conflict():
            return _page(409)
        case Invalid():
            return _page(422)
        case TooMany(wait=wait):
            return _page(429, wait=max(1, round(wait)))
        case PoolTimeout():
            return _page(503, wait=BUSY)
        case OperationalError() | sqlite3.OperationalError() if "locked" in str(error) or "busy" in str(error):
            return _page(503, wait=BUSY)
        case OperationalError() | sqlite3.OperationalError() | OSError() if is_full(error):
            log.error("the disk is full: %s", error)
            return Refused(503, *FULL, wait=60)
        case OperationalError() | sqlite3.OperationalError() if "disk I/O error" in str(error):
            log.error("the disk fails: %s", error)
            return Refused(503, *FAILING, wait=60)
        case NewerFile() | WrongKey():
            log.error("a co-op cannot be opened: %s: %s", type(error).__name__, error)
            return Refused(503, *AWAY, wait=300)
        case Away():
            return Refused(503, *SOON, wait=BUSY)
        case Waking():
            return Refused(503, *WAKING, wait=1, comes_back=True)
        case LitestreamTrouble():
            log.error("a co-op cannot be brought back from its copies: %s", error)
            return Refused(503, *AWAY, wait=BUSY, comes_back=True)
        case HTTPException(detail="client disconnected prematurely"):
            return _page(400)
        case HTTPException(status_code=status) if status in PAGES and status != 500:
            return _page(status)
        case HTTPException(status_code=status) if 400 <= status < 500:
            return Refused(status, *PAGES[400])
    reference = secrets.token_hex(4)
    log.error("%s", reference, exc_info=error)
    return Refused(500, *PAGES[500], reference=reference)


def is_full(error: BaseException) -> bool:
    """Whether there was no room on the disk, for a file or for what SQLite keeps beside it."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(getattr(error, "orig", error), "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


def from_elsewhere() -> Refused:
    return Refused(403, *ELSEWHERE)


def handlers(show: "Callable[[Refused, Scope, Receive, Send], Any]") -> dict[Any, Any]:
    """`show` answers a refusal as a page or as a fragment; a machine that asks for JSON is told the sentence alone."""

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        found = refused(error)
        return _told(found) if prefers_json(request) else _Shown(found, show)

    return {Exception: handle, HTTPException: handle, 404: handle, 405: handle, 500: handle}


def _page(status: int, wait: int = 0) -> Refused:
    return Refused(status, *PAGES[status], wait=wait)


def _told(refused: Refused) -> Response[Any]:
    said = {"error": refused.sentence} | ({"reference": refused.reference} if refused.reference else {})
    headers = {"cache-control": "no-store"} | ({"retry-after": str(refused.wait)} if refused.wait else {})
    return Response(said, status_code=refused.status, media_type="application/json", headers=headers)


class _Shown(Response[Any]):
    """An answer that is made when it is sent: a page needs the co-op's file, and that is read asynchronously."""

    def __init__(self, refused: Refused, show: Callable[[Refused, Scope, Receive, Send], Any]) -> None:
        super().__init__(None, status_code=refused.status)
        self._refused, self._show = refused, show

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await self._show(self._refused, scope, receive, send)

        return answer
