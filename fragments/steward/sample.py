"""What is left of the sample, and the button that removes it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from litestar import Response, get, post

from domains import sample as samples
from domains.errors import say
from flows import sample as story
from fragments.view import Db, Page

KINDS = {
    "blog.post": say("Posts and pages"),
    "blog.menu_item": say("Navigation"),
    "market.product": say("Goods"),
    "events.entry": say("Calendar"),
    "account.person": say("People"),
}
WORDS = {"motto": say("The motto"), "about": say("What it is")}
SETTINGS = say("Settings")


@get("/steward/sample")
async def sample(db: Db, view: Page) -> Response[str]:
    view.steward()
    things = await samples.things(db)
    words = Counter(view.text(WORDS[name]) for name in await samples.words(db))
    return await view.render(
        "steward/_sample.html",
        title=view.text(say("Sample content")),
        layout="desk.html",
        is_there=await samples.is_there(db),
        going=_named(thing for thing in things if not thing.is_changed) | ({SETTINGS: words} if words else {}),
        staying=_named(thing for thing in things if thing.is_changed),
    )


@post("/steward/sample")
async def remove_sample(db: Db, view: Page) -> Response[Any]:
    view.steward()
    await story.remove(db)
    return view.see("/steward", "sample-removed")


def _named(things: Iterable[samples.Thing]) -> dict[str, Counter[str]]:
    """Kind, in words -> what they are called, and how many are called so."""
    named: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS.values()}
    for thing in things:
        named[KINDS[thing.kind]][thing.name] += 1
    return {kind: names for kind, names in named.items() if names}


ROUTES = [sample, remove_sample]
