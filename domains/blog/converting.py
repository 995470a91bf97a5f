"""Html that came from elsewhere, turned into Markdown by whoever wants to write on, and what is lost by that."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import Check
from domains.errors import Conflict, Invalid, NotFound, say

from .html import MEMBERS_ONLY, safe
from .keeping import stand
from .markdown import Prose, to_html
from .models import HTML, MARKDOWN, Post
from .plain import plain_of
from .queries import post

LOSSES: Mapping[str, str] = {
    "gallery": r'<figure class="gallery"',
    "caption": r"<figcaption",
    "bookmark": r'class="bookmark"',
    "button": r'<a [^>]*class="btn"',
    "callout": r'class="callout"',
    "toggle": r"<details",
    "cells": r'<t[hd] [^>]*="(?:[2-9]|\d\d)',
    "letters": r"<(?:u|mark|small|sub|sup|ins|kbd|abbr|cite|q)>",
    "terms": r"<dl>",
    "notes": r'<(?:a|li|sup) [^>]*\bid="',
}
"""What Markdown has no word for -> how it is known in html that is safe."""
_CODE = re.compile(r"(<pre.*?</pre>)", re.S)
_FENCED = re.compile(r"(^```.*?^```$)", re.S | re.M)
LONG = say("As Markdown this is longer than a post can be. Leave it as it came.")


@dataclass(frozen=True, slots=True)
class Converted:
    markdown: str
    html: str
    """Of the Markdown."""
    lost: Mapping[str, int]
    """Of LOSSES, how many, and how many `pictures` are in galleries; `words` when what is read differs, `members` when
    what was for everybody no longer is."""


async def converted(found: Post) -> Converted:
    """Writes nothing. Raises NotFound for what is Markdown already, Invalid for what Markdown cannot hold."""
    if found.format != HTML:
        raise NotFound(f"post {found.id} is {found.format}")
    return await asyncio.to_thread(_converted, found.body)


async def convert_post(db: AsyncSession, id: int, version: str, made: Converted, *, by: str = "") -> Post:
    """What it was stays in its history. Raises NotFound, and Conflict when it is not what was `made` Markdown of."""
    found = await post(db, id)
    if found.format != HTML or version != str(found.version):
        raise Conflict(f"post {id} is {found.format} at version {found.version}, not {version}")
    found.body, found.format = made.markdown, MARKDOWN
    return await stand(db, found, found.status, by)


def markdown_of(html: str) -> str:
    """Of what is safe. Raises RecursionError."""
    from markdownify import markdownify  # which costs a start a tenth of a second

    parts = _CODE.split(html)  # every other is code; elsewhere a line break is a space, and two would end a paragraph
    parts[::2] = [re.sub(r"\s+", " ", part) for part in parts[::2]]
    made: str = markdownify(
        "".join(parts), heading_style="ATX", bullets="-", escape_misc=True, newline_style="BACKSLASH"
    )
    parts = _FENCED.split(made)
    parts[::2] = [re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", part) for part in parts[::2]]
    return "".join(parts).strip()


def _converted(body: str) -> Converted:
    before, check = safe(body), Check()
    try:
        markdown = check.text("", markdown_of(before))
    except RecursionError:
        raise Invalid(**{"": LONG}) from None
    if check.wrong:
        raise Invalid(**{"": LONG})
    after = "\n".join(part.html for part in to_html(markdown) if isinstance(part, Prose))
    lost = Counter(
        {name: len(re.findall(mark, before)) - len(re.findall(mark, after)) for name, mark in LOSSES.items()}
    )
    lost["pictures"] = sum(
        one.count("<img") for one in re.findall(r'<figure class="gallery">.*?</figure>', before, re.S)
    )
    lost["words"] = plain_of(before).split() != plain_of(after).split()
    lost["members"] = MEMBERS_ONLY in body
    return Converted(markdown, after, {name: int(many) for name, many in lost.items() if many > 0})
