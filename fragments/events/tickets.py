"""Tickets: what there are any for, how somebody gets one, and what whoever has it sees."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, events
from domains.errors import NotFound, say
from flows import tickets as story
from fragments.account.paths import unkept
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .entry import shown


@get("/events/tickets")
async def tickets(db: Db, view: Page) -> Response[str]:
    entries = await events.ticketed(db, view.now, view.site.zone)
    return await view.render(
        "events/_tickets.html",
        title=view.text(say("Tickets")),
        until=min((entry.begins(view.site.zone) for entry in entries), default=None),
        entries=entries,
    )


@post("/events/entry/{id:int}/tickets")
async def take_ticket(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """A member has it at once. Everybody else is mailed: the same answer for whoever has one and has none."""
    form = Form(data)
    with form.refusals():
        if view.person:
            return await _taken(db, view, view.person, id, form.text("places"))
        about = form.text("name"), form.text("address"), form.text("places")
        await story.begin(db, id, *about, view.client, view.now, view.site.zone)
        return view.see("/events/ticket-sent")
    return await shown(view, await events.entry(db, id), form, status=422)


@get("/events/ticket-sent")
async def ticket_sent(db: Db, view: Page) -> Response[str]:
    return unkept(view, await view.render("events/_ticket_sent.html", title=view.text(say("Look at your mail"))))


@get("/events/wanted-ticket/{signed:str}")
async def wanted_ticket(db: Db, view: Page, signed: FromPath[str]) -> Response[Any]:
    """Changes nothing: mail scanners follow links. Whoever has pressed its button is led on to their ticket."""
    wanted = _wanted(view, signed)
    if held := await events.live_ticket(db, wanted.entry, wanted.address):
        return view.see(_link(view, held))
    return await _offered(db, view, wanted, Form())


@post("/events/wanted-ticket/{signed:str}")
async def take_wanted(db: Db, view: Page, signed: FromPath[str], data: Typed) -> Response[Any]:
    """As many as are left, perhaps, and not as many as were asked for."""
    wanted, form = _wanted(view, signed), Form(data)
    if not _is_good(view, wanted):
        return await _offered(db, view, wanted, form)
    with form.refusals():
        taken = await story.take(db, wanted, form.text("places"), view.client, view.now, view.site.zone)
        return view.see(_link(view, taken), "ticket")
    return await _offered(db, view, wanted, form, status=422)


@get("/events/ticket/{signed:str}")
async def ticket(db: Db, view: Page, signed: FromPath[str]) -> Response[str]:
    """For whoever has the link."""
    found = await events.ticket(db, _number(view, signed))
    page = await view.render(
        "events/_ticket.html",
        title=found.entry.title,
        ticket=found,
        entry=found.entry,
        is_over=found.entry.over(view.site.zone) <= view.now,
    )
    page.headers["x-robots-tag"] = "noindex"
    return unkept(view, page)


@post("/events/ticket/{signed:str}")
async def give_back(db: Db, view: Page, signed: FromPath[str]) -> Response[Any]:
    await events.give_back(db, _number(view, signed))
    return view.see(view.path)


@get("/events/own-tickets")
async def own_tickets(db: Db, view: Page) -> Response[str]:
    """A member's, to what is to come; nothing inside a page when there are none."""
    found = await events.tickets_of(db, view.member().address, view.now, view.site.zone)
    return await view.render(
        "events/_own_tickets.html",
        title=view.text(say("Your tickets")),
        tickets=[(_link(view, ticket), ticket) for ticket in found],
    )


@get("/events/guests/{id:int}")
async def guests(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    entry = await events.entry(db, id)
    return await view.render("events/_guests.html", title=entry.title, entry=entry, guests=await events.guests(db, id))


@post("/events/tickets/{id:int}/return")
async def return_ticket(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    view.editor()
    returned = await events.give_back(db, id)
    return view.see(f"/events/guests/{returned.entry_id}", "returned")


async def _taken(db: AsyncSession, view: View, me: account.Person, id: int, places: str) -> Response[Any]:
    """Raises NotFound, Invalid."""
    had = await events.live_ticket(db, id, me.address)
    taken = had or await events.take_ticket(db, id, me.name, me.address, places, view.now, view.site.zone)
    return view.see(_link(view, taken), "had-ticket" if had else "ticket")


async def _offered(db: AsyncSession, view: View, wanted: events.Wanted, form: Form, status: int = 200) -> Response[Any]:
    """What can still be had of it. Raises NotFound."""
    entry, is_good = await events.entry(db, wanted.entry), _is_good(view, wanted)
    most = min(entry.left, entry.share, events.MOST)
    if not form.wrong:
        form = Form({"places": str(min(wanted.places, most))})
        with form.refusals():
            events.check_room(entry, 1, view.now, view.site.zone)
    page = await view.render(
        "events/_wanted_ticket.html",
        title=entry.title,
        status=status if is_good else 410,
        wanted=wanted,
        entry=entry,
        form=form,
        most=most,
        is_good=is_good,
        is_open=most > 0 and "" not in form.wrong,
    )
    page.headers["x-robots-tag"] = "noindex"
    return unkept(view, page)


def _wanted(view: View, signed: str) -> events.Wanted:
    """Raises NotFound for what this co-op never signed."""
    if written := view.keys.unsign(story.WANTED, signed):
        return events.Wanted.read(written)
    raise NotFound(f"no ticket is wanted by {signed}")


def _is_good(view: View, wanted: events.Wanted) -> bool:
    return wanted.until > view.now.timestamp()


def _link(view: View, ticket: events.Ticket) -> str:
    """As a mail says it, too."""
    return f"/events/ticket/{view.keys.sign(story.TICKET, str(ticket.id))}"


def _number(view: View, signed: str) -> int:
    """Raises NotFound for what this co-op never signed."""
    if number := view.keys.unsign(story.TICKET, signed):
        return int(number)
    raise NotFound(f"no ticket {signed}")


ROUTES = [
    tickets,
    take_ticket,
    ticket_sent,
    wanted_ticket,
    take_wanted,
    ticket,
    give_back,
    own_tickets,
    guests,
    return_ticket,
]
