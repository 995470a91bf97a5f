"""Effects by name: data in a graph until a runner performs them.

`pure` reads its arguments only. `tx` writes this co-op's file only, in its checkpoint's own transaction: exactly once.
A `tx` effect that is no coroutine is a plain function of `call.connection`: it joins the batch of the writer thread,
records no activities, and may be called twice, the first time undone.
`idempotent` reaches outside: at least once, with the same key each time. `once` reaches outside where no key is
honoured: its intent is kept first, and if it is left in doubt the run is held for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, iscoroutinefunction, signature
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from .lent import World

Kind = Literal["pure", "tx", "idempotent", "once"]


@dataclass(frozen=True, slots=True)
class Call:
    """What an effect is told beside its own arguments."""

    key: str
    """The same at every attempt, and no other effect's: in this file, and for what reaches outside, in the world."""
    now: float
    session: AsyncSession | None = None
    plain: Connection | None = None
    outside: World | None = None
    due: list[float] = field(default_factory=list)
    """When what it wrote wants somebody."""

    @property
    def db(self) -> AsyncSession:
        """Open for a `tx` coroutine, and only there: nobody can reach outside from inside a transaction."""
        if self.session is None:
            raise RuntimeError("only a tx effect writes in the co-op's file")
        return self.session

    @property
    def world(self) -> World:
        """There for what reaches outside, and only there."""
        if self.outside is None:
            raise RuntimeError("only what is idempotent, or done once, reaches outside")
        return self.outside

    @property
    def connection(self) -> Connection:
        """Open for a `tx` that is a plain function, and only there."""
        if self.plain is None:
            raise RuntimeError("only a plain tx effect has a connection")
        return self.plain


Do = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Performer:
    kind: Kind
    do: Do
    takes: frozenset[str]
    wants: frozenset[str]
    """Those of `takes` that have no default."""
    is_plain: bool = False
    at_once: int = 0
    """In one co-op; 0 is as many as there are."""
    a_minute: int = 0


class UnknownEffect(Exception):
    """No function of this house goes by that name and major version."""


_known: dict[str, Performer] = {}


def effect(name: str, kind: Kind, *, at_once: int = 0, a_minute: int = 0) -> Callable[[Do], Do]:
    """Registers `async def do(call, *, …)` as `name@major`; a new major stands beside the old."""
    if "@" not in name or name in _known:
        raise ValueError(f"{name} has no major version, or is taken")

    def register(do: Do) -> Do:
        arguments = [one for one in signature(do).parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
        wants = frozenset(one.name for one in arguments if one.default is Parameter.empty)
        is_plain = not iscoroutinefunction(do)
        if is_plain and kind != "tx":
            raise ValueError(f"{name} is a plain function, and not tx")
        takes = frozenset(one.name for one in arguments)
        _known[name] = Performer(kind, do, takes, wants, is_plain, at_once, a_minute)
        return do

    return register


def known(name: str) -> Performer:
    """Raises UnknownEffect."""
    try:
        return _known[name]
    except KeyError:
        raise UnknownEffect(name) from None


def is_known(name: str) -> bool:
    return name in _known
