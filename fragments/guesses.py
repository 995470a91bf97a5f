"""What a browser's languages, and this machine, tell of where somebody is; each guess is shown, and can be changed."""

from collections.abc import Collection, Iterator, Sequence

from babel.core import get_global, parse_locale
from babel.dates import LOCALTZ
from babel.numbers import get_territory_currencies

from domains import site

from .choices import zones

HERE = str(getattr(LOCALTZ, "key", "UTC"))
"""The zone of this machine's clock."""


def guesses(accept_language: str, here: str = HERE) -> dict[str, str]:
    """`language`, `currency` and `timezone` of site.Facts; where nothing tells, as Facts has them."""
    tags = _tags(accept_language)
    territory = next(_territories(tags), "") or get_global("zone_territories").get(here, "")
    guessed = {
        "language": _first([*tags, *_speakers(tags)], site.LANGUAGES),
        "currency": _first(get_territory_currencies(territory) if territory else (), site.CURRENCIES),
        "timezone": _first((here, *_only(get_global("territory_zones").get(territory, ()))), dict(zones()[1:])),
    }
    plain = site.Facts(name="")
    return {name: value or getattr(plain, name) for name, value in guessed.items()}


def _tags(accept_language: str) -> list[str]:
    """The one that is liked best first (RFC 9110, section 12.5.4)."""
    ranked = [part.replace(" ", "").partition(";q=") for part in accept_language[:500].split(",")]
    return [tag for tag, _, rank in sorted(ranked, key=lambda one: _rank(one[2]), reverse=True) if tag]


def _rank(typed: str) -> float:
    try:
        return float(typed or 1)
    except ValueError:
        return 0


def _territories(tags: Sequence[str]) -> Iterator[str]:
    """`GB` of `en-GB`; of `de`, where most who speak it are."""
    for tag in tags:
        try:
            language, territory, *_ = parse_locale(tag, sep="-")
        except ValueError:
            continue
        if found := territory or get_global("likely_subtags").get(language, "").rpartition("_")[2]:
            yield found


def _speakers(tags: Sequence[str]) -> list[str]:
    """The languages that there are, of those who like any of their kind: en-GB for `en` and for `en-US`."""
    liked = [tag.partition("-")[0] for tag in tags]
    return [language for one in liked for language in site.LANGUAGES if language.partition("-")[0] == one]


def _only(zones: Sequence[str]) -> Sequence[str]:
    """Where clocks differ within a territory, nothing tells which."""
    return zones if len(zones) == 1 else ()


def _first(liked: Sequence[str], known: Collection[str]) -> str:
    return next((one for one in liked if one in known), "")
