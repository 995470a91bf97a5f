"""A long text in pieces that mean alone what they mean together: whoever changes one leaves the others as they were."""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import groupby
from zlib import crc32

from domains.values import slug_of

BEGINS = re.compile(r"\n[ \t]*\n+(?=[^\W\d_])")
"""A line that begins with a letter after an empty one goes on with nothing before it, but for code between fences."""
FENCE = re.compile(r"^([ \t>*+\d.)-]*)(`{3,}|~{3,})(.*)$", re.MULTILINE)
FAR = re.compile(r"\[\^[^\]\s]+\]:|(\]:)")
"""Where a link leads, said once for all of the text; what a footnote says does not reach so far."""
NOTED = re.compile(r"\[\^|\^\[")
APART = "\ue000"
"""Alone in its paragraph it stands for what is read apart; nobody types it."""
LEAST, MOST, ONE_OF = 1000, 3000, 4
"""Letters of a piece: each costs some time of its own. Between the two, it ends before one paragraph of four, chosen by
how that begins, so that a change moves no other end."""
TITLE = re.compile(r"<(h[2-6])>(.*?)</\1>", re.DOTALL)
TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')


def pieces(body: str) -> tuple[str, Sequence[Sequence[str]]]:
    """What is read together, as footnotes are, and those that are read apart for each APART in it."""
    body = body.replace(APART, "\N{REPLACEMENT CHARACTER}")
    together, apart = list[str](), list[list[str]]()
    for has_notes, some in groupby(_paragraphs(body), key=_has_notes):
        if has_notes:
            together.extend(some)
        else:
            together.append(APART)
            apart.append(list(_joined(some)))
    return "\n\n".join(together), apart


def numbered(html: str, taken: dict[str, int]) -> str:
    """With an id for every heading; `taken` knows those that came before it."""

    def named(found: re.Match[str]) -> str:
        title, inner = found.groups()
        return f'<{title} id="{_id(unescape(TAG.sub("", inner)), taken)}">{inner}</{title}>'

    return TITLE.sub(named, html)


def _paragraphs(body: str) -> Iterator[str]:
    """All of it in one where something in it reaches far."""
    ends, at = None if any(found[1] for found in FAR.finditer(body)) else _fenced(body), 0
    if ends is None:
        yield body
        return
    for begin in BEGINS.finditer(body):
        if bisect(ends, begin.start()) % 2 == 0:
            yield body[at : begin.start()]
            at = begin.end()
    yield body[at:]


def _fenced(body: str) -> list[int] | None:
    """Where code begins and ends, in turns; None where a fence may be one of a list or a quotation."""
    ends, opened = list[int](), ""
    for fence in FENCE.finditer(body):
        indent, marks, more = fence.groups()
        if opened:
            if len(indent) < 4 and not indent.strip() and marks.startswith(opened) and not more.strip():
                ends.append(fence.end())
                opened = ""
        elif indent:
            return None
        elif marks[0] == "~" or "`" not in more:
            ends.append(fence.start())
            opened = marks
    return ends


def _has_notes(paragraph: str) -> bool:
    return bool(NOTED.search(paragraph))


def _joined(paragraphs: Iterator[str]) -> Iterator[str]:
    piece, size = [next(paragraphs)], 0
    for paragraph in paragraphs:
        size += len(piece[-1])
        is_end = size > LEAST and not crc32(paragraph[:20].encode()) % ONE_OF
        if is_end or size + len(paragraph) > MOST:
            yield "\n\n".join(piece)
            piece, size = [], 0
        piece.append(paragraph)
    yield "\n\n".join(piece)


def _id(words: str, taken: dict[str, int]) -> str:
    """With a beginning that no id of the house has, and a number where another heading says the same."""
    name = id = f"section-{slug_of(words)}".rstrip("-")
    while id in taken:
        taken[name] += 1
        id = f"{name}-{taken[name]}"
    taken[id] = 1
    return id
