"""What a new co-op is to be given: each step is done as soon as it is true, and nobody ticks it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog, events, market, sample
from domains.errors import say
from fragments.view import View


@dataclass(frozen=True, slots=True)
class Step:
    what: str
    why: str
    href: str
    """Empty where it is for whoever runs the machine."""
    is_done: bool
    deed: str = ""
    """What a button says that leads there, where a link is too little."""


async def steps(db: AsyncSession, view: View, people: Sequence[account.Person]) -> list[Step]:
    """In the order in which a steward would take them; none once all are done."""
    things, words = await sample.things(db), await sample.words(db)
    given = {
        kind: {thing.ref for thing in things if thing.kind == kind and not thing.is_changed}
        for kind in ("blog.post", "market.product", "events.entry")
    }
    found = [
        _words(view, words),
        *await _first(db, view, given),
        _stewards(people),
        _mail(view),
        _copies(view),
        *_sample(await sample.is_there(db)),
    ]
    return [] if all(step.is_done for step in found) else found


def _words(view: View, given: Collection[str]) -> Step:
    return Step(
        say("Name, motto and what you are"),
        say("They stand on the home page, and at the foot of every page."),
        "/steward/settings",
        bool(view.site.motto and view.site.about and not given),
    )


async def _first(db: AsyncSession, view: View, given: Mapping[str, Collection[int]]) -> list[Step]:
    """What is `given` by the sample is nobody's own."""
    posts = await blog.latest(db, 1, but=given["blog.post"])
    goods = await market.count(db, but=given["market.product"])
    entries = await events.upcoming(db, view.now, view.site.zone, 1, but=given["events.entry"])
    return [
        Step(say("A first post of your own"), say("News stands on the home page."), "/blog/new-post", bool(posts)),
        Step(say("Goods of your own"), say("What you add is on sale at once."), "/market/new-product", bool(goods)),
        Step(
            say("Something coming up"),
            say("The next market day or meeting goes into the calendar."),
            "/events/new-entry",
            bool(entries),
        ),
    ]


def _stewards(people: Sequence[account.Person]) -> Step:
    return Step(
        say("A second steward"),
        say("You are the only steward. When you are away, nobody can let anyone in."),
        "/account/people",
        sum(person.is_steward for person in people) > 1,
    )


def _mail(view: View) -> Step:
    return Step(
        say("Mails that go out"),
        say("They are kept on this machine. Whoever runs it can set ROSE_SMTP_URL to a mail server."),
        "/steward/mails",
        view.mails is None,
    )


def _copies(view: View) -> Step:
    return Step(
        say("A copy elsewhere than on this disk"),
        say("Whoever runs this machine can set ROSE_REPLICA to an s3 address, or to a folder on another disk."),
        "",
        view.copies().are_elsewhere,
    )


def _sample(is_there: bool) -> list[Step]:
    what, why = (
        say("Nothing left of the sample"),
        say("You are shown first what goes. What you have changed of it stays."),
    )
    return [Step(what, why, "/steward/sample", False, say("Remove the sample"))] if is_there else []
