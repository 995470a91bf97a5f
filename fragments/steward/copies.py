"""How the copies of this co-op stand, and what a steward can do with them."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post

from domains.errors import say
from fragments.view import Page

SHAPES = {
    "copied": ("done", say("Copied")),
    "behind": ("failed", say("Behind")),
    "new": ("waiting", say("Not known yet")),
    "off": ("stopped", say("Off")),
}
"""How they stand: a shape and its word."""
AGAIN = "5s"
"""How often an open page asks again."""


@get("/steward/copies")
async def copies(view: Page) -> Response[str]:
    view.steward()
    if view.weigh:
        await view.weigh()
    found = view.copies()
    return await view.render(
        "steward/_copies.html",
        title=view.text(say("Copies")),
        layout="desk.html",
        copies=found,
        shape=SHAPES[found.standing],
        noon=(view.now - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0),
        asks_again=AGAIN,
    )


@post("/steward/copies")
async def weigh_copies(view: Page) -> Response[Any]:
    view.steward()
    if view.weigh:
        await view.weigh(is_wished=True)
    return view.see("/steward/copies", "weighed")


ROUTES = [copies, weigh_copies]
