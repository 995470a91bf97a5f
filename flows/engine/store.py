"""What is kept of a run, as plain functions of an open connection.

The same function is called by the writer thread, many in one transaction, or inside the session that a `tx` effect
writes in: `await (await db.connection()).run_sync(function)`. None of them commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, literal, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of

from . import models
from .graph import END, Flow

definitions, runs = table_of(models.Definition), table_of(models.Run)
steps, waits = table_of(models.Step), table_of(models.Wait)
LEASE = 60.0
T = TypeVar("T")
CLOSED = ("done", "dead", "cancelled")


class Stolen(Exception):
    """Somebody else claimed this run meanwhile: whatever its old runner still has to say is not kept."""


@dataclass(slots=True)
class Running:
    """A claimed run, as its runner knows it."""

    id: int
    flow: Flow
    node: str
    fence: int
    attempt: int
    said: dict[str, Any]
    status: str = "running"
    items: dict[int, Any] = field(default_factory=dict)
    """What an unfinished each has done so far; its frozen list is -1."""
    begun: bool = False
    """This node is a `once` whose intent was kept by somebody who never came back."""
    answer: dict[str, Any] | None = None
    notes: list[tuple[str, int, Any]] = field(default_factory=list)
    """Said, not kept yet: it goes with the next checkpoint."""


_CLAIM = (
    update(runs)
    .where(
        runs.c.id.in_(
            select(runs.c.id).where(runs.c.due <= bindparam("now")).order_by(runs.c.due).limit(bindparam("many"))
        )
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
_MINE = (runs.c.id == bindparam("run_id"), runs.c.fence == bindparam("run_fence"), runs.c.status == "running")
_MOVE = (
    update(runs)
    .where(*_MINE)
    .values(node=bindparam("to"), status=bindparam("as"), due=bindparam("until"), attempt=bindparam("tried"))
)
_PUT_BACK = update(runs).where(*_MINE).values(status=bindparam("as"), due=bindparam("until"), error=bindparam("why"))
_DEFINED = select(definitions.c.hash).where(definitions.c.hash == bindparam("the_hash"))
_START = insert(runs).on_conflict_do_nothing()
_STEP = insert(steps).prefix_with("OR REPLACE")
_WAIT = insert(waits).on_conflict_do_update(
    index_elements=["run", "tag"], set_={"status": "resumed", "due": None}, where=waits.c.status == "early"
)
_WAKE = update(runs).where(runs.c.id == bindparam("run_id"), runs.c.status == "suspended")
_WAKE = _WAKE.values(status="ready", due=bindparam("now"))
_WAKE_IF_RESUMED = _WAKE.where(
    exists().where(waits.c.run == bindparam("run_id"), waits.c.tag == bindparam("the_tag"), waits.c.status == "resumed")
)
_RESUME = (
    update(waits)
    .where(waits.c.run == bindparam("run_id"), waits.c.tag == bindparam("the_tag"), waits.c.status == "open")
    .values(status="resumed", due=None, payload=bindparam("told"), by=bindparam("who"), at=bindparam("now"))
)


async def within(db: AsyncSession, function: Callable[[Connection], T]) -> T:
    """The function, in the transaction of an open session."""
    return await (await db.connection()).run_sync(function)


def start(
    connection: Connection, flow: Flow, input: dict[str, Any], key: str, now: float, *, claimed: bool = False
) -> Running | None:
    """Ready at once, or claimed by the caller; None when that key was started before: nothing happens twice."""
    _define(connection, flow)
    stand = {"status": "running", "due": now + LEASE} if claimed else {"status": "ready", "due": now}
    row = {"definition": flow.hash, "key": key, "input": input, "node": flow.nodes[0].name, "error": ""} | stand
    found = connection.execute(_START, row | {"fence": int(claimed), "attempt": int(claimed)})
    if found.rowcount:
        return Running(found.lastrowid, flow, flow.nodes[0].name, int(claimed), int(claimed), {"input": input})
    return None


def id_of(connection: Connection, key: str) -> int | None:
    return connection.scalar(select(runs.c.id).where(runs.c.key == key))


def claim(connection: Connection, now: float, many: int) -> tuple[list[Running], float | None]:
    """Up to `many` due runs, now leased and fenced, with all they said before; and when the next one is due."""
    connection.execute(_LATE, {"now": now})
    claimed = connection.execute(_CLAIM, {"now": now, "many": many, "until": now + LEASE}).all()
    return _recall(connection, claimed), connection.scalar(_NEXT)


def move(connection: Connection, run: Running, to: str, now: float) -> None:
    """The checkpoint: the run stands at `to`, and all that was said on the way is kept. Raises Stolen."""
    if to == END:
        _stand(connection, run, now, {"to": to, "as": "done", "until": None, "tried": 0})
    else:
        _stand(connection, run, now, {"to": to, "as": "running", "until": now + LEASE, "tried": 1})


def step(
    connection: Connection, run: Running, node: str, index: int, output: Any, now: float, status: str = "done"
) -> None:
    row = {"run": run.id, "node": node, "index": index, "status": status, "output": output, "at": now}
    connection.execute(_STEP, row)


def suspend(connection: Connection, run: Running, tag: str, due: float, now: float) -> bool:
    """The run sleeps and its wait is open; or, when somebody was early, it is ready at once (True). Raises Stolen."""
    _stand(connection, run, now, {"to": run.node, "as": "suspended", "until": due, "tried": 0})
    row = {"run": run.id, "tag": tag, "due": due, "status": "open", "payload": None, "by": "", "at": now}
    connection.execute(_WAIT, row)
    return connection.execute(_WAKE_IF_RESUMED, {"run_id": run.id, "the_tag": tag, "now": now}).rowcount == 1


def resume(connection: Connection, id: int, tag: str, payload: Any, by: str, now: float) -> bool:
    """True for the one who woke it; what comes before the run waits is buffered, and there too the first wins."""
    told = {"run_id": id, "the_tag": tag, "told": payload, "who": by, "now": now}
    if connection.execute(_RESUME, told).rowcount:
        connection.execute(_WAKE, {"run_id": id, "now": now})
        return True
    row: list[ColumnElement[Any]] = [
        literal(id),
        literal(tag),
        literal("early"),
        literal(payload, waits.c.payload.type),
        literal(by),
        literal(now),
    ]
    early = select(*row).where(exists().where(runs.c.id == id, runs.c.status.not_in(CLOSED)))
    buffer = insert(waits).from_select(["run", "tag", "status", "payload", "by", "at"], early).on_conflict_do_nothing()
    return connection.execute(buffer).rowcount == 1


def put_back(connection: Connection, run: Running, status: str, due: float | None, why: str) -> None:
    """Says nothing of where the run stands, so it is harmless after a checkpoint of unknown outcome. Raises Stolen."""
    _change(connection, _PUT_BACK, run, {"as": status, "until": due, "why": why})


def take_over(connection: Connection, now: float) -> bool:
    """Whoever opens a file is its only owner: what is running there was left by the dead. Whether anything was."""
    left = update(runs).where(runs.c.status == "running").values(status="ready", due=now)
    return connection.execute(left).rowcount > 0


def outcome(connection: Connection, id: int | None) -> dict[str, Any]:
    """`{status: suspended, resume: {id, tag}}` while it sleeps, `{status, effects, flow_id}` else."""
    run = connection.execute(select(runs).where(runs.c.id == id)).one()
    if run.status == "suspended":
        tag = connection.scalar(select(waits.c.tag).where(waits.c.run == id, waits.c.status == "open"))
        return {"status": run.status, "resume": {"id": id, "tag": tag}}
    kept = select(steps.c.node, steps.c.output).where(steps.c.run == id, steps.c.index == 0, steps.c.status == "done")
    said = [tuple(row) for row in connection.execute(kept.order_by(text("rowid")))]
    return {"status": run.status, "effects": effects_of(_flow(connection, run.definition), said), "flow_id": id}


def effects_of(flow: Flow, said: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Effects as data: which node, by which name, and what came of it."""
    doing = {node.name: node.do for node in flow.nodes if hasattr(node, "do")}
    return [{"node": name, "effect": doing[name], "output": output} for name, output in said if name in doing]


