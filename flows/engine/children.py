"""An each whose items are runs of their own: the run sleeps while they live, and wakes whenever one of them ends."""

from typing import Any

from sqlalchemy import Connection, func, select, text

from . import store
from .graph import Each, Flow, resolve
from .store import CLOSED, Running, runs, steps


class ItemDied(Exception):
    """An item of an each that stops at the first error; people mend the item first, and then the run."""


def tend(connection: Connection, run: Running, node: Each, now: float) -> list[Any] | None:
    """Begins as many items as may live at once; what all of them came to, once they have ended, else None.

    None leaves the run asleep. Raises ItemDied, Stolen.
    """
    said = (runs.c.id, runs.c.key, runs.c.status, runs.c.error)
    born = {row.key: row for row in connection.execute(select(*said).where(runs.c.parent == run.id))}
    keys = [f"{run.key}/{node.name}/{index}" for index in range(1, len(run.items[-1]) + 1)]
    lives = [born[key] for key in keys if key in born]
    if dead := [row for row in lives if row.status in ("dead", "cancelled") and node.on_error == "stop"]:
        raise ItemDied(f"run {dead[0].id} is {dead[0].status}: {dead[0].error}")
    if len(lives) == len(keys) and all(row.status in CLOSED for row in lives):
        return _results(connection, lives)
    room = node.limit - sum(row.status not in CLOSED for row in lives)
    _begin(connection, run, node, [(key, item) for key, item in _pairs(keys, run) if key not in born][:room], now)
    store.sleep(connection, run, now)
    return None


def _pairs(keys: list[str], run: Running) -> list[tuple[str, Any]]:
    return list(zip(keys, run.items[-1], strict=True))


def _begin(connection: Connection, run: Running, node: Each, items: list[tuple[str, Any]], now: float) -> None:
    child = Flow.load(node.runs)
    because = connection.scalar(select(runs.c.because).where(runs.c.id == run.id))
    for key, item in items:
        input = resolve(node.args, run.said | {"item": item})
        store.start(connection, child, input, key, now, because=because, parent=run.id)


def _results(connection: Connection, lives: list[Any]) -> list[Any]:
    """What each said last, or its error."""
    last = select(steps.c.run, func.max(text("flow_steps.rowid")), steps.c.output)
    last = last.where(steps.c.run.in_([row.id for row in lives]), steps.c.index == 0).group_by(steps.c.run)
    said = {id: output for id, _, output in connection.execute(last)}
    return [said.get(row.id) if row.status == "done" else {"error": row.error or row.status} for row in lives]
