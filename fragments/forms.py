"""A form is what was typed and what was wrong with it; the rules themselves live in the domains' commands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from domains.errors import Invalid


class Form:
    """`Form(data)` for what was typed, `Form({"title": entry.title})` to fill one in."""

    def __init__(self, typed: Mapping[str, str] | None = None, id: str = "") -> None:
        self.typed = typed or {}
        self.wrong: dict[str, str] = {}
        self.id = id
        """Told apart by this from its like on the same page."""

    def text(self, name: str) -> str:
        return self.typed.get(name, "")

    def texts(self, name: str) -> list[str]:
        """Of a field that may be chosen more than once."""
        return self.text(name).split(",")

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What a command refuses inside is remembered, field by field."""
        try:
            yield
        except Invalid as refused:
            self.wrong = refused.fields
