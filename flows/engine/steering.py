"""What people do with a run: resume it, try it again, go on with another value, end it."""

from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from . import store
from .graph import END, Branch, Flow, Segment, Suspend
from .recall import flow_of, lost_effects
from .store import CLOSED, runs, steps, waits
from .takes import taken
from .values import WrongAnswer, answer

STUCK = ("dead", "held")


def resume(connection: Connection, id: int, tag: str, payload: Any, by: str, now: float) -> bool:
    """True for the one who woke it; what comes before the run waits is buffered, and there too the first wins.

    Raises WrongAnswer.
    """
    told, run = answer(payload), _run(connection, id)
    if not run or run.status in (*CLOSED, "cancelling") or not _asks(flow_of(connection, run.definition), tag, told):
        return False
    open = update(waits).where(waits.c.run == id, waits.c.tag == tag, waits.c.status == "open")
    said = {"due": None, "payload": told, "by": by, "at": now}
    if connection.execute(open.values(status="resumed", **said)).rowcount:
        store.wake(connection, id, now)
        return True
    row = {"run": id, "tag": tag, "status": "early", **said}
    return connection.execute(insert(waits).on_conflict_do_nothing(), row).rowcount == 1


def retry(connection: Connection, id: int, now: float) -> bool:
    """From the node where it stands. What was begun once, and nobody knows how it ended, is begun again."""
    if not _restart(connection, id, now):
        return False
    run = _run(connection, id)
    failed = steps.c.status.in_(("begun", "tried"))
    connection.execute(delete(steps).where(steps.c.run == id, steps.c.node == run.node, failed))
    return True


def skip(connection: Connection, id: int, value: Any, by: str, now: float) -> bool:
    """On with `value` in place of what the node would have said, or been answered. Raises WrongAnswer."""
    run = _run(connection, id)
    if run is None or run.status not in STUCK:
        return False
    flow = flow_of(connection, run.definition)
    node = flow.node(run.node)
    said = {"late": False, "payload": answer(value), "by": by} if isinstance(node, Suspend) else answer(value)
    if isinstance(node, Suspend):
        _asks(flow, node.tag, said["payload"])
    for take in taken(flow, node.name):
        try:
            take.of({node.name: said})
        except (KeyError, TypeError, IndexError):
            raise WrongAnswer(f"what comes later takes {take.path}, and this has none") from None
    to = _after(node, said)
    row = {"run": id, "node": node.name, "index": 0, "status": "done", "output": said, "at": now}
    connection.execute(insert(steps).prefix_with("OR REPLACE"), row | {"attempt": run.attempt})
    if isinstance(node, Suspend):
        waited = update(waits).where(waits.c.run == id, waits.c.tag == node.tag, waits.c.status.in_(("open", "early")))
        connection.execute(waited.values(status="resumed", due=None, payload=said["payload"], by=by, at=now))
    _cancel_items(connection, id, now)
    _restart(connection, id, now, to)
    return True


def cancel(connection: Connection, id: int, now: float) -> bool:
    """What is under way comes to its end, and is not kept; nothing after it happens. Its items go with it."""
    over = {"status": "cancelled", "due": None, "ended": now}
    open = update(runs).where(runs.c.id == id, runs.c.status.in_(("ready", "suspended", *STUCK))).values(over)
    under_way = update(runs).where(runs.c.id == id, runs.c.status == "running").values(status="cancelling")
    if not connection.execute(open).rowcount and not connection.execute(under_way).rowcount:
        return False
    asleep = update(waits).where(waits.c.run == id, waits.c.status.in_(("open", "early")))
    connection.execute(asleep.values(status="cancelled", due=None, at=now))
    _cancel_items(connection, id, now)
    store.wake_parent(connection, connection.scalar(select(runs.c.parent).where(runs.c.id == id)), now)
    return True


def hold_lost(connection: Connection, now: float) -> list[tuple[str, str]]:
    """Open runs that need what nobody here can do any more are held: (flow, effects) of each."""
    open = runs.c.status.in_(("ready", "running", "suspended"))
    held = []
    for (hash,) in connection.execute(select(runs.c.definition).where(open).distinct()).all():
        flow = flow_of(connection, hash)
        if lost := ", ".join(lost_effects(flow)):
            why = f"UnknownEffect: {lost}"
            stands = update(runs).where(open, runs.c.definition == hash)
            many = connection.execute(stands.values(status="held", due=None, ended=now, error=why)).rowcount
            held += [(flow.name, lost)] * many
    return held


def _asks(flow: Flow, tag: str, told: Any) -> bool:
    """Whether it ever asks for that. Raises WrongAnswer."""
    if any(isinstance(node, Segment) for node in flow.nodes):
        return True
    asking = [node for node in flow.nodes if isinstance(node, Suspend) and node.tag == tag]
    if asking and asking[0].choices and told not in asking[0].choices:
        raise WrongAnswer(f"the answer is one of {', '.join(asking[0].choices)}")
    return bool(asking)


def _cancel_items(connection: Connection, id: int, now: float) -> None:
    for child in connection.scalars(select(runs.c.id).where(runs.c.parent == id)).all():
        cancel(connection, child, now)


def _restart(connection: Connection, id: int, now: float, node: str = "") -> bool:
    again = {"status": "ready", "due": now, "attempt": 0, "error": "", "ended": None} | ({"node": node} if node else {})
    if node == END:
        again |= {"status": "done", "due": None, "ended": now}
    restarting = update(runs).where(runs.c.id == id, runs.c.status.in_(STUCK)).values(again).returning(runs.c.parent)
    if (restarted := connection.execute(restarting).one_or_none()) and node == END:
        store.wake_parent(connection, restarted.parent, now)
    return restarted is not None


def _run(connection: Connection, id: int) -> Any:
    return connection.execute(select(runs).where(runs.c.id == id)).one_or_none()


def _after(node: Any, said: Any) -> str:
    if isinstance(node, Branch):
        if not isinstance(said, bool):
            raise WrongAnswer("a branch says true or false")
        return node.then if said else node.otherwise
    return str(node.next)
