"""What a feed says, in whichever format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    """Outlives its address."""
    address: str
    title: str
    authors: Sequence[str]
    tags: Sequence[str]
    summary: str
    html: str
    """Empty for what is not everybody's to read."""
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    address: str
    page: str
    """The address of the list that people read."""
    title: str
    subtitle: str
    author: str
    language: str
    updated: datetime
    items: Sequence[Item]
