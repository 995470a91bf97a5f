import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.check import Check
from domains.errors import Conflict, Invalid, NotFound, TooMany, say
from domains.values import now

from .models import ROLES, Person, Rate, Reader, Session, SignIn
from .queries import digest, person, person_at

SESSION, SIGN_IN = timedelta(days=60), timedelta(minutes=30)
SWEEP = 500
"""Ended sessions, or links, that a new one clears away."""
QUARTER = timedelta(minutes=15)
PASSWORDS, GUESSES, CLIENTS = 5, 50, 100
"""In a quarter of an hour: tries for one address from one client, for one address, and from one client.

So a stranger's wrong guesses keep nobody else out before there are a great many.
"""
LINKS = 5
"""For an address, in the time for which a link is good: whoever is refused one has others that work."""

ONLY = say("A co-op needs a steward. Make somebody else a steward first.")


async def add_person(db: AsyncSession, name: str, address: str, role: str = "member") -> Person:
    """Raises Invalid."""
    check = Check()
    name = check.line("name", name, say("Say what they are called."), most=80)
    address = check.address("address", address, say("Write their mail address."))
    check.one_of("role", role, ROLES)
    if await db.scalar(select(Person.id).where(Person.address == address)):
        check.refuse("address", say("Somebody here has this address already."))
    check.done()
    person = Person(name=name, address=address, role=role)
    db.add(person)
    await db.flush()
    await record(db, Activity(type="Add", kind="account.person", ref=person.id, object=_about(person)))
    return person


async def set_role(db: AsyncSession, id: int, role: str) -> Person:
    """Somebody is steward at all times. Raises Invalid, NotFound."""
    found, check = await person(db, id), Check()
    check.one_of("role", role, ROLES)
    if found.is_steward and role != "steward" and await _stewards(db) == 1:
        check.refuse("role", ONLY)
    check.done()
    if found.role != role:
        found.role = role
        await db.flush()
        await record(db, Activity(type="Update", kind="account.person", ref=id, object=_about(found)))
    return found


async def remove_person(db: AsyncSession, id: int) -> None:
    """For good, with whatever signs them in. Somebody is steward at all times. Raises Invalid, NotFound."""
    found = await person(db, id)
    if found.is_steward and await _stewards(db) == 1:
        raise Invalid(role=ONLY)
    for table in (Session, SignIn):
        await db.execute(delete(table).where(table.person_id == id))
    await unsubscribe(db, found.address)
    await db.delete(found)
    await db.flush()
    await record(db, Activity(type="Remove", kind="account.person", ref=id, object=_about(found)))


async def ask_sign_in(db: AsyncSession, address: str) -> Person | None:
    """Whoever has this address and may be mailed a link now; None for nobody, and when it was asked too often.

    Raises Invalid.
    """
    check = Check()
    address = check.address("address", address, say("Write your mail address."))
    check.done()
    try:
        await count_try(db, f"link:{address}", LINKS, SIGN_IN)
    except TooMany:
        return None
    return await person_at(db, address)


async def offer_sign_in(db: AsyncSession, person: Person, within: timedelta = SIGN_IN) -> SignIn:
    """A link for this person, good once, for half an hour unless it says otherwise."""
    ended = select(SignIn.id).where(SignIn.ends <= now()).limit(SWEEP)
    await db.execute(delete(SignIn).where(SignIn.id.in_(ended)))
    offered = SignIn(person_id=person.id, ends=now() + within)
    db.add(offered)
    await db.flush()
    return offered


async def spend_sign_in(db: AsyncSession, id: int) -> int | None:
    """The person whom it signs in; None for whoever comes second, or too late."""
    spending = update(SignIn).where(SignIn.id == id, SignIn.spent.is_(None), SignIn.ends > now())
    return await db.scalar(spending.values(spent=now()).returning(SignIn.person_id))


async def try_password(db: AsyncSession, address: str, client: str) -> tuple[int | None, str]:
    """Counts a try; says who has this address, and their password's hash, empty for none. Raises Invalid, TooMany."""
    check = Check()
    address = check.address("address", address, say("Write your mail address."))
    check.done()
    await count_client(db, client)
    await count_try(db, _guess_key(address), GUESSES, QUARTER)
    await count_try(db, _password_key(address, client), PASSWORDS, QUARTER)
    found = await person_at(db, address)
    return (found.id, found.password) if found else (None, "")


