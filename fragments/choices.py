"""What a co-op's zone, currency and language are chosen from: (value, text) each, in the words of its language."""

from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from domains import site

Choices = list[tuple[str, str]]


@cache
def zones() -> Choices:
    """Those that are named after a place."""
    named = [zone for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/")]
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


def currencies(language: str) -> Choices:
    locale = Locale.parse(language, sep="-")
    return [(code, f"{code}, {locale.currencies.get(code, code)}") for code in site.CURRENCIES]


def languages() -> Choices:
    return [(tag, Locale.parse(tag, sep="-").get_display_name() or tag) for tag in site.LANGUAGES]
