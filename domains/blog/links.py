"""An address that was pasted alone leads there, as one between pointed brackets does."""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_inline import StateInline

_SCHEME = re.compile(r"(?<![\w/.-])https?\Z", re.IGNORECASE)
_REST = re.compile(r"://\w[^\s<>\[\]\"`|{}]{0,1500}+(?![^\s<>\[\]\"`|{}])")
"""All of it, or nothing: half of an address leads elsewhere."""
_AFTER = "?!.,:;*_~'”’»…"
"""What ends a sentence, or words that stand out, is not of the address."""


def link_pasted(reader: MarkdownIt) -> None:
    reader.inline.ruler.after("text", "pasted", _pasted)


def _pasted(state: StateInline, silent: bool) -> bool:
    """Where its first colon stands; what comes before that waits to be text."""
    if state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    rest = scheme and _REST.match(state.src, state.pos)
    if not scheme or not rest:
        return False
    written = _trimmed(rest[0])
    href = state.md.normalizeLink(unescapeAll(scheme[0] + written))
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        link = state.push("link_open", "a", 1)
        link.attrs = {"href": href}
        state.push("text", "", 0).content = state.md.normalizeLinkText(unescapeAll(scheme[0] + written))
        state.push("link_close", "a", -1)
    state.pos += len(written)
    return True


def _trimmed(written: str) -> str:
    while written[-1] in _AFTER or written[-1] == ")" and written.count(")") > written.count("("):
        written = written[:-1]
    return written
