"""Joining: a visitor asks, the stewards are mailed, the first answer counts; after a fortnight there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.activities import Activity
from domains.errors import NotFound

from . import sign_in
from .engine.builder import flow
from .engine.deliveries import mail
from .engine.effects import Call, effect
from .engine.graph import END, Take
from .engine.models import Run, Wait
from .engine.store import within

DAYS = 14
TAG, APPROVE, DECLINE = "decision", "approve", "decline"
PERSON = "account.person:"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the story takes from `Offer account.request`."""

    request: int


async def begin(db: AsyncSession, name: str, address: str, words: str, client: str, now: float) -> None:
    """Whoever asks learns nothing of who is here: a member's address is mailed a link. Raises Invalid, TooMany."""
    await account.count_request(db, client)
    if not await account.ask_to_join(db, name, address, words):
        await sign_in.begin(db, address, "", now, "member-already")


async def run_of(db: AsyncSession, request: int) -> Run:
    """Where its answer goes. Raises NotFound."""
    if found := await db.scalar(_runs().where(Activity.ref == request)):
        return cast(Run, found)
    raise NotFound(f"no request {request}")


async def waiting(db: AsyncSession) -> Sequence[account.Request]:
    """Those that nobody has answered, whoever has waited longest first."""
    answered = _runs().join(Wait, Wait.run == Run.id).where(Wait.status.in_(("resumed", "early")), Run.ended.is_(None))
    known = {run.input["request"] for run in await db.scalars(answered)}
    return [one for one in await account.waiting_requests(db) if one.id not in known]


def decider(by: str) -> int:
    """The person, of what a wait remembers; 0 for whatever is none."""
    number = by.removeprefix(PERSON)
    return int(number) if by.startswith(PERSON) and number.isdecimal() else 0


@effect("account.asked_to_join@1", "tx")
async def asked_to_join(call: Call, *, request: int) -> dict[str, Any]:
    """What the stewards are mailed, and which of them has which address."""
    asked = await account.request(call.db, request)
    stewards = {one.address: one.id for one in await account.people(call.db) if one.is_steward}
    said = {"name": asked.name, "address": asked.address, "words": asked.words}
    return said | {"stewards": stewards, "to": list(stewards)}


@effect("account.let_in@1", "tx")
async def let_in(call: Call, *, request: int, by: str) -> None:
    """Whom a steward has added by hand meanwhile is in."""
    asked = await account.approve_request(call.db, request, by)
    if not await account.person_at(call.db, asked.address):
        await sign_in.approve(call.db, asked.name, asked.address, decider(by), call.now, call.key)


@effect("account.decline@1", "tx")
async def decline(call: Call, *, request: int, by: str) -> None:
    await _tell(call, await account.decline_request(call.db, request, by), "declined")


@effect("account.lapse@1", "tx")
async def lapse(call: Call, *, request: int) -> None:
    await _tell(call, await account.lapse_request(call.db, request), "lapsed")


FLOW = (
    flow("account.join", on="Offer", of="account.request", In=Asked)
    .effect("asked", "account.asked_to_join@1", request=Take("input.request"))
    .suspend(
        TAG,
        tag=TAG,
        days=DAYS,
        choices=(APPROVE, DECLINE),
        mail={
            "to": Take("asked.to"),
            "template": "request",
            "name": Take("asked.name"),
            "address": Take("asked.address"),
            "words": Take("asked.words"),
            "stewards": Take("asked.stewards"),
        },
        late="lapsed",
    )
    .branch("is_approved", Take(f"{TAG}.payload"), equals=APPROVE, otherwise="declined")
    .effect("let_in", "account.let_in@1", request=Take("input.request"), by=Take(f"{TAG}.by"), next=END)
    .effect("declined", "account.decline@1", request=Take("input.request"), by=Take(f"{TAG}.by"), next=END)
    .effect("lapsed", "account.lapse@1", request=Take("input.request"))
    .build()
)


@dataclass(frozen=True, slots=True)
class Steered:
    """What the story takes from `Update flow.run`: which one, of which flow, and what was done with it."""

    ref: int
    flow: str
    deed: str


@effect("account.call_off@1", "tx")
async def call_off(call: Call, *, run: int) -> None:
    """Whoever asked may ask again."""
    stopped = await call.db.get_one(Run, run)
    await account.lapse_request(call.db, stopped.input["request"])


CALLED_OFF = (
    flow("account.join_called_off", on="Update", of="flow.run", In=Steered)
    .branch("is_a_request", Take("input.flow"), equals=FLOW.name)
    .branch("is_cancelled", Take("input.deed"), equals="cancel")
    .effect("called_off", "account.call_off@1", run=Take("input.ref"))
    .build()
)
"""A steward who cancels its run calls the request off."""


def _runs() -> Any:
    """Of this story, with what set each off."""
    asking = Activity.kind == FLOW.of
    return select(Run).join(Activity, Activity.id == Run.because).where(Run.name == FLOW.name, asking)


async def _tell(call: Call, asked: account.Request, template: str) -> None:
    """Nobody who has been let in by hand meanwhile is told that they were not."""
    if not await account.person_at(call.db, asked.address):
        await within(call.db, partial(mail, call=call, to=[asked.address], template=template))
