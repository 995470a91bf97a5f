from collections.abc import Iterator
from dataclasses import dataclass

from litestar import Response, get

from domains import account, activities, market
from domains.errors import say
from flows import desk, join, mailing
from fragments.actors import actors
from fragments.copies import Copies
from fragments.view import Db, Page, View

from .checklist import steps
from .mails import KINDS

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a steward: what, why, and the deed that answers it."""

    what: str
    why: str
    href: str = ""
    """Empty where it is for whoever runs the machine."""
    deed: str = ""


UNSENT = Need(
    say("Some mails could not be sent"),
    say("Each was tried eight times. See to whom, and what the mail server said."),
    "/steward/mails",
    say("Look"),
)
LATE = Need(
    say("Some mails are late"),
    say("The mail server refused them; they are tried again by themselves."),
    "/steward/mails",
    say("Look"),
)
STUCK = Need(
    say("Some work has stopped"),
    say("It failed too often, or cannot tell whether it was done. See where, then say how it goes on."),
    "/flows?state=stuck",
    say("Look"),
)
UNCOPIED = Need(
    say("Nothing is copied"),
    say(
        "If this disk is lost, everything here is lost. Whoever runs this machine can turn copies on with ROSE_REPLICA."
    ),
    "/steward/copies",
    say("Look"),
)
STOPPED = Need(
    say("Copies have stopped"),
    say("What is written now is on this disk alone. It is tried again by itself; the log of the machine says why."),
    "/steward/copies",
    say("Look"),
)
BEHIND = Need(
    say("Copies are behind"),
    say("What was written last is on this disk alone. It is tried again by itself; the log of the machine says why."),
    "/steward/copies",
    say("Look"),
)
UNRESTORED = Need(
    say("The copies could not be restored"),
    say("They were tried, and something was wrong. Whoever runs this machine has to look, before they are needed."),
    "/steward/copies",
    say("Look"),
)


@get(["/steward", "/steward/today"])
async def today(db: Db, view: Page) -> Response[str]:
    view.steward()
    people, goods = await account.people(db), await market.count(db)
    entries = await activities.ledger(db, most=SHOWN)
    return await view.render(
        "steward/_today.html",
        title=view.text(say("Desk")),
        layout="desk.html",
        needs=list(_needs(await desk.stuck(db), len(await join.waiting(db)), view)),
        steps=await steps(db, view, people),
        people=len(people),
        goods=goods,
        entries=entries,
        actors=await actors(db, view, [entry.actor for entry in entries]),
        mails=await desk.deliveries(db, SHOWN),
        copies=view.copies(),
        kinds=KINDS,
        going=await mailing.going(db, view.site.zone, view.now.timestamp(), SHOWN),
    )


def _needs(stuck: desk.Stuck, asking: int, view: View) -> Iterator[Need]:
    if asking:
        yield _asking(asking, view)
    yield from _of_copies(view.copies())
    if stuck.mails:
        yield UNSENT
    if stuck.late:
        yield LATE
    if stuck.runs:
        yield STUCK


def _of_copies(copies: Copies) -> Iterator[Need]:
    if not copies.to:
        yield UNCOPIED
    elif copies.standing == "off":
        yield STOPPED
    elif copies.standing == "behind":
        yield BEHIND
    if copies.fault:
        yield UNRESTORED


def _asking(many: int, view: View) -> Need:
    what = view.text(say("Somebody asks to join") if many == 1 else say("{many} people ask to join")).format(many=many)
    why = say("Whoever is not answered within two weeks is told that nobody did.")
    return Need(what, why, "/account/people", say("Answer"))


ROUTES = [today]
