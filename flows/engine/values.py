"""What people and machines tell a run is JSON (RFC 8259) that every reader reads alike."""

import json
from typing import Any

TOLD = 64 * 1024
"""Characters of an answer, or of a value in a node's place."""
DEEPEST = 50
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
    told = json.loads(text)
    if not _is_flat(told):
        raise WrongAnswer(f"lists and objects stand in one another {DEEPEST} deep at most")
    return told


def answer(value: Any) -> Any:
    """What somebody told a run. Raises WrongAnswer."""
    told = plain(value)
    if len(json.dumps(told, ensure_ascii=False)) > TOLD:
        raise WrongAnswer(f"an answer has at most {TOLD // 1024} kB")
    if not _is_exact(told):
        raise WrongAnswer("a whole number is less than 2 to the power of 53")
    return told


def _is_flat(value: Any, deepest: int = DEEPEST) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return deepest > 0 and all(_is_flat(one, deepest - 1) for one in inner)


def _is_exact(value: Any) -> bool:
    match value:
        case dict():
            return all(map(_is_exact, value.values()))
        case list():
            return all(map(_is_exact, value))
        case int():
            return abs(value) < EXACT
    return True
