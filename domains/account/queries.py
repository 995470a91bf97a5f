import sqlite3
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from domains.errors import NotFound
from domains.values import now

from .models import Person, Reader, Session, SignIn


async def session_of(db: AsyncSession, token: str) -> Session | None:
    """With its person; None for one that has ended."""
    asked = (
        select(Session).options(joinedload(Session.person)).where(Session.token == digest(token), Session.ends > now())
    )
    return (await db.scalars(asked)).one_or_none()


class Bearer(NamedTuple):
    """Whose session it is, without the ORM."""

    id: int
    person_id: int | None
    name: str
    role: str
    """Empty, both, where nobody has signed in."""
    ends: int
    """Seconds since 1970."""


BEARER = """
SELECT account_sessions.id, person_id, coalesce(name, ''), coalesce(role, ''), CAST(strftime('%s', ends) AS INTEGER)
FROM account_sessions LEFT JOIN account_people ON account_people.id = person_id
WHERE token = ? AND ends > ?
"""


def bearer(file: sqlite3.Connection, token: str) -> Bearer | None:
    """What `session_of` would find, read at once."""
    found = file.execute(BEARER, (digest(token), now().strftime("%Y-%m-%d %H:%M:%S.%f"))).fetchone()
    return found and Bearer(*found)


async def sessions(db: AsyncSession, person: int) -> Sequence[Session]:
    """Where they are signed in, the newest first."""
    asked = select(Session).where(Session.person_id == person, Session.ends > now()).order_by(Session.id.desc())
    return (await db.scalars(asked)).all()


async def person(db: AsyncSession, id: int) -> Person:
    """Raises NotFound."""
    if found := await db.get(Person, id):
        return found
    raise NotFound(f"no person {id}")


async def person_if(db: AsyncSession, id: int) -> Person | None:
    """None for nobody."""
    return await db.get(Person, id)


async def person_at(db: AsyncSession, address: str) -> Person | None:
    return (await db.scalars(select(Person).where(Person.address == address.strip().lower()))).one_or_none()


async def people(db: AsyncSession) -> Sequence[Person]:
    """By name."""
    return (await db.scalars(select(Person).order_by(func.lower(Person.name), Person.id))).all()


async def stewards(db: AsyncSession) -> Sequence[str]:
    """Their addresses."""
    return (await db.scalars(select(Person.address).where(Person.role == "steward").order_by(Person.id))).all()


async def names(db: AsyncSession, ids: Collection[int]) -> Mapping[int, str]:
    """Of those whom there are."""
    asked = select(Person.id, Person.name).where(Person.id.in_(ids))
    return {id: name for id, name in await db.execute(asked)}


async def sign_in(db: AsyncSession, id: int) -> SignIn | None:
    """With its person; None for one that is spent or has ended."""
    asked = select(SignIn).options(joinedload(SignIn.person))
    asked = asked.where(SignIn.id == id, SignIn.spent.is_(None), SignIn.ends > now())
    return (await db.scalars(asked)).one_or_none()


async def readers(db: AsyncSession) -> Sequence[str]:
    """The newsletter's addresses, in the order in which they came."""
    return (await db.scalars(select(Reader.address).order_by(Reader.id))).all()


async def is_reader(db: AsyncSession, address: str) -> bool:
    return await db.scalar(select(Reader.id).where(Reader.address == address.strip().lower())) is not None


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
