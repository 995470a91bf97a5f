"""A run in words: all that its drawing shows, and what each node took and said; for people, and for scripts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domains.activities import Activity

from . import drawing, layout, viewer
from .engine.graph import END, Each, Effect, Flow, Suspend
from .engine.models import Delivery, Run, Step, Wait
from .redaction import redacted, text
from .standing import NAMES, standing


@dataclass(frozen=True, slots=True)
class Row:
    """A node, as a run has met it."""

    name: str
    kind: str
    """As in the drawing."""
    state: str
    does: str
    """The effect, the flow or the tag that it names."""
    attempts: int
    at: float | None
    """When it was kept."""
    output: Any
    """Redacted; an empty tuple while it has said nothing."""
    items: viewer.Items | None


def rows(told: viewer.Told) -> list[Row]:
    """Of all nodes, each after those that lead to it; none where the definition is gone."""
    if not told.flow:
        return []
    states = standing(told.flow, told.stood)
    steps = {step.node: step for step in told.steps if step.index == 0}
    return [_row(told, told.flow, name, states[name], steps.get(name)) for name in layout.order(told.flow)]


def _row(told: viewer.Told, flow: Flow, name: str, state: str, step: Step | None) -> Row:
    here = told.run.attempt if name == told.run.node and name != END else 0
    said = step is not None and step.status != "begun"
    return Row(
        name=name,
        kind=drawing.kind_of(flow, name),
        state=state,
        does=_does(flow, name),
        attempts=step.attempt if said and step else here,
        at=step.at if said and step else told.run.ended if name == END and told.run.status == "done" else None,
        output=redacted(step.output) if said and step else (),
        items=told.items.get(name),
    )


def _does(flow: Flow, name: str) -> str:
    match flow.node(name) if name != END else None:
        case Effect(do=do) | Each(do=do):
            return do
        case Suspend(tag=tag):
            return tag
    return ""


def line(run: Run, title: str) -> dict[str, Any]:
    """What stands in a list of runs, as JSON says it; a tick has its hour for a title."""
    return {
        "id": run.id,
        "flow": run.name,
        "title": title or moment(viewer.tick(run)) or "",
        "status": run.status,
        "node": run.node,
        "began": moment(run.began),
        "ended": moment(run.ended),
        "due": moment(run.due),
        "error": text(run.error),
    }


def whole(told: viewer.Told) -> dict[str, Any]:
    """All of one run, as JSON says it."""
    run = told.run
    return line(run, told.title) | {
        "key": run.key,
        "attempt": run.attempt,
        "because": run.because,
        "parent": run.parent,
        "input": redacted(run.input),
        "nodes": [_node(row) for row in rows(told)],
        "waits": [_wait(wait) for wait in told.waits],
        "mails": [_mail(mail) for mail in told.mails],
        "activities": [_deed(deed) for deed in told.deeds],
        "steered": [_deed(deed) | {"actor": deed.actor, "object": redacted(deed.object)} for deed in told.steered],
        "children": [line(child, viewer.title(child, viewer.EMPTY)) for child in told.children],
    }


def moment(at: float | datetime | None) -> str | None:
    """RFC 3339, in UTC, to the second."""
    at = datetime.fromtimestamp(at, UTC) if isinstance(at, float | int) else at
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _node(row: Row) -> dict[str, Any]:
    said = {} if row.output == () else {"output": row.output}
    items = {"items": row.items.count} if row.items else {}
    known = {
        "name": row.name,
        "kind": row.kind,
        "does": row.does,
        "state": NAMES.get(row.state, row.state),
        "attempts": row.attempts,
    }
    return known | {"at": moment(row.at)} | items | said


def _wait(wait: Wait) -> dict[str, Any]:
    told = {"tag": wait.tag, "status": wait.status, "due": moment(wait.due), "by": wait.by, "at": moment(wait.at)}
    return told | {"payload": redacted(wait.payload)}


def _mail(mail: Delivery) -> dict[str, Any]:
    return {"to": mail.to, "status": mail.status, "payload": redacted(mail.payload), "error": text(mail.error)}


def _deed(deed: Activity) -> dict[str, Any]:
    return {"type": deed.type, "kind": deed.kind, "ref": deed.ref, "cid": deed.cid, "at": moment(deed.published)}
