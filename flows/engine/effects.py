"""Effects by name: data in a graph until a runner performs them.

`pure` reads its arguments only. `tx` writes this co-op's file only, in its checkpoint's own transaction: exactly once.
`idempotent` reaches outside: at least once, with the same key each time. `once` reaches outside where no key is
honoured: its intent is kept first, and if it is left in doubt the run is held for a person.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

Kind = Literal["pure", "tx", "idempotent", "once"]


@dataclass(frozen=True, slots=True)
class Call:
    """What an effect is told beside its own arguments."""

    key: str
    """The same at every attempt, and no other effect's: in this file, and for what reaches outside, in the world."""
    now: float
    session: AsyncSession | None = None

    @property
    def db(self) -> AsyncSession:
        """Open for `tx`, and only there: nobody can reach outside from inside a transaction."""
        if self.session is None:
            raise RuntimeError("only a tx effect writes in the co-op's file")
        return self.session


Do = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Performer:
    kind: Kind
    do: Do
    takes: frozenset[str]
    wants: frozenset[str]
    """Those of `takes` that have no default."""


class UnknownEffect(Exception):
    """No function of this house goes by that name and major version."""


_known: dict[str, Performer] = {}


def effect(name: str, kind: Kind) -> Callable[[Do], Do]:
    """Registers `async def do(call, *, …)` as `name@major`; a new major stands beside the old."""
    if "@" not in name or name in _known:
        raise ValueError(f"{name} has no major version, or is taken")

    def register(do: Do) -> Do:
        arguments = [one for one in signature(do).parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
        wants = frozenset(one.name for one in arguments if one.default is Parameter.empty)
        _known[name] = Performer(kind, do, frozenset(one.name for one in arguments), wants)
        return do

    return register


def known(name: str) -> Performer:
    """Raises UnknownEffect."""
    try:
        return _known[name]
    except KeyError:
        raise UnknownEffect(name) from None
