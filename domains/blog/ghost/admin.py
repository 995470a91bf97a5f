"""A running Ghost, asked through its Admin API (version 6), with the key of a custom integration."""

import base64
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from domains.check import Check
from domains.errors import Invalid, say
from domains.outside import Answer, Transport, Unreachable
from domains.values import now

from .addresses import at_home
from .menu import SETTINGS
from .words import line

KINDS = {"post": "posts", "page": "pages"}
"""What we call it -> what its addresses do."""
KEY = re.compile(r"([0-9a-f]{24}):([0-9a-f]{64})", re.ASCII)
"""An Admin API key: its id, and its secret."""
PAGE = 100
"""Posts in one answer; Ghost gives no more."""
MOST_THERE = 50_000
"""Posts that anybody keeps in step with, and pages."""
LONGEST = 300
"""Letters of its title, and of a sentence of it."""
WHOLE = {"formats": "html,lexical,mobiledoc", "include": "tags,authors"}
EVENTS = tuple(
    f"{kind}.{deed}"
    for kind in KINDS
    for deed in ("added", "edited", "deleted", "published", "published.edited", "unpublished", "scheduled")
) + ("site.changed", "tag.edited", "tag.deleted")
"""What it is asked to tell us of."""
GOOD_FOR = timedelta(minutes=5)
"""Of a token; Ghost takes none that is good for longer."""


_OTHERWISE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading raises where something is not as Ghost says it."""


class Declined(Exception):
    """It answered, and will not; `wait`: seconds after which it may be asked again, where it says so; `kind`: what it
    calls that itself, empty where it is not Ghost that says so."""

    def __init__(self, status: int, why: str, wait: float = 0, kind: str = "") -> None:
        super().__init__(why)
        self.status, self.wait, self.kind = status, wait, kind


class Collision(Exception):
    """Somebody changed it there since."""


@dataclass(frozen=True, slots=True)
class Found:
    """A Ghost that takes this key."""

    address: str
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Admin:
    """What each of its questions raises: Unreachable, Declined."""

    transport: Transport
    address: str
    """Where the Ghost is, without a slash at its end."""
    key: str

    async def count(self, kind: str, since: str = "") -> int:
        """How many there are, drafts too; `since`: those that were changed then or later."""
        said = await self._list(kind, {"limit": "1", "fields": "id"}, since)
        with _as_ghost_says():
            total = int(said["meta"]["pagination"]["total"])
        if not 0 <= total <= MOST_THERE:
            raise Declined(200, f"it says that it has {total:,} {KINDS[kind]}")
        return total

    async def posts(self, kind: str, page: int, size: int = PAGE, since: str = "") -> Sequence[Mapping[str, Any]]:
        """Whole, drafts too. By their ids, so that whoever edits one meanwhile moves no other to another page."""
        asked = WHOLE | {"limit": str(size), "page": str(page), "order": "id asc"}
        said = await self._list(kind, asked, since)
        with _as_ghost_says():
            return [{**one} for one in said[KINDS[kind]][:size]]

    async def post(self, kind: str, id: str) -> Mapping[str, Any] | None:
        """Whole; None for one that is not there, as Ghost itself says: whatever stands before it may know less."""
        try:
            said = await self._said("GET", f"{KINDS[kind]}/{id}/?{urlencode(WHOLE)}")
        except Declined as error:
            if error.status == 404 and error.kind == "NotFoundError":
                return None
            raise
        with _as_ghost_says():
            return {**said[KINDS[kind]][0]}

    async def put(self, kind: str, id: str, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """Its `html` becomes what its editor has. `updated_at` is of what was read. Raises Collision."""
        asked = WHOLE | {"source": "html"}
        try:
            said = await self._said("PUT", f"{KINDS[kind]}/{id}/?{urlencode(asked)}", {KINDS[kind]: [words]})
        except Declined as error:
            if error.status == 409:
                raise Collision(str(error)) from None
            raise
        with _as_ghost_says():
            return {**said[KINDS[kind]][0]}

    async def people(self) -> Mapping[str, str]:
        """What each of those who write there is called -> their id."""
        said = await self._said("GET", "users/?limit=100")
        with _as_ghost_says():
            return {str(one["name"]): str(one["id"]) for one in said["users"]}

    async def menus(self) -> dict[str, Sequence[tuple[str, str]]]:
        """Menu of ours -> what each item is called, and where it leads: a path where it leads to the site itself."""
        said, site = await self._said("GET", "settings/"), await self._site()
        with _as_ghost_says():
            known = {one["key"]: one["value"] for one in said["settings"]}
            sites = str(site.get("url", "")), self.address
            items = {ours: _ways(known[name]) for ours, name in SETTINGS.items()}
        return {menu: [(label, at_home(url, *sites)) for label, url in all] for menu, all in items.items()}

    async def title(self) -> str:
        site = await self._site()
        with _as_ghost_says():
            return line(site["title"], LONGEST)

    async def call(self, target: str, secret: str) -> int:
        """It tells `target` of whatever changes; how many webhooks that is. Again is harmless, and makes none.

        Where `target` answers 410, it takes them away by itself.
        """
        return sum([await self._hook(event, target, secret) for event in EVENTS])

    async def image(self, url: str, most: int) -> bytes:
        """A file that it shows everybody."""
        answer = await self.transport.ask("GET", url, most=most)
        if answer.status != 200:
            raise Declined(answer.status, f"it answers {answer.status} for {url}")
        return answer.body

    async def _site(self) -> Mapping[str, Any]:
        said = await self._said("GET", "site/")
        with _as_ghost_says():
            return {**said["site"]}

    async def _list(self, kind: str, asked: Mapping[str, str], since: str) -> Any:
        known = {"filter": f"updated_at:>='{since}'"} if since else {}
        return await self._said("GET", f"{KINDS[kind]}/?{urlencode({**asked, **known})}")

    async def _hook(self, event: str, target: str, secret: str) -> bool:
        hook = {"event": event, "target_url": target, "secret": secret, "name": "Rose Ash"}
        try:
            await self._said("POST", "webhooks/", {"webhooks": [hook]})
        except Declined as error:
            if error.status == 422:  # there already, or an event that this version does not know
                return False
            raise
        return True

    async def _said(self, method: str, path: str, words: Mapping[str, Any] | None = None) -> Any:
        answer = await self._asked(method, path, words)
        with _as_ghost_says():
            return json.loads(answer.body)

    async def _asked(self, method: str, path: str, words: Mapping[str, Any] | None = None) -> Answer:
        headers = {"authorization": f"Ghost {token(self.key, now())}", "accept-version": "v6.0"}
        body = b""
        if words is not None:
            headers["content-type"], body = "application/json", json.dumps(words).encode()
        url = f"{self.address}/ghost/api/admin/{path}"
        answer = await self.transport.ask(method, url, headers=headers, body=body, most=64 * 2**20)
        if answer.status >= 300:
            raise Declined(answer.status, *_why(answer))
        return answer


async def greet(transport: Transport, address: str, key: str) -> Found:
    """The Ghost at what was typed. Raises Invalid, of `address` and `admin_key`."""
    check = Check()
    address, key = where(check, address), _key(check, key)
    check.done()
    try:
        admin = Admin(transport, address, key)
        await admin.count("post")  # the title alone is told to everybody
        return Found(address, key, await admin.title())
    except Unreachable as error:
        raise Invalid(address=say("There is no answer from there: {why}.").format(why=error)) from None
    except Declined as error:
        if error.status in (400, 401, 403):
            raise Invalid(admin_key=say("The Ghost there does not take this key. Copy it again.")) from None
        raise Invalid(address=say("What is there is no Ghost that answers: {why}.").format(why=error)) from None


def image_url(address: str, path: str) -> str:
    """Of a file that it shows everybody."""
    return address + quote(path)


def where(check: Check, typed: str) -> str:
    """Of a Ghost: its site's address, or that of its admin, with no slash at its end."""
    address = check.web_address(
        "address", typed, say("Write the address of your Ghost, like https://blog.example.org.")
    )
    return re.sub(r"/ghost(/.*)?$", "", urlsplit(address)._replace(query="", fragment="").geturl().rstrip("/"))