async def forgive_password(db: AsyncSession, address: str, client: str) -> None:
    """The last try was right: it counts no longer."""
    address = address.strip().lower()
    keys = (_password_key(address, client), _guess_key(address), _client_key(client))
    await db.execute(update(Rate).where(Rate.key.in_(keys)).values(count=Rate.count - 1))


async def begin_session(db: AsyncSession, person: int | None = None) -> tuple[Session, str]:
    """The session, and the token that its browser keeps; nobody can read the token from the file."""
    ended = select(Session.id).where(Session.ends <= now()).limit(SWEEP)
    await db.execute(delete(Session).where(Session.id.in_(ended)))
    token = secrets.token_urlsafe(32)
    session = Session(token=digest(token), person_id=person, ends=now() + SESSION)
    db.add(session)
    await db.flush()
    return session, token


async def name_session(db: AsyncSession, id: int, browser: str) -> None:
    """So that a person knows it among theirs."""
    await db.execute(update(Session).where(Session.id == id).values(browser=browser))


async def end_session(db: AsyncSession, id: int) -> None:
    await db.execute(delete(Session).where(Session.id == id))


async def end_own_session(db: AsyncSession, person: int, id: int) -> None:
    """Raises NotFound for one that is not theirs."""
    ending = delete(Session).where(Session.id == id, Session.person_id == person)
    if await db.scalar(ending.returning(Session.id)) is None:
        raise NotFound(f"no session {id}")


async def end_sessions(db: AsyncSession, person: int, but: int | None = None) -> None:
    """All of theirs, on every device, but the one that they are using."""
    await db.execute(delete(Session).where(Session.person_id == person, Session.id.is_not(but)))


async def set_password(db: AsyncSession, person: int, hashed: str, *, was: str = "", but: int | None = None) -> None:
    """`hashed` comes from `hash_password`. Every other session of theirs ends. Raises Conflict if it `was` not that."""
    setting = update(Person).where(Person.id == person, Person.password == was).values(password=hashed)
    if await db.scalar(setting.returning(Person.id)) is None:
        raise Conflict
    await end_sessions(db, person, but)
    await record(db, Activity(type="Update", kind="account.password", ref=person))


async def count_client(db: AsyncSession, client: str) -> None:
    """One more try to sign in from there. Raises TooMany."""
    await count_try(db, _client_key(client), CLIENTS, QUARTER)


async def count_try(db: AsyncSession, key: str, most: int, within: timedelta, many: int = 1) -> None:
    """One more try of `key`, or so many. Raises TooMany past `most` within that time; whoever calls it keeps the count
    at once."""
    moment = now()
    await db.execute(delete(Rate).where(Rate.ends <= moment))
    counting = insert(Rate).values(key=key, count=many, ends=moment + within)
    counting = counting.on_conflict_do_update(index_elements=["key"], set_={"count": Rate.count + many})
    count, ends = (await db.execute(counting.returning(Rate.count, Rate.ends))).one()
    if count > most:
        raise TooMany((ends - moment).total_seconds())


async def subscribe(db: AsyncSession, address: str) -> None:
    """To the newsletter; twice is once. Raises Invalid."""
    check = Check()
    address = check.address("address", address, say("Write your mail address."))
    check.done()
    await db.execute(insert(Reader).values(address=address).on_conflict_do_nothing())


async def unsubscribe(db: AsyncSession, address: str) -> None:
    """Whether they were subscribed or not."""
    await db.execute(delete(Reader).where(Reader.address == address.strip().lower()))


async def _stewards(db: AsyncSession) -> int:
    return await db.scalar(select(func.count()).where(Person.role == "steward")) or 0


def _about(person: Person) -> dict[str, str | int]:
    return {"person": person.id, "name": person.name, "role": person.role}


def _password_key(address: str, client: str) -> str:
    return f"sign-in:{address} {client}"


def _guess_key(address: str) -> str:
    return f"guess:{address}"


def _client_key(client: str) -> str:
    return f"client:{client}"
