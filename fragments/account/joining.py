"""Asking to be let in, and where the links lead that stewards are mailed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

import flows
from domains import account
from domains.errors import Invalid, say
from flows import join as story
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .paths import unkept

CHOOSE = say("Choose one of the two.")
SAYS = {story.APPROVE: "let-in", story.DECLINE: "declined"}
STATUSES = {"open": 200, "answered": 200, "late": 410, "off": 410, "refused": 403, "unknown": 404}
STATES = {"open": "open", "resumed": "answered", "early": "answered", "late": "late", "cancelled": "off"}


@dataclass(frozen=True, slots=True)
class Link:
    """One that a steward was mailed, and what it can do now: one of STATUSES."""

    state: str
    steward: account.Person | None = None
    wait: flows.Asked | None = None


@get("/account/join")
async def join(db: Db, view: Page) -> Response[str]:
    return await _join(view, Form())


@post("/account/join")
async def ask_to_join(db: Db, view: Page, data: Typed) -> Response[Any]:
    """The same answer for an address that somebody has, nobody has, or that asked before."""
    if view.is_member:
        return view.see("/account/join")
    form = Form(data)
    with form.refusals():
        about = form.text("name"), form.text("address"), form.text("words")
        await story.begin(db, *about, view.client, view.now.timestamp())
        return view.see("/account/request-sent")
    return await _join(view, form, status=422)


@get("/account/request-sent")
async def request_sent(db: Db, view: Page) -> Response[str]:
    return await view.render("account/_request_sent.html", title=view.text(say("Your request is sent")))


@get("/account/joining/{signed:str}")
async def joining(db: Db, view: Page, signed: FromPath[str], answer: FromQuery[str] = "") -> Response[str]:
    """Changes nothing: mail scanners follow links."""
    return await _joining(db, view, await _opened(db, view, signed), Form({"answer": answer}))


@post("/account/joining/{signed:str}")
async def decide(db: Db, view: Page, signed: FromPath[str], data: Typed) -> Response[Any]:
    """Whoever comes second is told who was first."""
    link, form = await _opened(db, view, signed), Form(data)
    if link.state != "open" or not link.wait or not link.steward:
        return await _joining(db, view, link, form, 409 if link.state == "answered" else 0)
    with form.refusals():
        await _answer(db, view, link.wait.run.id, form.text("answer"), link.steward)
        return view.see(view.path)
    return await _joining(db, view, link, form, 422)


@post("/account/requests/{id:int}")
async def answer_request(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    me, answer = view.steward(), data.get("answer", "")
    is_first = await _answer(db, view, (await story.run_of(db, id)).id, answer, me)
    return view.see("/account/people", SAYS[answer] if is_first else "answered")


async def _opened(db: AsyncSession, view: View, signed: str) -> Link:
    """One that ran out stays so, though nothing has woken its run yet."""
    told, _, id = (view.keys.unsign("resume", signed) or "").rpartition(".")
    wait = await flows.asked(db, told) if told else None
    if wait is None or wait.run.name != story.FLOW.name:
        return Link("unknown")
    steward = await account.person_if(db, int(id))
    if steward is None or not steward.is_steward:
        return Link("refused")
    is_over = wait.status == "open" and wait.due is not None and wait.due <= view.now.timestamp()
    return Link("late" if is_over else STATES[wait.status], steward, wait)


async def _answer(db: AsyncSession, view: View, run: int, answer: str, steward: account.Person) -> bool:
    """False when somebody had answered already. Raises Invalid."""
    try:
        by, now = f"{story.PERSON}{steward.id}", view.now.timestamp()
        return await flows.resume(db, run, story.TAG, answer, by, now)
    except flows.WrongAnswer:
        raise Invalid(answer=CHOOSE) from None


async def _join(view: View, form: Form, status: int = 200) -> Response[str]:
    return await view.render("account/_join.html", title=view.text(say("Ask to join")), status=status, form=form)


async def _joining(db: AsyncSession, view: View, link: Link, form: Form, status: int = 0) -> Response[str]:
    page = await view.render(
        "account/_joining.html",
        title=view.text(say("A request to join")),
        status=status or STATUSES[link.state],
        form=form,
        link=link,
        asked=await account.request(db, link.wait.run.input["request"]) if link.wait else None,
        decider=await _decider(db, link.wait) if link.wait else "",
        at=_moment(view, link.wait) if link.wait else None,
    )
    page.headers["x-robots-tag"] = "noindex"
    return unkept(view, page)


async def _decider(db: AsyncSession, wait: flows.Asked) -> str:
    """Empty for somebody who is here no more."""
    id = story.decider(wait.by)
    return (await account.names(db, {id})).get(id, "")


def _moment(view: View, wait: flows.Asked) -> datetime:
    """When it was answered; or when it ran out, or will."""
    is_answered = STATES[wait.status] == "answered"
    return view.local(datetime.fromtimestamp(wait.at if is_answered or wait.due is None else wait.due, UTC))


ROUTES = [join, ask_to_join, request_sent, joining, decide, answer_request]
