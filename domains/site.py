"""Who this co-op is: one row in its own file, and its keys, which are wrapped before they get here."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .activities import Activity, record
from .base import Table
from .check import Check
from .errors import say

LANGUAGES = ("en-GB",)
CURRENCIES = ("GBP", "EUR", "USD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "AUD", "CAD", "NZD")


class Site(Table):
    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    """The one address of this co-op, without a slash at its end; links, mails, ids and cookies come from it."""
    motto: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    """What it is, in one or two sentences; it stands on the home page and at the foot of every page."""
    hue: Mapped[int] = mapped_column(default=12)
    font: Mapped[str] = mapped_column(default="besley", server_default="besley")
    corner: Mapped[str] = mapped_column(default="little", server_default="little")
    logo: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The address of a picture, which ends in how wide and how tall it is; or empty."""
    stands: Mapped[str] = mapped_column(default="beside", server_default="beside")
    """The logo, beside the name or instead of it."""
    icon: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What the addresses of its icons begin with; empty for the house's own."""
    currency: Mapped[str] = mapped_column(default="GBP")
    timezone: Mapped[str] = mapped_column(default="Europe/London")
    language: Mapped[str] = mapped_column(default="en-GB")
    public_key: Mapped[str] = mapped_column(default="")
    """SubjectPublicKeyInfo, PEM."""
    version: Mapped[int] = mapped_column(default=0)
    """Raised in the same transaction as every change that a public page could show."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def theme(self) -> str:
        """The address of its style, which is made of all that is in it."""
        return f"/theme/{self.hue}-{self.font}-{self.corner}.css"

    @property
    def logo_size(self) -> tuple[int, int]:
        """Width and height."""
        width, height = self.logo.rpartition(".")[0].rpartition("/")[2].rpartition("-")[2].split("x")
        return int(width), int(height)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_secure(self) -> bool:
        """Whether browsers keep `__Host-` cookies for it: TLS, or this machine itself."""
        return self.url.startswith("https:") or is_local(self.host)


class Key(Table):
    __tablename__ = "site_keys"
    private = True

    name: Mapped[str] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes]
    """Sealed under the machine's secret key."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is typed about a co-op when it is made, or when a steward changes it."""

    name: str
    motto: str = ""
    about: str = ""
    hue: str = "12"
    currency: str = "GBP"
    timezone: str = "Europe/London"
    language: str = "en-GB"


_SITE = select(Site)


def is_local(host: str) -> bool:
    """This machine itself, as browsers see it."""
    return host in ("localhost", "::1") or host.endswith(".localhost") or host.startswith("127.")


async def site(db: AsyncSession) -> Site:
    return (await db.scalars(_SITE)).one()


def checked(check: Check, facts: Facts) -> dict[str, str | int | None]:
    """The columns; `check` notes what cannot be."""
    return {
        "name": check.line("name", facts.name, say("Give it a name."), most=60),
        "motto": check.line("motto", facts.motto, most=120),
        "about": check.text("about", facts.about, most=1000),
        "hue": check.whole("hue", facts.hue, say("Choose a colour from 0 to 360."), most=360),
        "currency": check.one_of("currency", facts.currency, CURRENCIES),
        "timezone": check.one_of("timezone", facts.timezone, available_timezones()),
        "language": check.one_of("language", facts.language, LANGUAGES),
    }


async def describe(db: AsyncSession, facts: Facts, url: str = "") -> Site:
    """Makes the one row, or changes it; its address is given once, when it is made. Raises Invalid."""
    check = Check()
    said = checked(check, facts)
    check.done()
    known = await db.get(Site, 1)
    found = known or Site(url=url)
    for name, value in said.items():
        setattr(found, name, value)
    db.add(found)
    await db.flush()
    deed = "Update" if known else "Create"
    await record(db, Activity(type=deed, kind="site.site", ref=found.id, object=said))
    return found


async def show_key(db: AsyncSession, pem: str) -> None:
    """The public half of its `actor` key, for whoever checks its signatures."""
    (await site(db)).public_key = pem
    await db.flush()


async def keep_key(db: AsyncSession, name: str, wrapped: bytes) -> None:
    """In place of one that went by that name."""
    await db.merge(Key(name=name, wrapped=wrapped))
    await db.flush()


async def drop_key(db: AsyncSession, name: str) -> None:
    await db.execute(delete(Key).where(Key.name == name))


async def keys(db: AsyncSession) -> dict[str, bytes]:
    return {key.name: key.wrapped for key in await db.scalars(select(Key))}
