import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domains.base import Table
from domains.values import Instant, now

ROLES = ("member", "editor", "steward")


class Person(Table):
    __tablename__ = "account_people"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(unique=True)
    """Of mail, in lower case."""
    role: Mapped[str] = mapped_column(default="member")
    password: Mapped[str] = mapped_column(default="")
    """An argon2id hash, or empty."""
    joined: Mapped[datetime] = mapped_column(Instant, default_factory=now)

    @property
    def is_steward(self) -> bool:
        return self.role == "steward"

    @property
    def writes(self) -> bool:
        return self.role in ("editor", "steward")


class Session(Table):
    """A browser that somebody uses: signed in, or with a basket before that."""

    __tablename__ = "account_sessions"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of what the cookie holds."""
    ends: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("account_people.id"), index=True, default=None)
    started: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    browser: Mapped[str] = mapped_column(default="")
    """In a few words, for whoever looks through their sessions: `Firefox, Linux`."""
    person: Mapped[Person | None] = relationship(lazy="raise", init=False)


class SignIn(Table):
    """A link that signs one person in, once."""

    __tablename__ = "account_sign_ins"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True, default_factory=lambda: secrets.randbits(62))
    """Random: after a restore, numbers come again, and an old link must not fit somebody else's row."""
    person_id: Mapped[int] = mapped_column(ForeignKey("account_people.id"), index=True)
    ends: Mapped[datetime] = mapped_column(Instant)
    spent: Mapped[datetime | None] = mapped_column(Instant, default=None)
    person: Mapped[Person] = relationship(lazy="raise", init=False)


class Rate(Table):
    """How often something was tried of late; it is kept when the try itself is refused."""

    __tablename__ = "account_rates"
    private = True

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    ends: Mapped[datetime] = mapped_column(Instant, index=True)


class Reader(Table):
    """An address that wants the newsletter."""

    __tablename__ = "account_readers"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)


class Request(Table):
    """Somebody who would like to be let in."""

    __tablename__ = "account_requests"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    """Of mail, in lower case."""
    words: Mapped[str] = mapped_column(default="")
    """Why they would like to."""
    status: Mapped[str] = mapped_column(default="waiting")
    """waiting, approved, declined, or lapsed when nobody answered in time."""
    asked: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    decided: Mapped[datetime | None] = mapped_column(Instant, default=None)
    decided_by: Mapped[str] = mapped_column(default="")
    """As the ledger calls whoever did: `account.person:7`."""


Index("account_requests_waiting", Request.address, unique=True, sqlite_where=text("status = 'waiting'"))
