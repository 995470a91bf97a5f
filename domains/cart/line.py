"""What the cart understands of things to be had: a line that somebody asks for, and one that stands in a basket."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .models import BasketLine


@dataclass(frozen=True, slots=True)
class Line:
    """A thing as whoever offers it describes it now, and how many of it somebody asks for."""

    kind: str
    ref: int
    title: str
    unit: str
    amount: int
    """Minor units, for one."""
    quantity: str = ""
    """As it was typed."""
    most: int | None = None
    """How many can be had; None is plenty."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A line in a basket, beside what is true of its thing now."""

    id: int
    kind: str
    ref: int
    title: str
    unit: str
    quantity: int
    amount: int
    """Minor units, for one, now."""
    before: int
    """Minor units, for one, when it was put in."""
    most: int | None
    is_removed: bool
    """Just taken out; it can be put back."""

    @property
    def counts(self) -> int:
        """How many of it are in the basket and can be had."""
        return 0 if self.is_removed or self.is_gone else self.quantity

    @property
    def is_gone(self) -> bool:
        return self.most == 0

    @property
    def is_short(self) -> bool:
        """Whether some can be had, but not as many."""
        return self.most is not None and 0 < self.most < self.quantity

    @property
    def is_repriced(self) -> bool:
        return not self.is_gone and self.amount != self.before

    @property
    def sum(self) -> int:
        """Minor units."""
        return self.amount * self.counts


def standing(lines: Sequence[BasketLine], offered: Iterable[Line]) -> list[Standing]:
    """Each line in its place; what nobody offers any more is gone."""
    now = {(line.kind, line.ref): line for line in offered}
    return [_beside(line, now.get((line.kind, line.ref))) for line in lines]


def _beside(line: BasketLine, now: Line | None) -> Standing:
    return Standing(
        id=line.id,
        kind=line.kind,
        ref=line.ref,
        title=now.title if now else line.title,
        unit=now.unit if now else line.unit,
        quantity=line.quantity,
        amount=now.amount if now else line.amount,
        before=line.amount,
        most=now.most if now else 0,
        is_removed=line.removed,
    )
