"""What comes from elsewhere, without anything that no eye can see and some tool trips over."""

from typing import Any

from domains.check import UNSEEN


def text(said: Any) -> str:
    """Empty for what is no text."""
    return UNSEEN.sub("", said).replace("\r\n", "\n") if isinstance(said, str) else ""


def line(said: Any, most: int) -> str:
    """One line, cut off where it is too long."""
    words = " ".join(text(said).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
