"""The calendar, as people see it."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from domains import events
from domains.check import FIRST, LAST
from domains.errors import Conflict, NotFound, say

from .forms import Form
from .view import Db, Page, Typed, View

MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)
KINDS = {"market": say("Market or collection"), "event": say("Event"), "booking": say("Room or van booked")}


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
        kinds=_kinds(view),
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


@get("/events/entry/{id:int}")
async def entry(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    found = await events.entry(db, id)
    over = found.over(view.site.zone)
    return await view.render(
        "events/_entry.html",
        title=found.title,
        until=over if over > view.now else None,
        entry=found,
        is_over=over <= view.now,
        kinds=_kinds(view),
    )


@get("/events/new-entry")
async def new_entry(view: Page) -> Response[str]:
    view.editor()
    form = Form({"kind": events.KINDS[0], "day": view.today.isoformat()})
    return await view.render("events/_new_entry.html", form=form, **_new(view))


@post("/events/new-entry")
async def add_entry(db: Db, view: Page, data: Typed) -> Response[Any]:
    view.editor()
    form = Form(data)
    with form.refusals():
        added = await events.add_entry(db, **_facts(form))
        return view.see(f"/events/entry/{added.id}", "added")
    return await view.refuse("events/_new_entry.html", form, **_new(view))


@get("/events/edit-entry/{id:int}")
async def edit_entry(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    found = await events.entry(db, id)
    return await view.render(
        "events/_edit_entry.html", title=found.title, entry=found, form=_filled(found), theirs=None, kinds=_kinds(view)
    )


@post("/events/edit-entry/{id:int}")
async def change_entry(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """Whoever has not seen the newest version sees it beside their own, and may then save theirs in its place."""
    view.editor()
    form, theirs = Form(data), None
    try:
        with form.refusals():
            await events.change_entry(db, id, form.text("version"), **_facts(form))
            return view.see(f"/events/entry/{id}", "saved")
    except Conflict:
        theirs = _filled(await events.entry(db, id))
        form = Form(data | {"version": theirs.text("version")})
    found = await events.entry(db, id)
    return await view.render(
        "events/_edit_entry.html",
        title=found.title,
        status=409 if theirs else 422,
        entry=found,
        form=form,
        theirs=theirs,
        kinds=_kinds(view),
    )


@post("/events/entry/{id:int}/cancellation")
async def cancel_entry(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    view.editor()
    await events.cancel_entry(db, id)
    return view.see(f"/events/entry/{id}", "cancelled")


def _new(view: View) -> dict[str, Any]:
    """What a new entry's page shows, typed or not; a steward finds it on the desk."""
    layout = "desk.html" if view.is_steward else "layout.html"
    return {"title": view.text(say("New event")), "layout": layout, "kinds": _kinds(view)}


def _kinds(view: View) -> dict[str, str]:
    return {kind: view.text(name) for kind, name in KINDS.items()}


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


def _facts(form: Form) -> events.Facts:
    return cast(events.Facts, {name: form.text(name) for name in events.FIELDS})


def _filled(entry: events.Entry) -> Form:
    """As it would be typed."""
    values: dict[str, Any] = {name: getattr(entry, name) or "" for name in events.FIELDS}
    days = {"day": entry.day.isoformat(), "last_day": entry.last_day.isoformat() if entry.last_day > entry.day else ""}
    clocks = {name: values[name] and values[name].isoformat("minutes") for name in ("starts", "ends")}
    return Form(values | days | clocks | {"version": str(entry.version)})


ROUTES = [
    calendar,
    upcoming,
    market_days,
    next_market_day,
    entry,
    new_entry,
    add_entry,
    edit_entry,
    change_entry,
    cancel_entry,
]
