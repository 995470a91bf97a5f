from typing import Any, Required, TypedDict, Unpack

from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.check import Check
from domains.errors import Conflict, Invalid, say
from domains.values import now

from .models import BOOKING, KINDS, LONGEST, Entry
from .queries import entry


class Facts(TypedDict, total=False):
    """What is typed about an entry: days like 2026-12-24, times like 18:30, as clocks at the co-op show them."""

    title: Required[str]
    kind: str
    day: Required[str]
    last_day: str
    starts: str
    ends: str
    place: str
    note: str
    description: str
    places: str
    """Empty where nobody needs a ticket."""


MOST_PLACES = 10_000
FIELDS = tuple(Facts.__annotations__)


async def add_entry(db: AsyncSession, **typed: Unpack[Facts]) -> Entry:
    """Raises Invalid."""
    added = Entry(**_checked(typed))
    db.add(added)
    await db.flush()
    await _record(db, "Create", added)
    return added


async def change_entry(db: AsyncSession, id: int, version: str, **typed: Unpack[Facts]) -> Entry:
    """`version` is the one that was looked at. What changes nothing is no change, so twice is once; whoever has a
    ticket keeps their place.

    Raises NotFound, Invalid, and Conflict when somebody was quicker.
    """
    changed, columns = await entry(db, id), _checked(typed)
    if all(getattr(changed, name) == value for name, value in columns.items()):
        return changed
    if version != str(changed.version):
        raise Conflict(f"entry {id} is at version {changed.version}, not {version}")
    if changed.taken > (columns["places"] or 0):
        raise Invalid(places=say("More are taken already. Leave room for everybody who has a ticket."))
    for name, value in columns.items():
        setattr(changed, name, value)
    changed.version += 1
    await db.flush()
    await _record(db, "Update", changed)
    return changed


async def cancel_entry(db: AsyncSession, id: int, why: str = "") -> Entry:
    """It stays in the calendar, marked; twice is once. `why`: a line for whoever has a ticket.

    Raises NotFound, Invalid.
    """
    cancelled = await entry(db, id)
    if cancelled.cancelled is None:
        check = Check()
        why = check.line("why", why, most=300)
        check.done()
        cancelled.cancelled = now()
        cancelled.version += 1
        await db.flush()
        await _record(db, "Delete", cancelled, why=why)
    return cancelled


async def remove_entry(db: AsyncSession, id: int) -> None:
    """For good. Raises NotFound."""
    removed = await entry(db, id)
    await db.delete(removed)
    await db.flush()
    await _record(db, "Remove", removed)


def _checked(typed: Facts) -> dict[str, Any]:
    """The columns that are typed. Raises Invalid."""
    check = Check()
    columns = {
        "title": check.line("title", typed["title"], say("Say what it is."), most=120),
        "kind": check.one_of("kind", typed.get("kind", "event"), KINDS),
        "place": check.line("place", typed.get("place", "")),
        "note": check.line("note", typed.get("note", "")),
        "description": check.text("description", typed.get("description", ""), most=20_000).strip(),
        "places": check.whole("places", typed.get("places", ""), least=1, most=MOST_PLACES),
    }
    if columns["places"] and columns["kind"] == BOOKING:
        check.refuse("places", say("Nobody else comes to what is booked. Leave this empty."))
    columns |= _checked_days(check, typed)
    check.done()
    return columns


def _checked_days(check: Check, typed: Facts) -> dict[str, Any]:
    day = check.day("day", typed["day"], say("Say on which day, like 2026-12-24."))
    last_day = check.day("last_day", typed.get("last_day", "")) or day
    starts, ends = check.time("starts", typed.get("starts", "")), check.time("ends", typed.get("ends", ""))
    if day and last_day and last_day < day:
        check.refuse("last_day", say("That is before it begins. Choose a later day, or leave it empty."))
    elif day and last_day and last_day - day > LONGEST:
        check.refuse("last_day", say("That is more than a year. Choose an earlier day."))
    if ends and not starts:
        check.refuse("starts", say("Say when it begins as well."))
    elif starts and ends and day == last_day and ends <= starts:
        check.refuse(
            "ends", say("It ends before it begins. If it goes on past midnight, write the next day as its last.")
        )
    return {"day": day, "last_day": last_day, "starts": starts, "ends": ends}


async def _record(db: AsyncSession, type: str, entry: Entry, **more: str) -> None:
    about = {name: getattr(entry, name) for name in FIELDS}
    days = {name: about[name] and about[name].isoformat() for name in ("day", "last_day", "starts", "ends")}
    await record(db, Activity(type=type, kind="events.entry", ref=entry.id, object=about | days | more))
