"""What the table says of a run: all that its runner has to know, however often it died."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from .effects import is_known
from .graph import Each, Effect, Flow
from .store import Running, definitions, runs, steps, waits

_SAID = select(steps).where(steps.c.run.in_(bindparam("these", expanding=True)))
_ANSWERED = select(waits).where(waits.c.run.in_(bindparam("these", expanding=True)), waits.c.status != "open")
_loaded: dict[str, Flow] = {}


def recall(connection: Connection, claimed: Sequence[Any]) -> list[Running]:
    """Rows of runs that were just claimed, with all that they said before."""
    found = {row.id: _running(connection, row) for row in claimed}
    if found:
        for row in connection.execute(_SAID, {"these": list(found)}):
            _remember(found[row.run], row)
        for row in connection.execute(_ANSWERED, {"these": list(found)}):
            _answer(found[row.run], row)
    return list(found.values())


def flow_of(connection: Connection, hash: str) -> Flow:
    """A run is pinned to the definition that it was started with."""
    if hash not in _loaded:
        spec = connection.execute(select(definitions.c.spec).where(definitions.c.hash == hash)).scalar_one()
        _loaded[hash] = Flow.load(spec)
    return _loaded[hash]


def outcome(connection: Connection, id: int | None) -> dict[str, Any]:
    """`{status: suspended, resume: {id, tag}}` while it sleeps, `{status, effects, flow_id}` else."""
    run = connection.execute(select(runs).where(runs.c.id == id)).one()
    if run.status == "suspended":
        tag = connection.scalar(select(waits.c.tag).where(waits.c.run == id, waits.c.status == "open"))
        return {"status": run.status, "resume": {"id": id, "tag": tag}}
    kept = select(steps.c.node, steps.c.output).where(steps.c.run == id, steps.c.index == 0, steps.c.status == "done")
    said = [tuple(row) for row in connection.execute(kept.order_by(text("rowid")))]
    return {"status": run.status, "effects": effects_of(flow_of(connection, run.definition), said), "flow_id": id}


def effects_of(flow: Flow, said: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Effects as data: which node, by which name, and what came of it."""
    doing = {node.name: node.do for node in flow.nodes if hasattr(node, "do")}
    return [{"node": name, "effect": doing[name], "output": output} for name, output in said if name in doing]


def id_of(connection: Connection, key: str) -> int | None:
    return connection.scalar(select(runs.c.id).where(runs.c.key == key))


def lost_effects(flow: Flow) -> list[str]:
    """What it does that nobody here knows how to do any more."""
    doing = (node.do for node in flow.nodes if isinstance(node, Effect) or (isinstance(node, Each) and not node.runs))
    return sorted({do for do in doing if not is_known(do)})


def _running(connection: Connection, row: Any) -> Running:
    flow = flow_of(connection, row.definition)
    return Running(row.id, row.key, flow, row.node, row.fence, row.attempt, {"input": row.input}, row.parent)


def _remember(run: Running, row: Any) -> None:
    if row.status == "begun":
        run.begun = run.begun or row.node == run.node
    elif row.status == "tried":
        run.tries |= {row.index: row.attempt} if row.node == run.node else {}
    elif row.node == run.node:
        run.items[row.index] = row.output
    elif row.index == 0:
        run.said[row.node] = row.output


def _answer(run: Running, row: Any) -> None:
    if row.status in ("resumed", "late"):
        run.answers[row.tag] = {"late": row.status == "late", "payload": row.payload, "by": row.by}
        if getattr(run.flow.node(run.node), "tag", None) == row.tag:
            run.answer = run.answers[row.tag]
