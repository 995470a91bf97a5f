"""What people and machines tell a run is JSON (RFC 8259) that every reader reads alike."""

import json
from typing import Any

TOLD = 64 * 1024
"""Characters of an answer, or of a value in a node's place."""
EXACT = 2**53
"""Past it a whole number is another one to those who read numbers as doubles (RFC 8259, 6)."""


class WrongAnswer(ValueError):
    """Not what is asked for, or not what can be kept; says so in words."""


def plain(value: Any) -> Any:
    """As it will be read from the table: tuples are lists, keys are texts. Raises WrongAnswer."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongAnswer(f"this is no JSON: {error}") from None
    return json.loads(text)


def answer(value: Any) -> Any:
    """What somebody told a run. Raises WrongAnswer."""
    told = plain(value)
    if len(json.dumps(told, ensure_ascii=False)) > TOLD:
        raise WrongAnswer(f"an answer has at most {TOLD // 1024} kB")
    if not _is_exact(told):
        raise WrongAnswer("a whole number is less than 2 to the power of 53")
    return told


def _is_exact(value: Any) -> bool:
    match value:
        case dict():
            return all(map(_is_exact, value.values()))
        case list():
            return all(map(_is_exact, value))
        case int():
            return abs(value) < EXACT
    return True
