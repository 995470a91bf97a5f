from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from domains.activities import SITE, Activity, record
from domains.check import Check
from domains.errors import Invalid, NotFound, say
from domains.values import now as this_moment

from .models import Entry, Ticket
from .queries import entry
from .wanted import Wanted

MOST = 6
"""Places that one ticket may hold."""
GOOD = timedelta(days=3)
"""How long a link is good that a ticket is taken with."""
_LIVE = select(Ticket).where(Ticket.cancelled.is_(None))


async def want_ticket(
    db: AsyncSession, id: int, name: str, address: str, places: str, now: datetime, zone: ZoneInfo
) -> Wanted:
    """What a stranger asks for; nothing is written, whether they have one already or not. Raises NotFound, Invalid."""
    found = await entry(db, id)
    until = int((now + GOOD).timestamp())
    wanted = _asked(found, name, address, places, now, zone)._replace(until=until)
    if wanted.places > found.share:
        sentence = say("That is more than half of all places. Choose fewer, so that others can come too.")
        raise Invalid(places=sentence)
    return wanted


async def take_ticket(
    db: AsyncSession, id: int, name: str, address: str, places: str, now: datetime, zone: ZoneInfo
) -> Ticket:
    """For the entry of this id; whoever has one already is given that, as it is.

    Whether there is room is asked before anything else, so no refusal tells who has one. Nobody else writes between
    that and the commit. Raises NotFound, Invalid.
    """
    found = await entry(db, id)
    wanted = _asked(found, name, address, places, now, zone)
    if held := await live_ticket(db, id, wanted.address):
        return held
    taken = Ticket(entry_id=id, name=wanted.name, address=wanted.address, places=wanted.places)
    db.add(taken)
    found.taken += taken.places
    await db.flush()
    await _record(db, "Join", taken, found)
    return taken


async def give_back(db: AsyncSession, id: int) -> Ticket:
    """Its places are free again; twice is once. Raises NotFound."""
    returned = await ticket(db, id)
    if returned.cancelled is None:
        returned.cancelled = this_moment()
        returned.entry.taken -= returned.places
        await db.flush()
        await _record(db, "Leave", returned, returned.entry)
    return returned


async def ticket(db: AsyncSession, id: int) -> Ticket:
    """With its entry, given back or not. Raises NotFound."""
    asked = select(Ticket).options(joinedload(Ticket.entry)).where(Ticket.id == id)
    if found := (await db.scalars(asked)).one_or_none():
        return found
    raise NotFound(f"no ticket {id}")


async def live_ticket(db: AsyncSession, entry: int, address: str) -> Ticket | None:
    return (await db.scalars(_LIVE.where(Ticket.entry_id == entry, Ticket.address == address))).one_or_none()


async def guests(db: AsyncSession, entry: int) -> Sequence[Ticket]:
    """Whoever comes to it, by name."""
    return (await db.scalars(_LIVE.where(Ticket.entry_id == entry).order_by(func.lower(Ticket.name), Ticket.id))).all()


async def count_guests(db: AsyncSession, entry: int) -> int:
    """Those who come to it, each with as many as they bring."""
    return await db.scalar(select(func.count()).where(Ticket.entry_id == entry, Ticket.cancelled.is_(None))) or 0


async def tickets_of(db: AsyncSession, address: str, now: datetime, zone: ZoneInfo) -> Sequence[Ticket]:
    """Those of whoever has this address, to what is not over yet, the next first; each with its entry."""
    asked = _LIVE.join(Ticket.entry).options(joinedload(Ticket.entry)).order_by(Entry.day, Entry.starts, Entry.id)
    asked = asked.where(Ticket.address == address, Entry.last_day >= now.astimezone(zone).date())
    return [one for one in await db.scalars(asked) if one.entry.over(zone) > now]


async def forget_tickets(db: AsyncSession, before: date) -> None:
    """Those to what was over before that day: how many came is still known, and not who."""
    over = select(Entry.id).where(Entry.last_day < before)
    await db.execute(delete(Ticket).where(Ticket.entry_id.in_(over)))


def check_room(entry: Entry, many: int, now: datetime, zone: ZoneInfo) -> None:
    """Raises Invalid, of the form as a whole where no other way to fill it in would help."""
    if entry.cancelled:
        raise Invalid(**{"": say("This is cancelled, so there are no tickets for it.")})
    if entry.over(zone) <= now:
        raise Invalid(**{"": say("This is over, so there are no tickets for it any more.")})
    if entry.begins(zone) <= now:
        raise Invalid(**{"": say("This has begun, so there are no tickets for it any more.")})
    if entry.places is None:
        raise Invalid(**{"": say("Nobody needs a ticket for this.")})
    if entry.left < 1:
        raise Invalid(**{"": say("This is full. When somebody gives places back, they are here again.")})
    if entry.left < many:
        raise Invalid(places=say("There are not so many left. Choose fewer."))


def _asked(entry: Entry, name: str, address: str, places: str, now: datetime, zone: ZoneInfo) -> Wanted:
    """Raises Invalid."""
    check = Check()
    name = check.line("name", name, say("Say what you are called."), most=80)
    address = check.address("address", address, say("Write your mail address."))
    many = check.whole("places", places, say("Say how many you are."), least=1, most=MOST)
    check.done()
    assert many
    check_room(entry, many, now, zone)
    return Wanted(entry.id, name, address, many)


async def _record(db: AsyncSession, type: str, ticket: Ticket, entry: Entry) -> None:
    """Of whom it is, and who did it, the ledger says nothing: it is kept for ever."""
    about = {"title": entry.title, "entry": entry.id, "ticket": str(ticket.id), "places": ticket.places}
    await record(db, Activity(type=type, kind="events.entry", ref=entry.id, actor=SITE, object=about))
