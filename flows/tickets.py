"""Tickets: one is mailed to whoever asks for it, and all who have one hear that what they hoped for is cancelled."""

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
"""Times in an hour that one asks, whatever for. Of the places somewhere, a client takes half in that time, or one
ticket: nobody empties it in a minute."""
TICKET = "ticket"
"""What a link to one is signed for; as in templates/mail."""


async def begin(
    db: AsyncSession, entry: int, name: str, address: str, places: str, client: str, now: datetime, zone: ZoneInfo
) -> None:
    """Asked for again, the same ticket is mailed again; whoever asks learns nothing of who has one.

    Raises NotFound, Invalid, TooMany.
    """
    taken = await events.take_ticket(db, entry, name, address, places, now, zone)
    found = await events.entry(db, entry)
    half = max(events.MOST, (found.places or 0) // 2)
    await account.count_try(db, f"ticket:{client}", FROM_CLIENT, HOUR)
    await account.count_try(db, f"places:{entry}:{client}", half, HOUR, int(places))
    await account.count_try(db, f"ticket-for:{taken.address}", FOR_ADDRESS, HOUR)
    at = now.timestamp()
    about = _said(found) | {"template": TICKET, "ticket": taken.id, "places": taken.places}
    await within(db, partial(queue, key=f"{TICKET}:{taken.id}:{at}", to=[taken.address], payload=about, now=at))
    db.info["due"] = at


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
