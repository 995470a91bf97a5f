"""What ended well long ago is forgotten, with its items; the ledger remembers what came of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from .deliveries import table as deliveries
from .store import runs, steps, waits

_ITEMS = select(runs.c.id).where(runs.c.parent.in_(bindparam("these", expanding=True)))
MOST = 10_000
"""Of each at once, so that nobody waits long for the file."""


def forget(connection: Connection, before: float, *names: str) -> dict[str, int]:
    """Runs that were over before that instant, and mails that were settled: `{runs, mails}`; of flows that are named,
    only their runs.

    What is dead stays for a person, and an item as long as its run.
    """
    over = select(runs.c.id).where(runs.c.ended < before, runs.c.status.in_(("done", "cancelled")))
    over = over.where(runs.c.name.in_(names)) if names else over
    roots = connection.scalars(over.where(runs.c.parent.is_(None)).order_by(runs.c.id).limit(MOST)).all()
    ids = [*roots]
    while roots := [child for some in _batches(roots) for child in connection.scalars(_ITEMS, {"these": some})]:
        ids += roots
    for column in (steps.c.run, waits.c.run, runs.c.id):
        _delete(connection, column, ids)
    if names:
        return {"runs": len(ids), "mails": 0}
    sent = select(deliveries.c.id).where(deliveries.c.at < before, deliveries.c.due.is_(None)).limit(MOST)
    mails = connection.scalars(sent).all()
    _delete(connection, deliveries.c.id, mails)
    return {"runs": len(ids), "mails": len(mails)}


def wanted(kept: float) -> str:
    """SQL, of a schedule's row: whether anything will have been over for `kept` seconds by then."""
    over = f"status IN ('done', 'cancelled') AND ended < flow_schedules.next - {kept:.0f}"
    return f"EXISTS (SELECT 1 FROM flow_runs WHERE {over})"


def _delete(connection: Connection, column: Any, ids: Any) -> None:
    for some in _batches(ids):
        connection.execute(delete(column.table).where(column.in_(some)))


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (ids[some : some + 500] for some in range(0, len(ids), 500))
