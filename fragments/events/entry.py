"""One entry of the calendar: as people see it, and as editors keep it."""

from typing import Any, cast

from litestar import Response, get, post
from litestar.params import FromPath

from domains import events
from domains.errors import Conflict, say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .words import kinds

CANCEL = "cancel"
"""The form that cancels stands beside the one for tickets."""


@get("/events/entry/{id:int}")
async def entry(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    return await shown(view, await events.entry(db, id))


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
        "events/_edit_entry.html", title=found.title, entry=found, form=_filled(found), theirs=None, kinds=kinds(view)
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
        kinds=kinds(view),
    )


@post("/events/entry/{id:int}/cancellation")
async def cancel_entry(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    view.editor()
    form = Form(data, id=CANCEL)
    with form.refusals():
        await events.cancel_entry(db, id, form.text("why"))
        return view.see(f"/events/entry/{id}", "cancelled")
    return await shown(view, await events.entry(db, id), off=form, status=422)


async def shown(
    view: View, found: events.Entry, form: Form | None = None, *, off: Form | None = None, status: int = 200
) -> Response[str]:
    """`form`: of whoever would like a ticket; `off`: of whoever cancels it."""
    begins, over = found.begins(view.site.zone), found.over(view.site.zone)
    return await view.render(
        "events/_entry.html",
        title=found.title,
        status=status,
        until=min((moment for moment in (begins, over) if moment > view.now), default=None),
        entry=found,
        form=form or Form({"places": "1"}),
        off=off or Form(id=CANCEL),
        guests=await events.count_guests(view.db, found.id) if view.writes and found.places else 0,
        most=min(found.left, events.MOST, found.left if view.is_member else found.share),
        is_open=found.places is not None and found.cancelled is None and begins > view.now,
        is_over=over <= view.now,
        kinds=kinds(view),
    )


def _new(view: View) -> dict[str, Any]:
    """What a new entry's page shows, typed or not; a steward finds it on the desk."""
    layout = "desk.html" if view.is_steward else "layout.html"
    return {"title": view.text(say("New event")), "layout": layout, "kinds": kinds(view)}


def _facts(form: Form) -> events.Facts:
    return cast(events.Facts, {name: form.text(name) for name in events.FIELDS})


def _filled(entry: events.Entry) -> Form:
    """As it would be typed."""
    values: dict[str, Any] = {name: getattr(entry, name) or "" for name in events.FIELDS}
    values["places"] = str(values["places"])
    days = {"day": entry.day.isoformat(), "last_day": entry.last_day.isoformat() if entry.last_day > entry.day else ""}
    clocks = {name: values[name] and values[name].isoformat("minutes") for name in ("starts", "ends")}
    return Form(values | days | clocks | {"version": str(entry.version)})


ROUTES = [entry, new_entry, add_entry, edit_entry, change_entry, cancel_entry]
