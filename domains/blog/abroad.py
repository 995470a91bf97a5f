"""What is written here, for wherever it is read instead of at its own address."""

import asyncio
from collections.abc import Callable
from urllib.parse import urljoin

import nh3

from .html import CAME, MEMBERS_ONLY, SHORT, in_text, is_too_deep
from .markdown import Prose, read_prose
from .models import MARKDOWN


async def read_abroad(body: str, address: str, format: str = MARKDOWN) -> str:
    """The prose alone, with whole addresses."""
    html = "\n".join(part.html for part in await read_prose(body, format) if isinstance(part, Prose))
    return nh3.clean(html, attribute_filter=_whole(address), link_rel=None)


async def came_abroad(body: str, address: str) -> str:
    """Html as it came, with whole addresses and no word that runs: its cards are still what they were, and the mark for
    members is where it was."""
    return _sent_on(body, address) if len(body) < SHORT else await asyncio.to_thread(_sent_on, body, address)


def _sent_on(body: str, address: str) -> str:
    if is_too_deep(body):
        return in_text(body)
    cleaner = nh3.Cleaner(**CAME, attribute_filter=_whole(address))
    return MEMBERS_ONLY.join(cleaner.clean(part) for part in body.split(MEMBERS_ONLY))


def _whole(address: str) -> Callable[[str, str, str], str]:
    def whole(tag: str, name: str, value: str) -> str:
        try:
            return urljoin(address, value) if name in ("href", "src") else value
        except ValueError:
            return value

    return whole
