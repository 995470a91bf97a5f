"""What is not here as it was in a Ghost, in sentences: of a post, and of all that was exported."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domains.errors import say

from .words import line, text

MOST_TITLE, MOST_EXCERPT = 200, 400
FOR_ALL, FOR_MEMBERS = "public", "members"
CODE = "codeinjection_head", "codeinjection_foot"
MADE_FOR_OTHERS = (
    "meta_title",
    "meta_description",
    *(f"{network}_{part}" for network in ("og", "twitter") for part in ("title", "description", "image")),
)
"""What a post says to search engines and networks alone."""
_LEFT_OUT = re.compile(r"<(script|form|iframe)\b", re.IGNORECASE)


def of_post(post: Mapping[str, Any], html: str) -> Iterator[str]:
    if post.get("status") == "sent":
        yield say("It was mailed and never on the site. Here it is a page for members.")
    elif post.get("visibility", FOR_ALL) not in (FOR_ALL, FOR_MEMBERS):
        yield say("It was for those who pay. Here every member can read it.")
    if _is_longer(post.get("title"), MOST_TITLE):
        yield say("Its title is cut off: it has more than two hundred letters.")
    if _is_longer(post.get("custom_excerpt"), MOST_EXCERPT):
        yield say("Its summary is cut off: it has more than four hundred letters.")
    many = Counter(tag.lower() for tag in _LEFT_OUT.findall(html))
    if many["script"] or any(text(post.get(name)).strip() for name in CODE):
        yield say("Code of its own is left out: nothing of it runs here.")
    if many["form"]:
        yield say("Forms in it are left out: {many}.").format(many=many["form"])
    if many["iframe"]:
        yield say("What it shows of other sites is linked here: {many}.").format(many=many["iframe"])


def of_export(posts: Sequence[Mapping[str, Any]], members: int, settings: Mapping[str, Any]) -> Iterator[str]:
    """`posts`: with what is said about each."""
    if members:
        yield say("Its {many} members do not come along: whoever wants to be one here asks for it.").format(
            many=members
        )
    if any(text(settings.get(name)).strip() for name in CODE):
        yield say("The code that all of its pages had is left out: nothing of it runs here.")
    if many := sum(any(post.get(name) for name in MADE_FOR_OTHERS) for post in posts):
        yield say(
            "Posts and pages that had other words for search engines and networks have their own there now: {many}."
        ).format(many=many)


def _is_longer(said: Any, most: int) -> bool:
    return len(line(said, most + 1)) > most
