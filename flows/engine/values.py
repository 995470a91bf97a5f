"""What people and machines tell a run is JSON (RFC 8259) that every reader reads alike."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

TOLD = 64 * 1024
"""Characters of an answer, or of a value in a node's place."""
EXACT = 2**53
"""Past it a whole number is another one to those who read numbers as doubles (RFC 8259, 6)."""
DEEPEST = 50
"""Lists and objects, each inside the one before."""
NO_JSON = 'this is no JSON. Write true, 12, or a text in quotes like "yes"'


class WrongAnswer(ValueError):
    """Not what is asked for, or not what can be kept; says so in words."""


def read(text: str) -> Any:
    """JSON that somebody typed, of which there are no two readings. Raises WrongAnswer."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except WrongAnswer:
        raise
    except (ValueError, RecursionError):
        raise WrongAnswer(NO_JSON) from None
    return _shallow(value)


def plain(value: Any) -> Any:
    """As it will be read from the table: tuples are lists, keys are texts. Raises WrongAnswer."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongAnswer(f"this is no JSON: {error}") from None
    return _shallow(json.loads(text))


def answer(value: Any) -> Any:
    """What somebody told a run. Raises WrongAnswer."""
    told = plain(value)
    if len(json.dumps(told, ensure_ascii=False)) > TOLD:
        raise WrongAnswer(f"an answer has at most {TOLD // 1024} kB")
    if not _is_exact(told):
        raise WrongAnswer("a whole number is less than 2 to the power of 53")
    return told


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise WrongAnswer(f"the name {next(name for name in names if names.count(name) > 1)} stands there twice")
    return made


def _no_number(word: str) -> NoReturn:
    raise WrongAnswer(f"{word} is no number that JSON knows")


def _shallow(value: Any) -> Any:
    if _depth(value) > DEEPEST:
        raise WrongAnswer(f"lists and objects stand at most {DEEPEST} deep in each other")
    return value


def _depth(value: Any) -> int:
    """Level by level: what is deep is no reason to fail."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _is_exact(value: Any) -> bool:
    match value:
        case dict():
            return all(map(_is_exact, value.values()))
        case list():
            return all(map(_is_exact, value))
        case int():
            return abs(value) < EXACT
    return True