def _define(connection: Connection, flow: Flow) -> None:
    if connection.scalar(_DEFINED, {"the_hash": flow.hash}) is None:
        needs = ",".join(sorted(flow.needs()))
        row = {"hash": flow.hash, "name": flow.name, "spec": flow.spec, "needs": needs}
        connection.execute(insert(definitions).on_conflict_do_nothing(), row)


def _stand(connection: Connection, run: Running, now: float, values: dict[str, Any]) -> None:
    _change(connection, _MOVE, run, values)
    for node, index, output in run.notes:
        step(connection, run, node, index, output, now)


def _change(connection: Connection, statement: Any, run: Running, values: dict[str, Any]) -> None:
    if not connection.execute(statement, {"run_id": run.id, "run_fence": run.fence, **values}).rowcount:
        raise Stolen(f"run {run.id}, fence {run.fence}")


def _recall(connection: Connection, claimed: Sequence[Any]) -> list[Running]:
    found: dict[int, Running] = {}
    for row in claimed:
        flow = _flow(connection, row.definition)
        found[row.id] = Running(row.id, flow, row.node, row.fence, row.attempt, {"input": row.input})
    for row in connection.execute(select(steps).where(steps.c.run.in_(found))) if found else ():
        _remember(found[row.run], row)
    for row in connection.execute(select(waits).where(waits.c.run.in_(found))) if found else ():
        run = found[row.run]
        if row.status in ("resumed", "late") and getattr(run.flow.node(run.node), "tag", None) == row.tag:
            run.answer = {"late": row.status == "late", "payload": row.payload, "by": row.by}
    return list(found.values())


def _remember(run: Running, row: Any) -> None:
    if row.status == "begun":
        run.begun = run.begun or row.node == run.node
    elif row.node == run.node:
        run.items[row.index] = row.output
    elif row.index == 0:
        run.said[row.node] = row.output


def _flow(connection: Connection, hash: str) -> Flow:
    """A run is pinned to the definition that it was started with."""
    if hash not in _loaded:
        spec = connection.execute(select(definitions.c.spec).where(definitions.c.hash == hash)).scalar_one()
        _loaded[hash] = Flow.load(spec)
    return _loaded[hash]


_loaded: dict[str, Flow] = {}
