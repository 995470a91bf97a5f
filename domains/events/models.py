import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domains.base import Table
from domains.search import Found
from domains.values import Instant, now

EVENT, MARKET, BOOKING = "event", "market", "booking"
KINDS = (EVENT, MARKET, BOOKING)
LONGEST = timedelta(days=366)


class Entry(Table):
    __tablename__ = "events_entries"
    found = Found(
        room=3,
        kind="'event'",
        path="'/events/entry/' || new.id",
        title="new.title",
        note="new.note",
        about="new.place",
        words="new.description",
        when=f"new.kind != '{BOOKING}' AND new.cancelled IS NULL",
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    title: Mapped[str]
    kind: Mapped[str]
    day: Mapped[date] = mapped_column(index=True)
    last_day: Mapped[date] = mapped_column(index=True)
    """The same as `day` for most, and never more than `LONGEST` after it."""
    starts: Mapped[time | None]
    """On `day`; None when it lasts all day."""
    ends: Mapped[time | None]
    """On `last_day`; None when nobody knows."""
    place: Mapped[str]
    note: Mapped[str]
    """One line for lists."""
    description: Mapped[str]
    """Paragraphs with an empty line between them."""
    places: Mapped[int | None] = mapped_column(default=None)
    """For how many there is room, each with a ticket; None where nobody needs one."""
    taken: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Of the places, those that tickets hold: kept here, so that whoever looks at the calendar sees it at once."""
    cancelled: Mapped[datetime | None] = mapped_column(Instant, default=None)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, so that nobody writes over what they have not seen."""

    @property
    def left(self) -> int:
        return (self.places or 0) - self.taken

    @property
    def share(self) -> int:
        """Of the places, what a stranger may take at once, and within an hour: half of them, and always one."""
        return max(1, (self.places or 0) // 2)

    def begins(self, zone: ZoneInfo) -> datetime:
        """UTC."""
        return _instant(self.day, self.starts or time.min, zone)

    def over(self, zone: ZoneInfo) -> datetime:
        """UTC, never before it begins; without an end it is over when its last day is."""
        if self.ends is None:
            return _instant(self.last_day + timedelta(days=1), time.min, zone)
        return max(self.begins(zone), _instant(self.last_day, self.ends, zone))


class Ticket(Table):
    """Somebody comes, and has so many places."""

    __tablename__ = "events_tickets"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True, default_factory=lambda: secrets.randbits(62))
    """Random: after a restore, numbers come again, and an old link must not fit somebody else's ticket."""
    entry_id: Mapped[int] = mapped_column(ForeignKey("events_entries.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    """Of mail, in lower case."""
    places: Mapped[int]
    made: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    cancelled: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """When it was given back."""
    entry: Mapped[Entry] = relationship(lazy="raise", init=False)


Index("events_tickets_live", Ticket.entry_id, Ticket.address, unique=True, sqlite_where=text("cancelled IS NULL"))


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Where clocks change, as RFC 5545 has it: what they show twice is the first, what they skip counts from before."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
