"""Anybody may read the newsletter: they ask, a mailed link proves that the address is theirs, and one ends it again."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple, Self

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import Check
from domains.errors import TooMany, say

from .commands import count_try
from .models import Person, Reader

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROM_CLIENT, AN_HOUR = 10, 100
"""Asked in an hour from one client, and by everybody: each is a mail to somebody who may never have asked."""
FOR_ADDRESS = 3
"""Mails in a day."""


class ReaderLink(NamedTuple):
    """What a mailed link says, once it is signed: to whom it was mailed, and until when it is good."""

    address: str
    until: int = 0
    """Seconds since 1970; 0 for one that is always good."""

    def written(self) -> str:
        """In letters that need no care in a path: addresses have others."""
        return urlsafe_b64encode(f"{self.until} {self.address}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, written: str) -> Self:
        until, _, address = urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode().partition(" ")
        return cls(address, int(until))


class Found(NamedTuple):
    """Somebody who reads, as stewards see them."""

    id: int
    address: str
    name: str | None
    """None for whoever is no member."""


async def ask_to_read(db: AsyncSession, address: str, client: str) -> str:
    """The address, if it may be mailed now; empty when it was asked too often. Raises Invalid, TooMany."""
    check = Check()
    address = check.address("address", address, say("Write your mail address."))
    check.done()
    await count_try(db, f"read:{client}", FROM_CLIENT, HOUR)
    await count_try(db, "read", AN_HOUR, HOUR)
    try:
        await count_try(db, f"read-as:{address}", FOR_ADDRESS, DAY)
    except TooMany:
        return ""
    return address


async def count_readers(db: AsyncSession) -> int:
    return await db.scalar(select(func.count(Reader.id))) or 0


async def find_readers(db: AsyncSession, words: str, before: int | None, most: int) -> Sequence[Found]:
    """Those with `words` in their address or name, whoever came last first, from `before`, an id, on."""
    asked = select(Reader.id, Reader.address, Person.name).outerjoin(Person, Person.address == Reader.address)
    if words := words.strip():
        places = (Reader.address, Person.name)
        asked = asked.where(or_(*(place.contains(words, autoescape=True) for place in places)))
    if before is not None:
        asked = asked.where(Reader.id < before)
    return [Found(*row) for row in await db.execute(asked.order_by(Reader.id.desc()).limit(most))]


async def remove_reader(db: AsyncSession, id: int) -> None:
    """Whether they were there or not."""
    await db.execute(delete(Reader).where(Reader.id == id))
