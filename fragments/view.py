"""The one way to answer people: the fragment alone to htmx, the house around it to everyone else."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Protocol, TypeVar

from jinja2 import Environment
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.errors import Forbidden, SignInNeeded
from domains.site import Site

from .forms import Form
from .said import SAID, saying

SESSION = b"session"
Answer = TypeVar("Answer", bound=Response[Any])
VARY = "HX-Request, HX-Request-Type, Cookie"


class Keys(Protocol):
    """What only this co-op can sign, and know again."""

    def sign(self, purpose: str, what: str) -> str: ...
    def unsign(self, purpose: str, signed: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Copies:
    """Where a co-op's file is copied to, all the time."""

    to: str = ""
    """Empty when it is not."""
    are_elsewhere: bool = False
    """Whether they outlive the disk that the file is on."""


@dataclass
class View:
    """What a fragment knows of whoever asks, and how it answers them."""

    request: Request[Any, Any, Any]
    db: AsyncSession
    site: Site
    session: account.Session | None
    now: datetime
    """The one clock of a request, in the co-op's zone."""
    keys: Keys
    templates: Environment
    chrome: Callable[["View"], Awaitable[Mapping[str, Any]]]
    mails: Callable[[], Sequence[EmailMessage]] | None = None
    """What was mailed, the newest first, where mails are kept on this machine instead of being sent."""
    client: str = ""
    """Whose request it is, for counting tries: a network address."""
    copies: Copies = Copies()
    is_part: bool = False
    """Whether it is made to stand inside another fragment."""
    is_swapped: bool = False
    """Whether it is made to take its own old place in a page, beside the fragment that was asked for."""
    _cookie: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> account.Person | None:
        return self.session.person if self.session and self.session.person_id else None

    @property
    def is_steward(self) -> bool:
        return self.person is not None and self.person.is_steward

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def front(self) -> bool:
        return self.path == "/"

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def level(self) -> str:
        """Of this fragment's own heading: h1 where it is the page, h2 where it stands in one."""
        return "h2" if self.is_part else "h1"

    @property
    def said(self) -> str:
        """What the deed before this page was, in words of ours; empty for anything else that the address says."""
        return self.text(SAID.get(self.request.query_params.get("said", ""), ""))

    def local(self, moment: datetime) -> datetime:
        """The same instant, as clocks here show it."""
        return moment.astimezone(self.site.zone)

    def member(self) -> account.Person:
        """Raises SignInNeeded."""
        if self.person is None:
            raise SignInNeeded
        return self.person

    def steward(self) -> account.Person:
        """Raises SignInNeeded or Forbidden."""
        if not self.member().is_steward:
            raise Forbidden
        return self.member()

    def editor(self) -> account.Person:
        """Raises SignInNeeded or Forbidden."""
        if not self.member().writes:
            raise Forbidden
        return self.member()

    def html(self, template: str, *, until: datetime | None = None, **context: Any) -> Markup:
        """`until`: when time alone will change this; midnight unless it says sooner."""
        self._note(until)
        return Markup(self.templates.get_template(template).render(view=self, **context))  # noqa: S704

    async def embed(self, fragment: HTTPRouteHandler, *, is_swapped: bool = False, **parameters: Any) -> Markup:
        """What another fragment answers, made in process; its `until` counts for the whole page too."""
        inner = replace(self, is_part=True, is_swapped=is_swapped)
        known = {"db": self.db, "view": inner} | parameters
        takes = inspect.signature(fragment.fn).parameters
        response = await fragment.fn(**{name: value for name, value in known.items() if name in takes})
        return Markup(response.content)  # noqa: S704

    async def render(
        self,
        template: str,
        *,
        title: str = "",
        description: str = "",
        status: int = 200,
        until: datetime | None = None,
        also: Sequence[HTTPRouteHandler] = (),
        layout: str = "layout.html",
        **context: Any,
    ) -> Response[str]:
        """`also`: fragments elsewhere on the page that change with this one; a whole page has them anyway.

        `description`: what search engines say of it; the co-op's motto unless it is given.
        """
        html = self.html(template, until=until, **context)
        if not self.is_part:
            if self.wants_fragment:
                html += Markup("").join([await self.embed(one, is_swapped=True) for one in also])
            else:
                around = await self.chrome(self)
                if html in around.values():  # it stands in the house already
                    html = Markup()
                html = self.html(layout, body=html, title=title, description=description, **around)
            if status >= 400:
                await self.db.rollback()
        return self._keeping(Response(html, status_code=status, media_type="text/html", headers=self._caching(status)))

    async def refuse(self, template: str, form: Form, **context: Any) -> Response[str]:
        """The same fragment again: what was typed is kept, what was wrong stands beside it, nothing is written."""
        return await self.render(template, status=422, form=form, **context)

    def see(self, path: str, said: str = "") -> Response[Any]:
        """After a write: go and look, and read what was done (`said`, one of SAID).

        htmx is told so in its own way, for a fetch follows a 303 unseen.
        """
        path = saying(path, said)
        headers = {"cache-control": "no-store", "vary": VARY}
        if self.wants_fragment:
            return self._keeping(Response(None, status_code=204, headers=headers | {"hx-redirect": path}))
        return self._keeping(Redirect(path, status_code=303, headers=headers))

    def text(self, sentence: str) -> str:
        """A sentence that was marked with `say`, in the co-op's language."""
        return str(self.templates.filters["said"](sentence)) if sentence else ""

    async def begin_session(self, person: int | None = None) -> account.Session:
        """From this answer on, this browser has a session of its own."""
        self.session, token = await account.begin_session(self.db, person)
        self._set_cookie(self.keys.sign("session", token))
        return self.session

    def forget_session(self) -> None:
        self.session = None
        self._set_cookie("", max_age=0)

    async def holder(self) -> str:
        """Whose basket this is: a person's wherever they sign in, or a browser's."""
        session = self.session or await self.begin_session()
        return holder_of(session)

    @property
    def wants_fragment(self) -> bool:
        return wants_fragment(self.request.scope)

    def _set_cookie(self, value: str, max_age: int = int(timedelta(days=60).total_seconds())) -> None:
        self._cookie |= {
            "key": cookie_name(self.site),
            "value": value,
            "max_age": max_age,
            "secure": self.site.is_secure,
            "httponly": True,
            "samesite": "lax",
        }

    def _keeping(self, response: Answer) -> Answer:
        if self._cookie:
            response.set_cookie(**self._cookie)
        return response

    def _note(self, until: datetime | None) -> None:
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        soonest = min(until or midnight, midnight).timestamp()
        scope: Any = self.request.scope
        scope["until"] = min(soonest, scope.get("until", soonest))

    def _caching(self, status: int) -> dict[str, str]:
        scope: Any = self.request.scope
        if status != 200 or is_personal(scope) or self.session or self._cookie or self.said:
            return {"cache-control": "private, no-cache", "vary": VARY}
        if not self.is_part:
            scope["public_until"] = scope["until"]
        return {"cache-control": "public, no-cache", "vary": VARY}


def holder_of(session: account.Session | None) -> str:
    """Empty for a browser without a session."""
    if session is None:
        return ""
    return f"person:{session.person_id}" if session.person_id else f"session:{session.id}"


def cookie_name(site: Site) -> str:
    return "__Host-session" if site.is_secure else "session"


def is_personal(scope: Any) -> bool:
    """However oddly the cookie is written: whoever might be known is answered for themselves."""
    return any(name == b"cookie" and SESSION in value for name, value in scope["headers"])


def wants_fragment(scope: Any) -> bool:
    return {(b"hx-request", b"true"), (b"hx-request-type", b"partial")} <= set(scope["headers"])


Db = NamedDependency[AsyncSession]
Page = NamedDependency[View]
Typed = URLEncodedBody[dict[str, str]]
