"""What comes from elsewhere, without anything that no eye can see and some tool trips over."""

import unicodedata
from typing import Any

from domains.check import TURNING


def text(said: Any) -> str:
    """Empty for what is no text."""
    if not isinstance(said, str):
        return ""
    seen = said.encode("utf-8", "ignore").decode().translate(_UNSEEN)
    return seen.replace("\r\n", "\n")


def line(said: Any, most: int) -> str:
    """One line, cut off where it is too long."""
    words = " ".join(text(said).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


_UNSEEN = {
    code: None
    for code in (*range(0xA0), *map(ord, TURNING))
    if unicodedata.category(chr(code)) in ("Cc", "Cf") and chr(code) not in "\t\n\r"
}
