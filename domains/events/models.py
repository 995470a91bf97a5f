from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.search import Found
from domains.values import Instant

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
    cancelled: Mapped[datetime | None] = mapped_column(Instant, default=None)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, so that nobody writes over what they have not seen."""

    def begins(self, zone: ZoneInfo) -> datetime:
        """UTC."""
        return _instant(self.day, self.starts or time.min, zone)

    def over(self, zone: ZoneInfo) -> datetime:
        """UTC, never before it begins; without an end it is over when its last day is."""
        if self.ends is None:
            return _instant(self.last_day + timedelta(days=1), time.min, zone)
        return max(self.begins(zone), _instant(self.last_day, self.ends, zone))


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Where clocks change, as RFC 5545 has it: what they show twice is the first, what they skip counts from before."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
