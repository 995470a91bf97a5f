"""A long text in pieces that mean alone what they mean together: whoever changes one leaves the others as they were."""

import re
from collections.abc import Sequence
from html import unescape

from domains.values import slug_of

BEGINS = re.compile(r"\n[ \t]*\n+(?=[^\W\d_][^\n]{40})")
"""A line that begins with a letter after an empty one goes on with nothing before it. Short ones are left together:
each piece costs some time of its own."""
FAR = re.compile(r"\[\^|\^\[|\]:|^ {0,3}(?:```|~~~)", re.MULTILINE)
"""What may reach past an empty line: footnotes, the addresses of links, code between fences."""
TITLE = re.compile(r"<(h[2-6])>(.*?)</\1>", re.DOTALL)
TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')


def pieces(body: str) -> Sequence[str]:
    """All of it in one where something in it reaches far."""
    return [body] if FAR.search(body) else BEGINS.split(body)


def numbered(html: str, taken: dict[str, int]) -> str:
    """With an id for every heading; `taken` knows those that came before it."""

    def named(found: re.Match[str]) -> str:
        title, inner = found.groups()
        return f'<{title} id="{_id(unescape(TAG.sub("", inner)), taken)}">{inner}</{title}>'

    return TITLE.sub(named, html)


def _id(words: str, taken: dict[str, int]) -> str:
    """With a beginning that no id of the house has, and a number where another heading says the same."""
    name = id = f"section-{slug_of(words)}".rstrip("-")
    while id in taken:
        taken[name] += 1
        id = f"{name}-{taken[name]}"
    taken[id] = 1
    return id
