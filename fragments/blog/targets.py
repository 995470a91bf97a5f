"""What an item of a menu may lead to, to be chosen from: everything that visitors find here."""

from collections.abc import Iterable, Sequence
from typing import Any

from domains import blog
from domains.errors import say
from domains.values import in_address
from fragments.view import View

ROOMS = (
    ("/", say("Home")),
    ("/market/goods", say("Market")),
    ("/events/calendar", say("Calendar")),
    ("/blog/news", say("News")),
    ("/search", say("Search")),
    ("/account/join", say("Ask to join")),
    ("/account/sign-in", say("Sign in")),
)
POSTS, PAGES = 50, 200
"""As many are named; the others have addresses too."""

Choices = Sequence[tuple[str, str]]
"""Of each where it leads, and what it is called."""


async def targets(view: View) -> list[tuple[str, Choices]]:
    """In groups, with what they are."""
    tags = [(f"/blog/tag/{in_address(tag)}", tag) for tag in await blog.names_of(view.db, "tag")]
    groups: list[tuple[str, Choices]] = [
        (view.text(say("Rooms")), [(path, view.text(name)) for path, name in ROOMS]),
        (view.text(say("Pages")), _titled(await blog.pages(view.db, PAGES))),
        (view.text(say("Posts")), _titled((await blog.news(view.db, size=POSTS)).posts)),
        (view.text(say("What is tagged")), tags),
    ]
    return [group for group in groups if group[1]]


def _titled(posts: Iterable[Any]) -> Choices:
    return [(f"/{post.slug}", post.title) for post in posts]