def token(key: str, at: datetime) -> str:
    """For one question: a JWT (RFC 7519) under the key's secret, which is hexadecimal."""
    id, _, secret = key.partition(":")
    began = int(at.timestamp())
    head = {"alg": "HS256", "kid": id, "typ": "JWT"}
    claims = {"iat": began, "exp": began + int(GOOD_FOR.total_seconds()), "aud": "/admin/"}
    said = ".".join(_part(json.dumps(one).encode()) for one in (head, claims))
    return f"{said}.{_part(hmac.digest(bytes.fromhex(secret), said.encode(), 'sha256'))}"


def _key(check: Check, typed: str) -> str:
    key = check.line("admin_key", typed, say("Copy the Admin API key from your Ghost: Settings, Integrations."))
    if key and not KEY.fullmatch(key):
        check.refuse("admin_key", say("It is 24 letters and figures, a colon, and 64 more. Copy all of it."))
    return key


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def _as_ghost_says() -> Iterator[None]:
    """Whoever answers may be anybody, and say anything. Raises Declined."""
    try:
        yield
    except _OTHERWISE:
        raise Declined(200, "it answers, but not as Ghost does") from None


def _ways(value: Any) -> list[tuple[str, str]]:
    """Settings are told as text, or as what that text says."""
    found = json.loads(value) if isinstance(value, str) else value
    return [(line(one["label"], 200), line(one["url"], 2000)) for one in found or () if {"label", "url"} <= one.keys()]


def _why(answer: Answer) -> tuple[str, float, str]:
    """In a sentence; when to come again; and what Ghost calls it."""
    try:
        error = json.loads(answer.body)["errors"][0]
        why = line(error.get("context") or error["message"], LONGEST)
        return why or f"it answers {answer.status}", _wait(answer), line(error.get("type"), 40)
    except _OTHERWISE:
        return f"it answers {answer.status}", _wait(answer), ""


def _wait(answer: Answer) -> float:
    """RFC 9110, 10.2.3; of one that is a date, a minute."""
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else 60.0 if said else 0.0
