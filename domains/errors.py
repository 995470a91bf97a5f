"""The few ways in which a domain can refuse; `app/errors.py` maps each to a status and a page."""

from typing import Any


class Filled(str):
    """A sentence whose gaps are filled; it is its `pattern` that is translated."""

    pattern: str
    about: dict[str, Any]


def say(sentence: str, **about: Any) -> str:
    """Marks a sentence that people will read; it is translated where it is shown. `about` fills its {gaps}."""
    if not about:
        return sentence
    filled = Filled(sentence.format(**about))
    filled.pattern, filled.about = sentence, about
    return filled


class Refusal(Exception):
    """What all refusals have in common: a sentence for whoever asked."""


class NotFound(Refusal):
    """There is no such thing in this co-op."""


class SignInNeeded(Refusal):
    """Only somebody who has signed in may see or do this."""


class Forbidden(Refusal):
    """Whoever asks is known, and may not."""


class Conflict(Refusal):
    """Somebody else has changed it meanwhile."""


class TooMany(Refusal):
    """Asked too often; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Invalid(Refusal):
    """What was typed cannot be kept; `fields` names each field and says how to mend it."""

    def __init__(self, **fields: str) -> None:
        super().__init__(fields)
        self.fields = fields
