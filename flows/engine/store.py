"""What a runner keeps of a run, as plain functions of an open connection.

The same function is called by the writer thread, many in one transaction, or inside the session that a `tx` effect
writes in: `await (await db.connection()).run_sync(function)`. None of them commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, null, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of

from . import models
from .crew import LONGEST
from .graph import END, Flow
from .keys import key_of, token_of

definitions, runs = table_of(models.Definition), table_of(models.Run)
steps, waits = table_of(models.Step), table_of(models.Wait)
LEASE = 60.0
T = TypeVar("T")
CLOSED = ("done", "dead", "cancelled")
ENDED = (*CLOSED, "held")
"""Nothing goes on by itself."""
Note = tuple[str, int, Any]
"""Node, index, output."""


class Stolen(Exception):
    """Somebody else has this run now, or ended it: whatever its old runner still has to say is not kept."""


@dataclass(slots=True)
class Running:
    """A claimed run, as its runner knows it."""

    id: int
    key: str
    flow: Flow
    node: str
    fence: int
    attempt: int
    said: dict[str, Any]
    parent: int | None = None
    status: str = "running"
    items: dict[int, Any] = field(default_factory=dict)
    """What an unfinished each has done so far; its frozen list is -1."""
    begun: bool = False
    """This node is a `once` whose intent was kept by somebody who never came back."""
    answer: dict[str, Any] | None = None
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By tag, of all that it has slept for."""
    tries: dict[int, int] = field(default_factory=dict)
    """How often items of an each have failed, that are not done."""
    notes: list[Note] = field(default_factory=list)
    """Said, not kept yet: it goes with the next checkpoint."""
    stood: str = ""
    """Where the last checkpoint left it."""

    def __post_init__(self) -> None:
        self.stood = self.node

    @property
    def token(self) -> str:
        return token_of(self.key)

    def key_of(self, index: int = 0) -> str:
        return key_of(self.token, self.node, index)


class Slept(NamedTuple):
    is_early: bool
    """Somebody had answered before it was asked."""
    due: float
    is_new: bool
    """Nobody was asked before."""


_OPEN = runs.c.status.in_(("ready", "running", "suspended"))
_CLAIM = (
    update(runs)
    .where(
        runs.c.id.in_(
            select(runs.c.id).where(runs.c.due <= bindparam("now")).order_by(runs.c.due).limit(bindparam("many"))
        ),
        _OPEN,
    )
    .values(status="running", due=bindparam("until"), fence=runs.c.fence + 1, attempt=runs.c.attempt + 1)
    .returning(*runs.c)
)
_LATE = (
    update(waits)
    .where(waits.c.status == "open", waits.c.due <= bindparam("now"))
    .values(status="late", due=None, at=bindparam("now"))
)
_NEXT = select(func.min(runs.c.due)).where(runs.c.due.is_not(None))
_CANCELLED = {"status": "cancelled", "due": null(), "ended": bindparam("now")}
_MINE = (runs.c.id == bindparam("run_id"), runs.c.fence == bindparam("run_fence"), runs.c.status == "running")
_STAND: dict[str, Any] = {"status": bindparam("as"), "due": bindparam("until"), "ended": bindparam("over")}
_MOVE = update(runs).where(*_MINE).values(node=bindparam("to"), attempt=bindparam("tried"), **_STAND)
_THERE = case((runs.c.node == bindparam("stood"), bindparam("at")), else_=runs.c.node)
_PUT_BACK = update(runs).where(*_MINE).values(node=_THERE, error=bindparam("why"), attempt=bindparam("tried"), **_STAND)
_DEFINED = select(definitions.c.hash).where(definitions.c.hash == bindparam("the_hash"))
_START = insert(runs).on_conflict_do_nothing()
_STEP = insert(steps).prefix_with("OR REPLACE")
_TRIED = insert(steps)
_TRIED = _TRIED.on_conflict_do_update(
    index_elements=["run", "node", "index"],
    set_={"attempt": _TRIED.excluded.attempt, "at": _TRIED.excluded.at},
    where=steps.c.status == "tried",
)
_IS_EARLY = waits.c.status == "early"
_WAIT = (
    insert(waits)
    .on_conflict_do_update(
        index_elements=["run", "tag"],
        set_={
            "status": case((_IS_EARLY, "resumed"), else_=waits.c.status),
            "due": case((_IS_EARLY, null()), else_=waits.c.due),
        },
        where=waits.c.status.in_(("early", "open")),
    )
    .returning(waits.c.status, waits.c.due, waits.c.at)
)
_ASLEEP = (runs.c.id == bindparam("run_id"), runs.c.status == "suspended")
_WAKE = update(runs).where(*_ASLEEP).values(status="ready", due=bindparam("now"))
_WAKE_PARENT = update(runs).where(*_ASLEEP, runs.c.due.is_(None)).values(status="ready", due=bindparam("now"))


async def within(db: AsyncSession, function: Callable[[Connection], T]) -> T:
    """The function, in the transaction of an open session."""
    return await (await db.connection()).run_sync(function)


def start(
    connection: Connection,
    flow: Flow,
    input: dict[str, Any],
    key: str,
    now: float,
    *,
    claimed: bool = False,
    because: int | None = None,
    parent: int | None = None,
) -> Running | None:
    """Ready at once, or claimed by the caller; None when that key was started before: nothing happens twice."""
    _define(connection, flow)
    stand = {"status": "running", "due": now + LEASE} if claimed else {"status": "ready", "due": now}
    row = {"definition": flow.hash, "key": key, "input": input, "node": flow.nodes[0].name, "error": ""} | stand
    row |= {"name": flow.name, "began": now, "because": because, "parent": parent}
    found = connection.execute(_START, row | {"fence": int(claimed), "attempt": int(claimed)})
    if found.rowcount:
        first, tried = flow.nodes[0].name, int(claimed)
        return Running(found.lastrowid, key, flow, first, tried, tried, {"input": input}, parent)
    return None


