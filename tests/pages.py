"""What pages there are: every route that shows people something, where the co-op's own pages lead to."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from litestar.exceptions import HTTPException

import fragments
from app.errors import PAGES
from fragments import setup

FIRST = {path for route in setup.ROUTES for path in route.paths}
"""There only while there is no co-op."""
SHOWN = sorted({path for route in fragments.ROUTES if "GET" in route.http_methods for path in route.paths} - FIRST)
SENT = sorted({path for route in fragments.ROUTES if "POST" in route.http_methods for path in route.paths} - FIRST)
UNLINKED = {"/blog/post/{slug:str}": "/blog/post/how-we-work"}
"""Route -> an address of it, where links lead that others have from before."""


@dataclass
class Sent:
    """A form as it stands in a page: where it goes, and what it holds before anybody types."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    def emptied(self):
        return self.values | dict.fromkeys(self.typed, "")


class Page(HTMLParser):
    """The addresses of pages here that a page leads to, without the place in them; and what can be sent from it."""

    def __init__(self, address, html):
        super().__init__()
        self.address, self.links, self.forms, self.buttons = address, [], [], []
        self._form, self._select = None, ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        about = dict(attributes)
        if here := self._here(about.get("href") if tag == "a" and "type" not in about else about.get("hx-get")):
            self.links.append(here)
        if tag == "form":
            self._form = Sent(self._here(about.get("action") or self.address), about.get("method") or "get")
            self.forms.append(self._form)
        elif action := self._here(about.get("formaction") or about.get("hx-post")):
            self._other_way(action, about)
        elif self._form and (tag == "select" or about.get("name")):
            self._control(tag, about)
        elif tag == "option" and self._select and ("selected" in about or self._select not in self._form.values):
            self._form.values[self._select] = about.get("value") or ""

    def handle_endtag(self, tag):
        self._select = "" if tag == "select" else self._select
        self._form = None if tag == "form" else self._form

    def _other_way(self, action, about):
        """A button that sends its form elsewhere, or what it says itself."""
        form = self._form or Sent(action, "post")
        values = form.values | json.loads(about.get("hx-vals") or "{}")
        self.buttons.append(Sent(action, "post", values, form.typed))

    def _control(self, tag, about):
        name, kind, form = about["name"], about.get("type"), self._form
        self._select = name if tag == "select" else ""
        if kind == "file":
            form.files.add(name)
        elif tag in ("input", "textarea") and (kind not in ("radio", "checkbox") or "checked" in about):
            form.values[name] = about.get("value") or ""
        if tag == "textarea" or (tag == "input" and kind not in ("hidden", "range", "file")):
            form.typed.add(name)

    def _here(self, href):
        to = urlsplit(urljoin(self.address, href)) if href else None
        return to.path + (to.query and f"?{to.query}") if to and not to.netloc and not to.scheme else ""


class Crawl:
    """Addresses, each once: `while address := crawl.next()`.

    No more than `most` of those made alike, and never more than two with a query, for months never end.
    """

    def __init__(self, *first, most=1000):
        self.waiting, self.most, self.known, self.kinds = list(first), most, set(), Counter()

    def next(self):
        while self.waiting:
            address = self.waiting.pop(0)
            if address not in self.known and self.kinds[kind(address)] < (2 if "?" in address else self.most):
                self.known.add(address)
                self.kinds[kind(address)] += 1
                return address
        return ""

    def found(self, page):
        self.waiting += page.links


def kind(address):
    """What pages that are made alike have in common: a route, and what is asked of it."""
    path, _, query = address.partition("?")
    return f"{route_of(path)}?{re.sub('=[^&]*', '=', query)}"


def route_of(address, routes=SHOWN):
    """The path as it is routed; what is spelled out goes before what fits."""
    path = address.split("?")[0]
    fitting = [route for route in routes if _pattern(route).fullmatch(path)]
    return min(fitting, key=lambda route: route.count("{"), default="")


def _pattern(route):
    parts = re.split(r"({\w+:\w+})", route)
    return re.compile("".join(re.escape(part) if part[:1] != "{" else _value(part) for part in parts))


def _value(parameter):
    return r"\d+" if parameter.endswith(":int}") else "[^/]+"


def samples(addresses):
    """Route -> an address of it, for every route; "" where none is known."""
    known = {route_of(address): address for address in reversed([*addresses]) if "?" not in address}
    return {route: known.get(route) or UNLINKED.get(route, "" if "{" in route else route) for route in SHOWN}


async def refusals(client, patch, **about):
    """An answer for every status that has a page; what was typed is in it where it can be sent again."""
    for status in PAGES:
        error = ZeroDivisionError() if status == 500 else HTTPException(status_code=status)
        patch.setattr("fragments.account.entering.Form", _raiser(error))
        yield await client.post("/account/sign-in", data={"address": "maud@oakhill.example"}, **about)
    patch.undo()


def _raiser(error):
    def refuse(*_):
        raise error

    return refuse
