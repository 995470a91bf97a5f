"""Tickets: whoever asks for one is mailed a link that takes it, and all who have one hear that what they hoped for is
cancelled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, events

from .engine.builder import flow
from .engine.deliveries import mail, queue
from .engine.effects import Call, effect
from .engine.graph import Take
from .engine.store import within

HOUR = timedelta(hours=1)
FROM_CLIENT, FOR_ADDRESS = 6, 6
"""Times in an hour that one asks, whatever for: each is a mail."""
TICKET, WANTED = "ticket", "wanted-ticket"
"""What a link to one is signed for, and one that takes it; as in templates/mail."""


async def begin(
    db: AsyncSession, entry: int, name: str, address: str, places: str, client: str, now: datetime, zone: ZoneInfo
) -> None:
    """No place is held before the mailed link's button is pressed. Whoever has a ticket already is mailed that, as it
    is: whoever asks learns nothing of who has one. Raises NotFound, Invalid, TooMany.
    """
    wanted = await events.want_ticket(db, entry, name, address, places, now, zone)
    await account.count_try(db, f"ticket:{client}", FROM_CLIENT, HOUR)
    await account.count_try(db, f"ticket-for:{wanted.address}", FOR_ADDRESS, HOUR)
    at, about = now.timestamp(), _said(await events.entry(db, entry))
    if held := await events.live_ticket(db, entry, wanted.address):
        about |= {"template": TICKET, "ticket": held.id, "places": held.places}
    else:
        about |= {"template": WANTED, "link": wanted.written(), "places": wanted.places}
    await within(db, partial(queue, key=f"{TICKET}:{entry}:{at}", to=[wanted.address], payload=about, now=at))
    db.info["due"] = at


async def take(
    db: AsyncSession, wanted: events.Wanted, places: str, client: str, now: datetime, zone: ZoneInfo
) -> events.Ticket:
    """By whoever has pressed the button; twice is once. No client takes more than a stranger's share within an hour, so
    nobody empties a hall in a minute. Raises NotFound, Invalid, TooMany.
    """
    about = wanted.entry, wanted.name, wanted.address, places, now, zone
    if held := await events.live_ticket(db, wanted.entry, wanted.address):
        return held
    await events.want_ticket(db, *about)
    taken = await events.take_ticket(db, *about)
    found = await events.entry(db, wanted.entry)
    await account.count_try(db, f"places:{found.id}:{client}", found.share, HOUR, taken.places)
    return taken


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What the story takes from `Delete events.entry`: which one, and why, where somebody has said it."""

    ref: int
    why: str


@effect("events.mail_guests@1", "tx")
async def mail_guests(call: Call, *, entry: int, why: str = "") -> dict[str, int]:
    to = [guest.address for guest in await events.guests(call.db, entry)]
    about = _said(await events.entry(call.db, entry)) | {"entry": entry, "why": why}
    return await within(call.db, partial(mail, call=call, to=to, template="called-off", about=about))


FLOW = (
    flow("events.called_off", on="Delete", of="events.entry", In=Cancelled)
    .effect("mailed", "events.mail_guests@1", entry=Take("input.ref"), why=Take("input.why"))
    .build()
)


def _said(entry: events.Entry) -> dict[str, Any]:
    """As a mail tells it; day and time are texts, as JSON has them."""
    starts = entry.starts.isoformat("minutes") if entry.starts else ""
    return {"title": entry.title, "day": entry.day.isoformat(), "starts": starts, "place": entry.place}
