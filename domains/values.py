"""Money, days and names, as every domain writes them: money is whole minor units and a currency, time is UTC."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from sqlalchemy import DateTime, Dialect, TypeDecorator

DECIMALS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "HUF": 2, "KWD": 3, "BHD": 3, "TND": 3}
"""ISO 4217; two where nothing else is said."""
SIGNS = {
    "GBP": "£",
    "EUR": "€",
    "USD": "$",
    "CHF": "Fr.",
    "SEK": "kr",
    "NOK": "kr",
    "DKK": "kr",
    "PLN": "zł",
    "CZK": "Kč",
    "AUD": "$",
    "CAD": "$",
    "NZD": "$",
}
"""What people write beside an amount of their own currency, instead of its code."""


def now() -> datetime:
    return datetime.now(UTC)


def minor_units(amount: Decimal, currency: str) -> int:
    """2.40 GBP is 240. Raises ValueError for a fraction of a minor unit, or what is no number."""
    minor = amount.scaleb(DECIMALS.get(currency, 2))
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{amount} is no amount of {currency}")
    return int(minor)


def major_units(minor: int, currency: str) -> Decimal:
    """240 GBP is 2.40."""
    decimals = DECIMALS.get(currency, 2)
    return Decimal(minor).scaleb(-decimals)


def slug_of(title: str) -> str:
    """`Über die Brücke!` is `uber-die-brucke`; empty for a title without a Latin letter or a figure."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


@lru_cache(1000)
def in_address(name: str) -> str:
    """What stands for a name in an address: its slug, or the name itself where it has none, percent-encoded."""
    return slug_of(name) or quote(re.sub(r"[/.]", "-", name), safe="")


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC: SQLite forgets the zone, so we say it again on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)
