"""Hours where the co-op is: `daily 03:30`, `Friday 08:00`; and `every 5 minutes` of any clock."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from domains.base import table_of
from domains.site import Site

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOUR = re.compile(rf"(daily|{'|'.join(DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
EVERY = re.compile(r"every ([1-9]\d?) minutes")
_ZONE = select(table_of(Site).c.timezone)


@dataclass(frozen=True, slots=True)
class Hour:
    weekday: int | None
    """Monday is 0; every day when there is none."""
    at: time

    def after(self, now: float, zone: ZoneInfo) -> float:
        """The first one later than `now`.

        An hour that the clocks skip is when they have been put forward; of one that they show twice it is the first
        (RFC 5545, 3.3.5).
        """
        return next(instant for instant in self._around(now, zone, range(9)) if instant > now)

    def before(self, now: float, zone: ZoneInfo) -> float:
        """The latest one that is not later than `now`."""
        return next(instant for instant in self._around(now, zone, range(1, -9, -1)) if instant <= now)

    def _around(self, now: float, zone: ZoneInfo, ahead: Iterable[int]) -> Iterator[float]:
        today = datetime.fromtimestamp(now, zone).date()
        for day in (today + timedelta(days) for days in ahead):
            if self.weekday is None or self.weekday == day.weekday():
                yield datetime.combine(day, self.at, zone).timestamp()


@dataclass(frozen=True, slots=True)
class Every:
    seconds: int

    def after(self, now: float, zone: ZoneInfo) -> float:
        """The first one later than `now`."""
        return self.before(now, zone) + self.seconds

    def before(self, now: float, zone: ZoneInfo) -> float:
        """The latest one that is not later than `now`."""
        return now // self.seconds * self.seconds


def hour_of(said: str) -> Hour | Every | None:
    if found := EVERY.fullmatch(said):
        return Every(int(found[1]) * 60)
    if not (found := HOUR.fullmatch(said)):
        return None
    day, hour, minute = found.groups()
    return Hour(None if day == "daily" else DAYS.index(day), time(int(hour), int(minute)))


def zone_of(connection: Connection) -> ZoneInfo:
    """Where the co-op of this file is; UTC while nobody has said."""
    return ZoneInfo(connection.scalar(_ZONE) or "UTC")
