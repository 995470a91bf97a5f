"""Whoever would like to be let in asks; a steward answers, or time does."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.check import Check
from domains.errors import NotFound, TooMany, say
from domains.values import now

from .commands import count_try
from .models import Request
from .queries import person_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROM_CLIENT, AN_HOUR, WAITING = 10, 30, 100
"""Asked in an hour from one client, and by everybody; and how many may wait: of each, all stewards get a mail."""
FOR_ADDRESS = 3
"""In a day: whoever was declined may ask again, and not without end."""


async def count_request(db: AsyncSession, client: str) -> None:
    """One more time that somebody there asks, whoever they are. Raises TooMany, also while too many wait."""
    await count_try(db, f"join:{client}", FROM_CLIENT, HOUR)
    await count_try(db, "join", AN_HOUR, HOUR)
    if (await db.scalar(select(func.count()).where(Request.status == "waiting")) or 0) >= WAITING:
        raise TooMany(HOUR.total_seconds())


async def ask_to_join(db: AsyncSession, name: str, address: str, words: str = "") -> Request | None:
    """None, and nothing new, for a member's address, one that waits already, and one that asked too often.

    Raises Invalid.
    """
    check = Check()
    name = check.line("name", name, say("Say what you are called."), most=80)
    address = check.address("address", address, say("Write your mail address."))
    words = check.text("words", words, most=2000)
    check.done()
    if await person_at(db, address) or await _waits(db, address) or await _asked_too_often(db, address):
        return None
    asked = Request(name=name, address=address, words=words)
    db.add(asked)
    await db.flush()
    await _tell(db, "Offer", asked)
    return asked


async def approve_request(db: AsyncSession, id: int, by: str) -> Request:
    """`by`: as the ledger calls them. Whoever was answered stays so. Raises NotFound."""
    return await _decide(db, id, "approved", "Accept", by)


async def decline_request(db: AsyncSession, id: int, by: str) -> Request:
    """`by`: as the ledger calls them. Whoever was answered stays so. Raises NotFound."""
    return await _decide(db, id, "declined", "Reject", by)


async def lapse_request(db: AsyncSession, id: int) -> Request:
    """Nobody answered in time. Whoever was answered stays so. Raises NotFound."""
    return await _decide(db, id, "lapsed", "Reject", "")


async def request(db: AsyncSession, id: int) -> Request:
    """Raises NotFound."""
    if found := await db.get(Request, id):
        return found
    raise NotFound(f"no request {id}")


async def waiting_requests(db: AsyncSession) -> Sequence[Request]:
    """Whoever has waited longest first."""
    return (await db.scalars(select(Request).where(Request.status == "waiting").order_by(Request.id))).all()


async def _waits(db: AsyncSession, address: str) -> bool:
    asked = select(Request.id).where(Request.address == address, Request.status == "waiting")
    return await db.scalar(asked) is not None


async def _asked_too_often(db: AsyncSession, address: str) -> bool:
    try:
        await count_try(db, f"join-as:{address}", FOR_ADDRESS, DAY)
    except TooMany:
        return True
    return False


async def _decide(db: AsyncSession, id: int, status: str, type: str, by: str) -> Request:
    found = await request(db, id)
    if found.status == "waiting":
        found.status, found.decided, found.decided_by = status, now(), by
        await db.flush()
        await _tell(db, type, found, by)
    return found


async def _tell(db: AsyncSession, type: str, request: Request, by: str = "") -> None:
    about = {"request": request.id, "name": request.name, "status": request.status}
    await record(db, Activity(type=type, kind="account.request", ref=request.id, actor=by, object=about))
