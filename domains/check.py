"""What every command asks of what was typed, before it writes: each answer is a clean value, or a sentence is noted."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, time
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from .errors import Invalid, say
from .values import SIGNS, minor_units

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@([\w-]+(\.[\w-]+)+)")
"""A dot-atom (RFC 5322) at a domain, which may be written in any script."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
MOST_MONEY = 10**9
"""Minor units: ten million pounds."""
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Controls, halves of letters, and what turns the words of others around (Unicode UAX 9); scripts that run from right
to left need none of it."""


class Check:
    """`check = Check()`, a question a field, then `check.done()`, which raises Invalid when any was answered badly.

    A question answers a stand-in (an empty text, None) for what it refuses; the first refusal of a field stays.
    """

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def done(self) -> None:
        """Raises Invalid."""
        if self.wrong:
            raise Invalid(**self.wrong)

    def refuse(self, field: str, sentence: str) -> None:
        self.wrong.setdefault(field, sentence)

    def line(self, field: str, typed: str, empty: str = "", *, most: int = 200) -> str:
        """One line without line breaks; `empty` is the sentence for an empty one, allowed when there is none."""
        text = self._readable(field, typed).strip()
        if all(unicodedata.category(letter) in ("Cf", "Zs") for letter in text):  # nothing that could be seen
            text = ""
        if len(text.splitlines()) > 1:
            self.refuse(field, say("Keep this on one line."))
        return self._bounded(field, text, empty, most)

    def text(self, field: str, typed: str, empty: str = "", *, most: int = 200_000) -> str:
        """Paragraphs, with line breaks as a file has them."""
        text = "\n".join(self._readable(field, typed).splitlines())
        return self._bounded(field, text if text.strip() else "", empty, most)

    def whole(self, field: str, typed: str, empty: str = "", *, least: int = 0, most: int = 10**6) -> int | None:
        """A whole number from `least` to `most`; None when it is empty."""
        text = self.line(field, typed, empty)
        if not text:
            return None
        if not re.fullmatch(r"[+-]?\d{1,12}", text, re.ASCII):
            self.refuse(field, say("Write a whole number, like 12."))
        elif int(text) < least:
            self.refuse(field, say("Say {least} at least.", least=least))
        elif int(text) > most:
            self.refuse(field, say("Say {most} at most.", most=most))
        else:
            return int(text)
        return None

    def money(self, field: str, typed: str, currency: str, empty: str = "") -> int | None:
        """Minor units, never negative; None when it is empty.

        A comma or a point may part them, and the currency's sign or code may stand on either side: "£6.50", "6,50 EUR".
        """
        text = self.line(field, typed, empty)
        if not text:
            return None
        text = _amount(text, currency)
        try:
            amount = Decimal(text) if re.fullmatch(r"-?\d{1,12}(\.\d*)?|\.\d+", text, re.ASCII) else Decimal("NaN")
            minor = minor_units(amount, currency)
        except (InvalidOperation, ValueError):
            self.refuse(field, say("Write an amount like 2.40."))
            return None
        if minor < 0:
            self.refuse(field, say("An amount cannot be less than nothing."))
        elif minor > MOST_MONEY:
            self.refuse(field, say("That amount is too large."))
        return minor if 0 <= minor <= MOST_MONEY else None

    def day(self, field: str, typed: str, empty: str = "") -> date | None:
        """None when it is empty."""
        text = self.line(field, typed, empty)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(field, say("Write a day like 2026-12-24."))
            return None
        if not FIRST <= day <= LAST:
            self.refuse(field, say("Choose a day between the years 1900 and 2199."))
            return None
        return day

    def time(self, field: str, typed: str, empty: str = "") -> time | None:
        """None when it is empty."""
        text = self.line(field, typed, empty)
        if not text:
            return None
        if not re.fullmatch(r"\d{2}:\d{2}(:00)?", text, re.ASCII) or not _is_time(text):
            self.refuse(field, say("Write a time like 18:30."))
            return None
        return time.fromisoformat(text)

    def address(self, field: str, typed: str, empty: str = "") -> str:
        """A mail address, in lower case."""
        text = self.line(field, typed, empty, most=254)
        if text and not _is_address(text):
            self.refuse(field, say("Write a whole address, like maud@example.org."))
        return text.lower()

    def slug(self, field: str, typed: str, empty: str = "", *, taken: Collection[str] = ()) -> str:
        """The last part of an address: small letters, figures and hyphens."""
        text = self.line(field, typed, empty, most=80)
        if text and not SLUG.fullmatch(text):
            self.refuse(field, say("Use small letters, figures and single hyphens, like spring-fair."))
        elif text in taken:
            self.refuse(field, say("That address is taken. Choose another."))
        return text

    def web_address(self, field: str, typed: str, empty: str = "") -> str:
        """http or https, with a host, without a fragment."""
        text = self.line(field, typed, empty, most=2000)
        if text and not _is_web(text):
            self.refuse(field, say("Write a whole address, like https://example.org."))
        return text

    def one_of(self, field: str, typed: str, choices: Collection[str]) -> str:
        if typed not in choices:
            self.refuse(field, say("Choose one of these."))
        return typed

    def _readable(self, field: str, typed: str) -> str:
        """Emoji and every script are welcome; what no eye can see and some tool trips over is not."""
        if UNSEEN.search(typed):
            self.refuse(field, say("There are characters in it that cannot be seen. Type it again."))
            return ""
        return typed

    def _bounded(self, field: str, text: str, empty: str, most: int) -> str:
        if not text and empty:
            self.refuse(field, empty)
        if len(text) > most:
            self.refuse(field, say("This is too long. Shorten it."))
        return text


def _amount(text: str, currency: str) -> str:
    """Without spaces and without the currency that it is in anyway."""
    plain = re.sub(r"\s", "", text).replace(",", ".")
    for sign in filter(None, (currency, currency.lower(), SIGNS.get(currency))):
        if plain != (bare := plain.removeprefix(sign).removesuffix(sign)):
            return bare
    return plain


def _is_address(text: str) -> bool:
    try:
        return bool((found := ADDRESS.fullmatch(text)) and "=?" not in text and found[2].encode("idna"))
    except UnicodeError:
        return False


def _is_time(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment and " " not in text
    except ValueError:
        return False
