"""Html as it came from elsewhere, to html that may be printed as it is: an allow-list, cards as ours, nothing fetched
from other sites by whoever reads it."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3

from .cards import BUTTONS, CARDS, LEFT_OUT
from .renditions import address

MEMBERS_ONLY = "<!--members-only-->"
"""What stands before it is for everybody, as Ghost has it."""
OUTSIDE = re.compile(r"https?:|//", re.IGNORECASE)
SHORT = 10_000  # characters
DEEPEST = 200
"""Elements in each other; what is deeper was made to be slow, and is shown as text."""
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>", re.IGNORECASE)
_CLOSED_BY_ITSELF = frozenset(
    (
        "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "area", "base", "br", "col",
        "embed", "hr", "img", "input", "link", "meta", "param", "path", "source", "track", "wbr",
    )
)  # fmt: skip
BLOCKS = frozenset(
    (
        "p", "div", "figure", "figcaption", "details", "summary", "ul", "ol", "li", "dl", "dt", "dd", "blockquote",
        "pre", "hr", "br", "section", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "h1", "h2",
        "h3", "h4", "h5", "h6",
    )
)  # fmt: skip
INLINE = frozenset(
    (
        "a", "abbr", "b", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "small", "span",
        "strong", "sub", "sup", "u",
    )
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
PLAYED = frozenset(("audio", "video", "iframe", "source"))
"""They become links."""
EMPTY = frozenset(("br", "hr", "img", "source"))
_SCHEMES = {"http", "https", "mailto", "tel"}
_GONE = {"script", "style", "svg", "button", "noscript", "template", "title", "textarea", "select", "object"}
CAME: Mapping[str, Any] = {
    "tags": set(BLOCKS | INLINE | PLAYED),
    "clean_content_tags": _GONE,
    "attributes": {
        "*": {"class", "id"},
        "a": {"href", "title"},
        "img": {"src", "alt", "title"},
        **{tag: {"src", "title"} for tag in PLAYED},
        **{tag: {"colspan", "rowspan"} for tag in ("td", "th")},
        "ol": {"start"},
    },
    "url_schemes": _SCHEMES,
    "link_rel": None,
}
"""What is taken of it at all."""
_CAME = nh3.Cleaner(**CAME)
_ALLOWED = nh3.Cleaner(
    tags=set((BLOCKS | INLINE) - {"h1"}),
    attributes={
        "a": {"href", "title", "rel", "id"},
        "div": {"tabindex"},
        "img": {"src", "srcset", "sizes", "alt", "title", "width", "height", "loading"},
        "ol": {"start"},
        **{tag: {"colspan", "rowspan"} for tag in ("td", "th")},
        **{tag: {"id"} for tag in ("li", "sup", "h2", "h3", "h4", "h5", "h6")},
    },
    allowed_classes={
        "figure": {"bookmark", "gallery"},
        "div": {"bookmark", "callout", "scroller"},
        "a": {"btn"},
    },
    set_tag_attribute_values={"pre": {"tabindex": "0"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)


async def read_html(body: str) -> str:
    """Safe, whatever it was; it keeps nobody else waiting."""
    return safe(body) if len(body) < SHORT else await asyncio.to_thread(safe, body)


@lru_cache(maxsize=32)
def safe(body: str) -> str:
    if is_too_deep(body):
        return in_text(body)
    reader = _Reader()
    reader.feed(_CAME.clean(body))
    reader.close()
    return _ALLOWED.clean("".join(reader.out)).strip()


def before_members(body: str) -> str:
    """What everybody may read of what is for members."""
    before, mark, _ = body.partition(MEMBERS_ONLY)
    return before if mark else ""


def in_text(body: str) -> str:
    """Its words alone."""
    return f'<pre tabindex="0">{escape(_TAG.sub("", body))}</pre>'


def is_too_deep(body: str) -> bool:
    depth = 0
    for end, tag in _TAG.findall(body):
        if tag.lower() not in _CLOSED_BY_ITSELF:
            depth = max(0, depth - 1) if end else depth + 1
            if depth > DEEPEST:
                return True
    return False


class _Reader(HTMLParser):
    """What it is fed is well-formed: it is the allow-list's own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.open: list[tuple[str, str]] = []
        """Each tag that has no end yet, and what is written at its end."""
        self.inside: Counter[str] = Counter()
        """How many of each tag are open."""
        self.left_out = 0
        """How many of `open` stood before the one that is left out with all that is in it; 0 where none is."""
        self.level = 1
        """Of the heading before; the page's title is the first."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        classes = known.pop("class", "").split()
        if self.left_out or LEFT_OUT.intersection(classes):
            return self._leave_out(tag)
        if tag == "img":
            return self.out.extend(self._picture(known))
        if tag in PLAYED:
            self.out.extend(self._played(known))
            return self._opened(tag, "")
        card = next((CARDS[name] for name in classes if name in CARDS), None)
        element, ours = card or (tag, "")
        begin, end = _written(self._stepped(element), self._furnished(known, ours, classes))
        self.out.extend((" " if card and element in INLINE else "", begin))  # they stood apart by their looks alone
        self._opened(tag, end)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            self.out.append(self.open.pop()[1])
            self.inside[tag] -= 1
            self.left_out = 0 if len(self.open) < self.left_out else self.left_out

    def handle_data(self, data: str) -> None:
        self.out.append("" if self.left_out else data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _leave_out(self, tag: str) -> None:
        self._opened(tag, "")
        if tag not in EMPTY:
            self.left_out = self.left_out or len(self.open)

    def _opened(self, tag: str, end: str) -> None:
        if tag not in EMPTY:
            self.open.append((tag, end))
            self.inside[tag] += 1

    def _stepped(self, element: str) -> str:
        """A heading is one level below the one before it at most: whoever goes by headings misses none."""
        if element not in HEADINGS:
            return element
        self.level = min(max(int(element[1]), 2), self.level + 1)
        return f"h{self.level}"

    def _furnished(self, known: dict[str, str], ours: str, classes: list[str]) -> dict[str, str]:
        """Ids with a beginning that none of the house has; other sites are not told whence somebody comes."""
        href = known.get("href", "")
        if href.startswith("#"):
            known["href"] = f"#section-{href[1:]}"
        if OUTSIDE.match(href):
            known["rel"] = "noopener"
        if "id" in known:
            known["id"] = f"section-{known['id']}"
        ours = "btn" if BUTTONS.intersection(classes) else ours
        return known | ({"class": ours} if ours else {})

    def _picture(self, known: Mapping[str, str]) -> Iterator[str]:
        """One that is not ours would tell another site who reads this, or not be there: it becomes a link."""
        source, alt = known.get("src", ""), known.get("alt", "")
        if found := address(source):
            said = {name: value for name, value in known.items() if name in ("alt", "title")}
            yield _tag("img", {"alt": ""} | said | found.attributes | {"loading": "lazy"})
        elif self.inside["a"]:
            yield escape(alt or _named(source))
        elif source:
            yield self._link(source, alt)

    def _played(self, known: Mapping[str, str]) -> Iterator[str]:
        if source := known.get("src", ""):
            yield self._link(source, known.get("title", ""))

    def _link(self, to: str, words: str) -> str:
        rel = {"rel": "noopener"} if OUTSIDE.match(to) else {}
        link = f"{_tag('a', {'href': to} | rel)}{escape(words.strip() or _named(to))}</a>"
        return link if any(self.inside[tag] for tag in ("p", "figcaption", "li", "td")) else f"<p>{link}</p>"


def _written(element: str, known: Mapping[str, object]) -> tuple[str, str]:
    """Its beginning and its end; a wide table is scrolled."""
    if not element:
        return "", ""
    if element == "table":
        return '<div class="scroller" tabindex="0"><table>', "</table></div>"
    return _tag(element, known), f"</{element}>"


def _tag(name: str, known: Mapping[str, object]) -> str:
    said = "".join(f' {key}="{escape(str(value))}"' for key, value in known.items())
    return f"<{name}{said}>"


def _named(source: str) -> str:
    """By its file, or by its host."""
    try:
        parts = urlsplit(source)
        file = unquote(parts.path.rstrip("/").rpartition("/")[2])
        return file if "." in file else parts.hostname or file or source
    except ValueError:
        return source
