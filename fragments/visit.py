"""One request, as a fragment knows it: of whom, what they may do, and when."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, sample
from domains.errors import Forbidden, SignInNeeded
from domains.site import Site

from .caching import Caching, wants_fragment

Found = TypeVar("Found")


class Keys(Protocol):
    """What only this co-op can sign, and know again."""

    def sign(self, purpose: str, what: str) -> str: ...
    def unsign(self, purpose: str, signed: str) -> str | None: ...
    def seal(self, name: str, secret: bytes) -> bytes: ...
    def unseal(self, name: str, sealed: bytes) -> bytes: ...


@dataclass
class Visit:
    """Every page may ask what somebody may do; one that asks who they are (`person`, `session`) is nobody else's."""

    request: Request[Any, Any, Any]
    db: AsyncSession
    site: Site
    _session: account.Session | None
    now: datetime
    """The one clock of a request, in the co-op's zone."""
    keys: Keys
    is_own: bool = field(default=False, kw_only=True)
    """Whether it is a part that a page is kept without, so that it may ask."""
    caching: Caching = field(default_factory=Caching, kw_only=True)
    known: dict[Any, Any] = field(default_factory=dict, kw_only=True)
    """Question -> answer, of what is asked `once`: by this page, or by another one of the same version."""
    _cookie: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def session(self) -> account.Session | None:
        self._ask_who()
        return self._session

    @property
    def person(self) -> account.Person | None:
        if self._person:
            self._ask_who()
        return self._person

    @property
    def role(self) -> str:
        """Empty for a visitor."""
        return self._person.role if self._person else ""

    @property
    def is_member(self) -> bool:
        """Of any role."""
        return self._person is not None

    @property
    def writes(self) -> bool:
        return self._person is not None and self._person.writes

    @property
    def is_steward(self) -> bool:
        return self._person is not None and self._person.is_steward

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

    async def holder(self) -> str:
        """Whose basket this is: a person's wherever they sign in, or a browser's."""
        session = self.session or await self.begin_session()
        return holder_of(session)

    async def begin_session(self, person: int | None = None) -> account.Session:
        """From this answer on, this browser has a session of its own; whoever signs in is no sample."""
        if person:
            await sample.keep(self.db, "account.person", person)
        self._session, token = await account.begin_session(self.db, person)
        self._cookie |= cookie(self.site, self.keys.sign("session", token))
        return self._session

    def forget_session(self) -> None:
        self._session = None
        self._cookie |= cookie(self.site, "", timedelta(0))

    async def once(self, ask: Callable[[AsyncSession], Awaitable[Found]]) -> Found:
        """What many pages ask their file for: public, and changed by commits alone, not by the clock; no entities."""
        if ask not in self.known:
            self.known[ask] = await ask(self.db)
        found: Found = self.known[ask]
        return found

    @property
    def path(self) -> str:
        return str(self.request.scope["path"])

    @property
    def front(self) -> bool:
        return self.path == "/"

    @property
    def wants_fragment(self) -> bool:
        return wants_fragment(dict(self.request.scope["headers"]))

    @property
    def today(self) -> date:
        return self.now.date()

    def local(self, moment: datetime | float) -> datetime:
        """The same instant, as clocks here show it; the flows count seconds since 1970."""
        if not isinstance(moment, datetime):
            return datetime.fromtimestamp(moment, self.site.zone)
        return moment.astimezone(self.site.zone)

    @property
    def _person(self) -> account.Person | None:
        return self._session.person if self._session and self._session.person_id else None

    def _ask_who(self) -> None:
        self.caching.is_personal |= not self.is_own


def holder_of(session: account.Session | account.Bearer | None) -> str:
    """Empty for a browser without a session."""
    if session is None:
        return ""
    return f"person:{session.person_id}" if session.person_id else f"session:{session.id}"


def cookie_name(site: Site) -> str:
    return "__Host-session" if site.is_secure else "session"


def cookie(site: Site, value: str, lasts: timedelta = timedelta(days=60)) -> Mapping[str, Any]:
    return {
        "key": cookie_name(site),
        "value": value,
        "max_age": int(lasts.total_seconds()),
        "secure": site.is_secure,
        "httponly": True,
        "samesite": "lax",
    }
