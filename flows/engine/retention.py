"""What ended long ago is forgotten; the ledger remembers what came of it."""

from typing import Any

from sqlalchemy import Connection, delete, select

from .deliveries import table as deliveries
from .store import CLOSED, runs, steps, waits

MOST = 10_000
"""Of each at once, so that nobody waits long for the file."""


def forget(connection: Connection, before: float) -> dict[str, int]:
    """Runs that were over before that instant, and mails that were settled: `{runs, mails}`."""
    over = select(runs.c.id).where(runs.c.ended < before, runs.c.status.in_(CLOSED)).order_by(runs.c.id).limit(MOST)
    ids = connection.scalars(over).all()
    for column in (steps.c.run, waits.c.run, runs.c.id):
        _delete(connection, column, ids)
    sent = select(deliveries.c.id).where(deliveries.c.at < before, deliveries.c.due.is_(None)).limit(MOST)
    mails = connection.scalars(sent).all()
    _delete(connection, deliveries.c.id, mails)
    return {"runs": len(ids), "mails": len(mails)}


def wanted(kept: float) -> str:
    """SQL, of a schedule's row: whether anything will have been over for `kept` seconds by then."""
    return f"EXISTS (SELECT 1 FROM flow_runs WHERE ended < flow_schedules.next - {kept:.0f})"


def _delete(connection: Connection, column: Any, ids: Any) -> None:
    for some in range(0, len(ids), 500):
        connection.execute(delete(column.table).where(column.in_(ids[some : some + 500])))
