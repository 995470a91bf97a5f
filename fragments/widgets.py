"""What a post may hold beside its words: fragments of other rooms, by name."""

from collections.abc import Iterable, Mapping

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from domains import blog
from domains.errors import say

from .view import View

NAMES = {
    "calendar": say("What is on next"),
    "products": say("What the market recommends"),
    "newsletter": say("Where anybody asks for the newsletter"),
    "tickets": say("What you can get a ticket for"),
}
"""As whoever writes knows them."""


def widgets() -> Mapping[str, HTTPRouteHandler]:
    """Name -> the fragment that stands there."""
    from . import account, events, market

    return {
        "calendar": events.upcoming,
        "products": market.featured,
        "newsletter": account.subscribe,
        "tickets": events.tickets,
    }


async def expanded(view: View, parts: Iterable[blog.Prose | blog.Widget]) -> list[Markup]:
    """Prose as it is, and each widget once, for its ids are its own."""
    known, made = dict(widgets()), []
    for part in parts:
        if isinstance(part, blog.Prose):
            made.append(Markup(part.html))  # noqa: S704 - sanitised prose
        elif fragment := known.pop(part.name, None):
            made.append(view.html("blog/widget.html", body=await view.embed(fragment)))
    return made
