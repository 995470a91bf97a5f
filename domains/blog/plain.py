"""What is read of a post, for whoever searches it: its words, without what stands for looks and for leading about."""

import asyncio
import re
from collections.abc import Iterable
from html.parser import HTMLParser

from .html import BLOCKS, SHORT
from .markdown import Prose, Widget, read_prose

NOTE = re.compile(r"#fn(ref)?\d")
"""Where the mark of a note leads to, and the way back from it."""


async def read_plain(body: str, format: str) -> str:
    parts = await read_prose(body, format)
    return plain_of_all(parts) if len(body) < SHORT else await asyncio.to_thread(plain_of_all, parts)


def plain_of_all(parts: Iterable[Prose | Widget]) -> str:
    """Nothing of the widgets among them."""
    return "\n".join(filter(None, (plain_of(part.html) for part in parts if isinstance(part, Prose))))


def plain_of(html: str) -> str:
    """What is read of it, a block a line; of what is safe."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.out).splitlines())
    return "\n".join(line for line in lines if line)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.is_note = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.is_note = self.is_note or (tag == "a" and bool(NOTE.match(known.get("href") or "")))
        self.out.append("\n" if tag in BLOCKS else f" {known.get('alt') or ''}" if tag == "img" else "")

    def handle_endtag(self, tag: str) -> None:
        self.is_note = self.is_note and tag != "a"
        self.out.append("\n" if tag in BLOCKS else "")

    def handle_data(self, data: str) -> None:
        self.out.append("" if self.is_note else data)
