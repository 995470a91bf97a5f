"""What programs are told of a page, in its head: where it belongs, its other forms, and what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

WIDE = 600  # pixels
SCHEMA = "https://schema.org"
ATOM, RSS, MARKDOWN = "application/atom+xml", "application/rss+xml", "text/markdown"


class Form(NamedTuple):
    """The same as the page, as something else."""

    type: str
    path: str
    title: str = ""


class Image(NamedTuple):
    """What a card shows that others make of the page."""

    path: str
    width: int
    height: int
    alt: str

    @property
    def card(self) -> str:
        """Of Twitter's: what is wide and large enough stands over the words, anything else beside them."""
        return "summary_large_image" if self.width >= max(WIDE, self.height) else "summary"


@dataclass(frozen=True, slots=True)
class Meta:
    path: str
    """The one address of what the page shows, percent-encoded."""
    forms: Sequence[Form] = ()
    kind: str = "website"
    """Of the Open Graph protocol: website, article, profile."""
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """More of the Open Graph: article:author, …"""
    about: Mapping[str, Any] = field(default_factory=dict)
    """JSON-LD, in the words of schema.org."""
    image: Image | None = None
    canonical: str = ""
    """The whole address of what this is a copy of; empty where it is the first."""


def feeds(path: str, title: str) -> tuple[Form, Form]:
    """Of the list that is at this path."""
    return Form(ATOM, f"{path}/feed.atom", title), Form(RSS, f"{path}/feed.rss", title)
