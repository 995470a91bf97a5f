"""What a co-op does by itself, at hours of its own time zone. Of ticks that were missed the latest runs, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects.sqlite import insert

from domains.base import table_of

from . import store
from .clocks import Every, Hour, hour_of, zone_of
from .graph import Flow
from .models import Schedule

table = table_of(Schedule)
_ALL = select(table)


@dataclass(frozen=True, slots=True)
class Scheduled:
    flow: Flow
    wanted: str
    """SQL, of its row in flow_schedules: whether it has anything to do then. If not, nobody wakes and nothing runs."""

    @property
    def hour(self) -> Hour | Every:
        hour = hour_of(self.flow.every)
        assert hour
        return hour


def next_due(scheduled: Sequence[Scheduled]) -> str:
    """SQL: when the first of those that would have anything to do is due."""
    due = "SELECT next AS due FROM flow_schedules WHERE name = '{}' AND ({})"
    return " UNION ALL ".join(due.format(one.flow.name, one.wanted) for one in scheduled)


def wind(connection: Connection, scheduled: Sequence[Scheduled], now: float) -> float | None:
    """After the file was opened, or its co-op has moved to another time zone; when the next tick is."""
    zone = zone_of(connection)
    known = {row.name: row for row in connection.execute(select(table))}
    connection.execute(delete(table).where(table.c.name.not_in([one.flow.name for one in scheduled])))
    for one in scheduled:
        expression = f"{one.flow.every} {zone.key}"
        there = known.get(one.flow.name)
        if there is None or there.expression != expression or _is_ahead(there, one, now, zone):
            _set(connection, one, expression, one.hour.after(now, zone))
    return _next(connection, scheduled)


def tick(connection: Connection, scheduled: Sequence[Scheduled], now: float) -> float | None:
    """Starts what is due; when the next tick is. It is advanced and its run is there in one transaction."""
    zone = zone_of(connection)
    rows = {row.name: row for row in connection.execute(_ALL)}
    for one, row in [(one, rows[one.flow.name]) for one in scheduled]:
        if row.next > now and not _is_ahead(row, one, now, zone):
            continue
        if row.next <= now and _is_wanted(connection, one):
            at = one.hour.before(now, zone)
            store.start(connection, one.flow, {"at": at}, f"schedule:{row.name}:{at:.0f}", now)
        _set(connection, one, f"{one.flow.every} {zone.key}", one.hour.after(now, zone))
    return _next(connection, scheduled)


def _is_ahead(row: Any, one: Scheduled, now: float, zone: ZoneInfo) -> bool:
    """It was set by a clock that was wrong."""
    return bool(row.next > one.hour.after(now, zone))


def _is_wanted(connection: Connection, one: Scheduled) -> bool:
    asked = text(f"SELECT {one.wanted} FROM flow_schedules WHERE name = :name")
    return bool(connection.scalar(asked, {"name": one.flow.name}))


def _set(connection: Connection, one: Scheduled, expression: str, next: float) -> None:
    row = {"name": one.flow.name, "expression": expression, "next": next}
    connection.execute(insert(table).prefix_with("OR REPLACE"), row)


def _next(connection: Connection, scheduled: Sequence[Scheduled]) -> float | None:
    """What comes every few minutes counts while it has something to do: whoever gives it that wakes the file."""
    seldom = [one.flow.name for one in scheduled if isinstance(one.hour, Hour)]
    asked = select(func.min(table.c.next)).where(table.c.name.in_(seldom))
    often = next_due([one for one in scheduled if one.flow.name not in seldom])
    found = [connection.scalar(asked), connection.scalar(text(f"SELECT min(due) FROM ({often})")) if often else None]
    return min((due for due in found if due is not None), default=None)
