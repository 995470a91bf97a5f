"""Html for Ghost's editor, block by block: what it would break is put into cards that it leaves alone."""

import re
from html.parser import HTMLParser
from typing import Any

from ..html import MEMBERS_ONLY

KNOWN = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "hr", "pre"}
"""What its editor has something of its own for; whatever else is, it keeps as html."""
CARD = "<!--kg-card-begin: html-->\n{}\n<!--kg-card-end: html-->"


def in_cards(html: str) -> str:
    """`html` is well-formed. The mark for members stands alone, where it stands at the top."""
    return "\n".join(
        block if tag in KNOWN or block == MEMBERS_ONLY else CARD.format(block) for tag, block in _Blocks(html).found
    )


class _Blocks(HTMLParser):
    """By what stands at its top."""

    EMPTY = {"area", "br", "col", "hr", "img", "input", "source", "wbr"}

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[str, str]] = []
        self._html, self._depth, self._tag, self._begin = html, 0, "", 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self.feed(html)
        self.close()
        self._keep(len(html))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if not self._depth:
            self._keep(self._at())
            self._tag, self._begin = tag, self._at()
        self._depth += tag not in self.EMPTY
        if not self._depth:
            self._keep(self._at() + len(self.get_starttag_text() or ""))

    def handle_comment(self, data: str) -> None:
        if not self._depth:
            self._keep(self._at())
            self._keep(self._at() + len(f"<!--{data}-->"))

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in self.EMPTY
        if not self._depth:
            self._keep(self._html.index(">", self._at()) + 1)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _keep(self, end: int) -> None:
        if block := self._html[self._begin : end].strip():
            self.found.append((self._tag, block))
        self._tag, self._begin = "", end
