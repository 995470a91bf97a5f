"""A draft that Ghost has no html of yet, made of what it was written in: Lexical, or before that Mobiledoc."""

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ..html import MEMBERS_ONLY
from ..markdown import Prose, to_html
from .words import text

MARKS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"))
"""Bits of a Lexical text's format -> element."""
TITLES = ("h1", "h2", "h3", "h4", "h5", "h6")
ELEMENTS = ("p", "blockquote", "aside", "ul", "ol", "li", *TITLES)


def rendered(lexical: Any, mobiledoc: Any) -> tuple[str, list[str]]:
    """Html, and the names of what is left out of it."""
    left_out: dict[str, None] = {}
    try:
        if lexical:
            return _lexical(json.loads(text(lexical))["root"], left_out), list(left_out)
        if mobiledoc:
            return _mobiledoc(json.loads(text(mobiledoc)), left_out), list(left_out)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "", ["lexical" if lexical else "mobiledoc"]
    return "", []


def _lexical(node: Mapping[str, Any], left_out: dict[str, None]) -> str:
    kind, inner = str(node.get("type")), "".join(_lexical(one, left_out) for one in node.get("children", ()))
    match kind.removeprefix("extended-"):
        case "root":
            return inner
        case "text":
            return _marked(escape(str(node.get("text", ""))), int(node.get("format") or 0))
        case "paragraph":
            return f"<p>{inner}</p>"
        case "heading":
            return _in(str(node.get("tag")), inner, TITLES)
        case "quote" | "aside":
            return f"<blockquote>{inner}</blockquote>"
        case "list":
            return _in("ol" if node.get("listType") == "number" else "ul", inner, ELEMENTS)
        case "listitem":
            return f"<li>{inner}</li>"
        case "link" | "autolink":
            return f'<a href="{escape(str(node.get("url", "")))}">{inner}</a>'
        case "linebreak":
            return "<br>"
    return _card(kind, node, left_out) or inner


def _card(kind: str, said: Mapping[str, Any], left_out: dict[str, None]) -> str:
    """What stands alone between paragraphs; both ways of writing call it the same."""
    if make := CARDS.get(kind):
        return make(said)
    left_out[kind] = None
    return ""


def _picture(said: Mapping[str, Any]) -> str:
    image = f'<img src="{escape(str(said.get("src", "")))}" alt="{escape(str(said.get("alt") or ""))}">'
    caption = f"<figcaption>{said['caption']}</figcaption>" if said.get("caption") else ""
    return f"<figure>{image}{caption}</figure>"


def _markdown(said: Mapping[str, Any]) -> str:
    parts = to_html(str(said.get("markdown", "")))
    return "\n".join(part.html for part in parts if isinstance(part, Prose))


CARDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "image": _picture,
    "html": lambda said: str(said.get("html", "")),
    "horizontalrule": lambda said: "<hr>",
    "hr": lambda said: "<hr>",
    "codeblock": lambda said: f"<pre><code>{escape(str(said.get('code', '')))}</code></pre>",
    "code": lambda said: f"<pre><code>{escape(str(said.get('code', '')))}</code></pre>",
    "markdown": _markdown,
    "card-markdown": _markdown,
    "paywall": lambda said: MEMBERS_ONLY,
}


def _marked(words: str, bits: int) -> str:
    for bit, element in MARKS:
        words = f"<{element}>{words}</{element}>" if bits & bit else words
    return words


def _in(element: str, inner: str, known: tuple[str, ...]) -> str:
    return f"<{element}>{inner}</{element}>" if element in known else f"<p>{inner}</p>"


def _mobiledoc(said: Mapping[str, Any], left_out: dict[str, None]) -> str:
    """Sections: 1 is text, 2 a picture, 3 a list, 10 a card."""
    made = []
    for section in said["sections"]:
        match section[0]:
            case 1:
                made.append(_in(section[1], _markers(section[2], said), ELEMENTS))
            case 2:
                made.append(_picture({"src": section[1]}))
            case 3:
                items = "".join(f"<li>{_markers(item, said)}</li>" for item in section[2])
                made.append(_in(section[1], items, ELEMENTS))
            case 10:
                name, about = said["cards"][section[1]]
                made.append(_card(name, about, left_out))
    return "\n".join(made)


def _markers(markers: Any, said: Mapping[str, Any]) -> str:
    """Words, each with the marks that open before it and how many end after it."""
    made, open = [], []
    for kind, opens, closes, value in markers:
        for at in opens:
            tag, *attributes = said["markups"][at]
            known = dict(zip(*[iter(attributes[0])] * 2, strict=False)) if attributes else {}
            href = f' href="{escape(str(known["href"]))}"' if "href" in known else ""
            made.append(f"<{escape(tag)}{href}>")
            open.append(escape(tag))
        made.append(escape(str(value)) if kind == 0 else "<br>")
        made.extend(f"</{open.pop()}>" for _ in range(closes))
    return "".join(made)
