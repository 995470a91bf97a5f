"""Markdown to HTML that may be printed as it is: raw HTML stays text, and what is left passes an allow-list."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from itertools import chain, groupby
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from .html import read_html
from .links import link_pasted
from .models import HTML, MARKDOWN
from .pieces import APART, numbered, pieces
from .renditions import address

WIDGETS = ("calendar", "products", "tickets", "newsletter")
"""`::calendar`, alone in its paragraph, stands for what another room shows there."""
MARK = re.compile(r"::([a-z]+)(\{[^\n]*\})?")
OUTSIDE = re.compile(r"https?:|//", re.IGNORECASE)
SHORT = 10_000  # characters, read in a hundredth of a second
STEPS = 50_000
"""Of the parser, well above what 200 kB of honest text take; what needs more is shown as it was typed."""
KNOWN, PIECES = 4_000, 5_000
"""Pieces of at most so many characters, and how many of them, are remembered: whoever writes changes one at a time."""
_TITLES = ("h2", "h3", "h4", "h5", "h6")
_ALLOWED = nh3.Cleaner(
    tags={
        "p", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "img", "hr", "br", "sup",
        "section", "div", "table", "thead", "tbody", "tr", "th", "td", *_TITLES,
    },
    attributes={
        "a": {"href", "title", "rel", "id"},
        "img": {"src", "srcset", "sizes", "alt", "title", "width", "height", "loading"},
        "ol": {"start"},
        "li": {"id"},
    },
    allowed_classes={"th": {"num"}, "td": {"num"}, "div": {"scroller"}},
    set_tag_attribute_values={
        **{tag: {"tabindex": "0"} for tag in ("pre", "div")},  # what scrolls is reached by key
        "th": {"scope": "col"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prose:
    html: str
    """Safe."""


@dataclass(frozen=True, slots=True)
class Widget:
    name: str
    """One of WIDGETS."""


STAND_IN = Widget(APART)


class _Endless(Exception):
    """More steps than any text needs."""


async def read_prose(body: str, format: str = MARKDOWN) -> tuple[Prose | Widget, ...]:
    """Whatever the body is, it neither raises nor keeps anybody else waiting; html as it came has no widgets."""
    if format == HTML:
        return (Prose(await read_html(body)),)
    return to_html(body) if len(body) < SHORT else await asyncio.to_thread(to_html, body)


@lru_cache(maxsize=32)
def to_html(body: str) -> tuple[Prose | Widget, ...]:
    """Two CPU seconds at the very most, for 200 kB that were made to be slow."""
    try:
        return tuple(_joined(_pieces(body.encode("utf-8", "replace").decode())))
    except _Endless:
        return (Prose(f'<pre tabindex="0">{escape(body)}</pre>'),)


def _joined(parts: Iterable[Prose | Widget]) -> Iterator[Prose | Widget]:
    taken: dict[str, int] = {}
    for kind, some in groupby(parts, type):
        if kind is Prose:
            yield Prose("\n".join(numbered(part.html, taken) for part in some if isinstance(part, Prose)))
        else:
            yield from some


def _pieces(body: str) -> Iterator[Prose | Widget]:
    """Raises _Endless."""
    together, apart = pieces(body)
    steps, runs = 0, iter(apart)

    def read(piece: str) -> Iterator[Prose | Widget]:
        nonlocal steps
        parts, took = _known(piece) if len(piece) <= KNOWN else _read(piece)
        if (steps := steps + took) > STEPS:
            raise _Endless
        yield from parts

    for part in read(together):
        yield from chain.from_iterable(map(read, next(runs))) if part == STAND_IN else (part,)


@lru_cache(maxsize=PIECES)
def _known(piece: str) -> tuple[tuple[Prose | Widget, ...], int]:
    return _read(piece)


def _read(piece: str) -> tuple[tuple[Prose | Widget, ...], int]:
    """And the steps that it took. Raises _Endless."""
    known: dict[str, Any] = {}
    tokens = _reader().parse(piece, known)
    return tuple(_parts(tokens, known)), known.get("steps", 0)


def _parts(tokens: Sequence[Token], known: dict[str, Any]) -> Iterator[Prose | Widget]:
    marks = [(at, name) for at in range(len(tokens)) if (name := _widget_at(tokens, at))]
    begin = 0
    for at, name in [*marks, (len(tokens), "")]:
        if html := _html(tokens[begin:at], known):
            yield Prose(html)
        if name:
            yield Widget(name)
        begin = at + 3  # the paragraph: its beginning, its words, its end


def _html(tokens: Sequence[Token], known: dict[str, Any]) -> str:
    reader = _reader()
    return _ALLOWED.clean(reader.renderer.render(tokens, reader.options, known)).strip()


def _widget_at(tokens: Sequence[Token], at: int) -> str:
    token = tokens[at]
    if token.type != "paragraph_open" or token.level:
        return ""
    found = MARK.fullmatch(words := tokens[at + 1].content)
    return APART if words == APART else found[1] if found and found[1] in WIDGETS else ""


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    reader.use(footnote_plugin)
    reader.use(link_pasted)
    reader.block.ruler.before("table", "steps", _count_block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    reader.inline.ruler.before("text", "steps", _count_inline)
    reader.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    reader.core.ruler.push("house", _furnish)
    reader.add_render_rule("table_open", lambda *_: '<div class="scroller"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def _count_block(state: StateBlock, *_: object) -> bool:
    return _step(state.env)


def _count_inline(state: StateInline, silent: bool) -> bool:
    return _step(state.env)


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A few bytes make many cells: each row has as many as the first."""
    if not silent and start + 1 < end:
        under = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]]
        if "-" in under and not under.strip(" \t>|:-"):
            rows = next((line for line in range(start, end) if state.isEmpty(line)), end) - start
            _step(state.env, rows * under.count("|") // 4)
    return table(state, start, end, silent)


def _step(known: Any, many: int = 1) -> bool:
    """Raises _Endless."""
    known["steps"] = known.get("steps", 0) + many
    if known["steps"] > STEPS:
        raise _Endless
    return False


def _furnish(state: StateCore) -> None:
    """As the house has it: the page's own h1 alone, no inline style, no pictures from elsewhere."""
    for at, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2" if token.tag == "h1" else token.tag
        if "style" in token.attrs and "right" in str(token.attrs.pop("style")):
            token.attrSet("class", "num")
        if token.type == "th_open" and not state.tokens[at + 1].content:
            token.tag = state.tokens[at + 2].tag = "td"  # a head that says nothing heads nothing
        if token.children:
            token.children = list(_children(token.children))


def _children(children: Sequence[Token]) -> Iterator[Token]:
    in_link = False
    for child in children:
        if child.type in ("link_open", "link_close"):
            in_link = child.type == "link_open"
        if child.type == "link_open" and OUTSIDE.match(str(child.attrs.get("href", ""))):
            child.attrSet("rel", "noopener")
        if child.type == "image" and OUTSIDE.match(str(child.attrs.get("src", ""))):
            yield from _instead_of(child, in_link)
        elif child.type == "image":
            yield _sized(child)
        else:
            yield child


def _sized(image: Token) -> Token:
    if found := address(str(image.attrs.get("src", ""))):
        image.attrs |= found.attributes | {"loading": "lazy"}
    return image


def _instead_of(image: Token, in_link: bool) -> Iterator[Token]:
    """A picture from elsewhere would tell that server who reads this: it becomes a link."""
    source = str(image.attrs["src"])
    text = Token("text", "", 0, content=_words(image) or source)
    if in_link:
        yield text
    else:
        yield Token("link_open", "a", 1, attrs={"href": source, "rel": "noopener"})
        yield text
        yield Token("link_close", "a", -1)


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))
