"""What a run took and said, as a steward may read it: without secrets, and no longer than can be read."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•••"
LONGEST = 400  # characters of one text
MOST = 50  # items of one list or object
DEEPEST = 50  # of them, each inside the one before
SECRET = frozenset(
    (
        "token", "accesstoken", "secret", "password", "passwd", "passphrase", "key", "apikey", "cookie", "session",
        "auth", "authorization", "bearer", "credential", "signature", "sign_in", "link", "otp", "pin",
    )
)  # fmt: skip
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TOLD = r"(?:access)?token|apikey|secret|password|passwd|passphrase|cookie|otp"
_NAMED = rf"{_TOLD}|key|session|auth|signature|pin"
_MORE, _SAID = r"(?<![\w-])(?:[\w-]*[_-])", r"[^&,;\s\"']+"
_INSIDE = (
    (re.compile(r"(://)[^/\s@:]+:[^/\s@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)\b(authorization[\"']?\s*[:=]\s*[\"']?)[^\r\n\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)((?:{_MORE}|\b)(?:{_NAMED})=[\"']?){_SAID}"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)((?:{_MORE}(?:{_NAMED})|\b(?:{_TOLD}))[\"']?\s*:\s*[\"']?){_SAID}"), rf"\1{HIDDEN}"),
    (re.compile(r"(/(?:sign-in-link|resume|joining|(?:wanted-)?ticket)/)[^\s\"'?]+"), rf"\1{HIDDEN}"),
)


def redacted(data: Any, depth: int = 0) -> Any:
    """The same JSON; a secret is known by its name, or by how it stands in a text."""
    if depth > DEEPEST:
        return "…"
    match data:
        case Mapping():
            shown = {name: HIDDEN if is_secret(name) else redacted(data[name], depth + 1) for name in list(data)[:MOST]}
            return shown | ({"…": len(data) - MOST} if len(data) > MOST else {})
        case list() | tuple():
            return [redacted(one, depth + 1) for one in data[:MOST]] + [f"… {len(data) - MOST}"] * (len(data) > MOST)
        case str():
            return text(data)
    return data


def text(told: str) -> str:
    """What an error says, or one text of a JSON."""
    for secret, instead in _INSIDE:
        told = secret.sub(instead, told)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"


def is_secret(name: str) -> bool:
    """`api_key`, `signIn` and `Set-Cookie` are; `monkey` is not."""
    words = [word.lower() for word in _WORDS.findall(name)]
    pairs = [f"{one}_{other}" for one, other in zip(words, words[1:], strict=False)]
    return any(word in SECRET or word.removesuffix("s") in SECRET for word in words + pairs)
