from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, activities, events, market
from domains.errors import say
from flows import desk
from fragments.view import Db, Page, View

from .ledger import actors
from .mails import KINDS

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a steward: what, why, and the deed that answers it."""

    what: str
    why: str
    href: str
    deed: str


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
    say("It failed too often, or cannot tell whether it was done. Ask whoever runs this machine to look."),
    "/steward/ledger",
    say("Look"),
)
ALONE = Need(
    say("You are the only steward"),
    say("When you are away, nobody can let anyone in. Make somebody else a steward too."),
    "/account/people",
    say("See people"),
)
NO_GOODS = Need(
    say("The market is empty"),
    say("What you add is on sale at once."),
    "/market/new-product",
    say("Add a product"),
)
NO_EVENTS = Need(
    say("Nothing is on the calendar"),
    say("The next market day or meeting goes there."),
    "/events/new-entry",
    say("Add an event"),
)
NAMELESS = Need(
    say("Nothing says what this co-op is"),
    say("One or two sentences stand on the home page and at the foot of every page."),
    "/steward/settings",
    say("Write them"),
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
        needs=[*_stuck(await desk.stuck(db)), *await _missing(db, view, people, goods)],
        people=len(people),
        goods=goods,
        entries=entries,
        actors=await actors(db, view, entries),
        mails=await desk.deliveries(db, SHOWN),
        kinds=KINDS,
    )


def _stuck(stuck: desk.Stuck) -> Iterator[Need]:
    if stuck.mails:
        yield UNSENT
    if stuck.late:
        yield LATE
    if stuck.runs:
        yield STUCK


async def _missing(db: AsyncSession, view: View, people: Sequence[account.Person], goods: int) -> list[Need]:
    """What a co-op lacks; each goes away by itself once it is there."""
    is_missing = {
        ALONE: sum(person.is_steward for person in people) == 1,
        NO_GOODS: not goods,
        NO_EVENTS: not await events.upcoming(db, view.now, view.site.zone, 1),
        NAMELESS: not view.site.about,
    }
    return [need for need, is_so in is_missing.items() if is_so]


ROUTES = [today]
