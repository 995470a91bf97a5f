"""The calendar, and what comes next in it, as people see them."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from litestar import Response, get
from litestar.params import FromQuery

from domains import events
from domains.check import FIRST, LAST
from domains.errors import NotFound, say
from fragments.view import Db, Page

from .words import kinds

WEEK = 7
"""Before the month ends, what comes next is shown under it."""
MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)


@get("/events/calendar")
async def calendar(db: Db, view: Page, month: FromQuery[str] = "") -> Response[str]:
    """`month` is like 2026-12; this month unless it says so."""
    this_month = view.today.replace(day=1)
    first = _month(month) if month else this_month
    days = _days(first, await events.calendar(db, first))
    return await view.render(
        "events/_calendar.html",
        title=view.text(say("Calendar")),  # of whichever month: the next one is swapped in under it
        month=first,
        earlier=_within((first - timedelta(days=1)).replace(day=1)),
        later=_within((first + timedelta(days=31)).replace(day=1)),
        days=days,
        this_month=this_month,
        next_day=next((day for day, entries in days if entries and day >= view.today), None),
        kinds=kinds(view),
        coming=await view.embed(upcoming) if first == this_month and view.today >= days[-WEEK][0] else "",
    )


@get("/events/upcoming")
async def upcoming(db: Db, view: Page) -> Response[str]:
    entries = await events.upcoming(db, view.now, view.site.zone)
    return await view.render(
        "events/_upcoming.html",
        title=view.text(say("Coming up")),
        until=min((entry.over(view.site.zone) for entry in entries), default=None),
        entries=entries,
    )


@get("/events/market-days")
async def market_days(db: Db, view: Page) -> Response[str]:
    """What the market did last, today, and what comes next; nothing inside a page when nothing does."""
    begun, coming = await events.market_days(db, view.now, view.site.zone)
    return await view.render(
        "events/_market_days.html",
        title=view.text(say("Market days")),
        until=coming[0].begins(view.site.zone) if coming else None,
        begun=begun[-1:],
        coming=coming[:2],
    )


@get("/events/next-market-day")
async def next_market_day(db: Db, view: Page) -> Response[str]:
    """One sentence; nothing inside a page when nothing is planned."""
    _, coming = await events.market_days(db, view.now, view.site.zone)
    return await view.render(
        "events/_next_market_day.html",
        title=view.text(say("The next market day")),
        until=coming[0].begins(view.site.zone) if coming else None,
        coming=coming[:1],
    )


def _month(typed: str) -> date:
    """Its first day. Raises NotFound."""
    if not MONTH.fullmatch(typed):
        raise NotFound(f"no month {typed}")
    return date(int(typed[:4]), int(typed[5:]), 1)


def _within(first: date) -> date | None:
    """None past the ends of the calendar: there is no way there."""
    return first if FIRST <= first <= LAST else None


def _days(first: date, entries: Sequence[events.Entry]) -> list[tuple[date, list[events.Entry]]]:
    """Every day of the month with what takes place on it."""
    days = [first.replace(day=number + 1) for number in range(monthrange(first.year, first.month)[1])]
    return [(day, [entry for entry in entries if entry.day <= day <= entry.last_day]) for day in days]


ROUTES = [calendar, upcoming, market_days, next_market_day]