def claim(connection: Connection, now: float, many: int) -> tuple[Sequence[Any], float | None]:
    """Up to `many` due runs, now leased and fenced; and when the next one is due."""
    connection.execute(_LATE, {"now": now})
    _end_cancelled(connection, now, runs.c.due <= now)
    claimed = connection.execute(_CLAIM, {"now": now, "many": many, "until": now + LEASE}).all()
    return claimed, connection.scalar(_NEXT)


def move(connection: Connection, run: Running, to: str, now: float, notes: Sequence[Note] | None = None) -> None:
    """The checkpoint: the run stands at `to`, and all that was said on the way is kept. Raises Stolen."""
    over, tried = (now, 0) if to == END else (None, 1)
    stands = {"as": "done", "until": None} if to == END else {"as": "running", "until": now + LEASE}
    _change(connection, _MOVE, run, {"to": to, "over": over, "tried": tried} | stands)
    keep(connection, run, run.notes if notes is None else notes, now)
    if over:
        wake_parent(connection, run.parent, now)


def keep(connection: Connection, run: Running, notes: Sequence[Note], now: float, status: str = "done") -> None:
    if notes:
        row = {"run": run.id, "status": status, "at": now, "attempt": run.attempt}
        connection.execute(_STEP, [row | {"node": node, "index": index, "output": out} for node, index, out in notes])


def suspend(connection: Connection, run: Running, tag: str, due: float | None, now: float) -> Slept:
    """The run sleeps and its wait is open; or, when somebody was early, it is ready at once.

    A wait that was open already stays as it was. Raises Stolen.
    """
    row = {"run": run.id, "tag": tag, "due": due, "status": "open", "payload": None, "by": "", "at": now}
    there = connection.execute(_WAIT, row).one_or_none()
    is_open = there is not None and there.status == "open"
    sleep(connection, run, now, there.due if there and is_open else now)
    is_early = not is_open and wake(connection, run.id, now)
    return Slept(is_early, there.due if there and is_open else now, bool(is_open and there and there.at == now))


def sleep(connection: Connection, run: Running, now: float, due: float | None = None) -> None:
    """Until `due`, or until it is woken. Raises Stolen."""
    _change(connection, _MOVE, run, {"to": run.node, "as": "suspended", "until": due, "over": None, "tried": 0})
    keep(connection, run, run.notes, now)


def wake(connection: Connection, id: int, now: float) -> bool:
    """Whether it slept."""
    return connection.execute(_WAKE, {"run_id": id, "now": now}).rowcount == 1


def wake_parent(connection: Connection, parent: int | None, now: float) -> None:
    """One that sleeps for its items, and nothing else has an end: `due` is when it wakes by itself."""
    if parent is not None:
        connection.execute(_WAKE_PARENT, {"run_id": parent, "now": now})


def put_back(
    connection: Connection, run: Running, status: str, due: float | None, why: str, now: float, tried: int
) -> None:
    """With what was noted since the last checkpoint; after one of unknown outcome it is harmless, for where that has
    moved the run, there it stays. Raises Stolen."""
    stands = {"as": status, "until": due, "over": now if status in ENDED else None, "tried": tried, "why": why}
    _change(connection, _PUT_BACK, run, stands | {"stood": run.stood, "at": run.stood if run.node == END else run.node})
    keep(connection, run, run.notes, now)
    row = {"run": run.id, "node": run.node, "status": "tried", "output": None, "at": now}
    if run.tries:
        connection.execute(_TRIED, [row | {"index": index, "attempt": many} for index, many in run.tries.items()])
    if status in ENDED:
        wake_parent(connection, run.parent, now)


def yield_cancelled(connection: Connection, run: Running, now: float) -> None:
    """A run that was cancelled while it ran is at its end once its runner has let go."""
    _end_cancelled(connection, now, runs.c.id == run.id, runs.c.fence == run.fence)


def take_over(connection: Connection, now: float) -> float | None:
    """Whoever opens a file is its only owner: what is running there was left by the dead. When the first run is due."""
    _end_cancelled(connection, now)
    connection.execute(update(runs).where(runs.c.status == "running").values(status="ready", due=now))
    hurry(connection, now)
    due: float | None = connection.scalar(_NEXT)
    return due


def hurry(connection: Connection, now: float) -> None:
    """After the clock was set back: what is ready, and was put back by a clock that was ahead, is due now."""
    ahead = update(runs).where(runs.c.status == "ready", runs.c.due > now + LONGEST)
    connection.execute(ahead.values(due=now))


def _end_cancelled(connection: Connection, now: float, *which: ColumnElement[bool]) -> None:
    ended = update(runs).where(runs.c.status == "cancelling", *which).values(_CANCELLED).returning(runs.c.parent)
    for parent in connection.execute(ended, {"now": now}).scalars().all():
        wake_parent(connection, parent, now)


def _define(connection: Connection, flow: Flow) -> None:
    if connection.scalar(_DEFINED, {"the_hash": flow.hash}) is None:
        needs = ",".join(sorted(flow.needs()))
        row = {"hash": flow.hash, "name": flow.name, "spec": flow.spec, "needs": needs}
        connection.execute(insert(definitions).on_conflict_do_nothing(), row)


def _change(connection: Connection, statement: Any, run: Running, values: dict[str, Any]) -> None:
    if not connection.execute(statement, {"run_id": run.id, "run_fence": run.fence, **values}).rowcount:
        raise Stolen(f"run {run.id}, fence {run.fence}")
