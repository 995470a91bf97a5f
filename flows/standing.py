"""How each node of a run stands, in a word and a shape; and which ways the run has gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from domains.errors import say

from .engine.builder import after
from .engine.graph import END, Branch, Flow, Node, Suspend

DONE, NOW, WAITING, FAILED = "done", "running", "suspended", "failed"
SKIPPED, AHEAD, PASSED_BY, CANCELLED = "passed", "waiting", "skipped", "stopped"
WORDS = {
    DONE: say("Done"),
    NOW: say("Now"),
    WAITING: say("Waiting"),
    FAILED: say("Failed"),
    SKIPPED: say("Skipped by hand"),
    AHEAD: say("Ahead"),
    PASSED_BY: say("Not taken"),
    CANCELLED: say("Cancelled here"),
}
"""State of a node -> its word; its shape in `shapes.svg` and its colour go by the state itself."""
NAMES = {
    NOW: "now",
    WAITING: "waiting",
    SKIPPED: "skipped",
    AHEAD: "ahead",
    PASSED_BY: "not taken",
    CANCELLED: "cancelled",
}
"""What scripts are told instead of the look's own name of a state."""
RUNS = {
    "ready": (NOW, say("Ready")),
    "running": (NOW, say("Under way")),
    "suspended": (WAITING, say("Waiting")),
    "done": (DONE, say("Done")),
    "dead": (FAILED, say("Failed")),
    "held": (FAILED, say("Held")),
    "cancelling": (CANCELLED, say("Being cancelled")),
    "cancelled": (CANCELLED, say("Cancelled")),
}
"""Status of a run -> the state that it is shown in, and its word."""
STANDS = {"suspended": WAITING, "dead": FAILED, "held": FAILED, "cancelling": CANCELLED, "cancelled": CANCELLED}
"""What a run's status makes of the node that it stands at."""


@dataclass(frozen=True, slots=True)
class Stood:
    """What is known of one run: where it is, and what its nodes said."""

    node: str
    status: str
    said: Mapping[str, Any]
    """Node -> its output, of all that are behind."""
    skipped: Collection[str] = ()


def standing(flow: Flow, stood: Stood) -> dict[str, str]:
    """Node -> its state; the end is a node too."""
    ahead = set() if stood.status in ("done", "cancelled") else _ahead(flow, stood.node)
    states = {node.name: _of(node.name, stood, ahead) for node in flow.nodes}
    return states | {END: DONE if stood.status == "done" else AHEAD if END in ahead else PASSED_BY}


def taken(flow: Flow, stood: Stood) -> set[tuple[str, str]]:
    """Every arrow that the run has gone along."""
    return {(node.name, _way(node, stood.said[node.name])) for node in flow.nodes if node.name in stood.said}


def choices(flow: Flow, question: Suspend) -> dict[str, str]:
    """What may be answered -> the node at which it goes on then, past the branches that look at nothing else."""
    return {choice: _led_to(flow, question, choice) for choice in question.choices}


def _led_to(flow: Flow, question: Suspend, choice: str) -> str:
    name, told = question.next, {question.name: {"payload": choice}}
    while name != END and isinstance(node := flow.node(name), Branch):
        if (node.on.path, node.test) != (f"{question.name}.payload", "equals"):
            break
        name = node.then if node.decide(told) else node.otherwise
    return name


def _of(name: str, stood: Stood, ahead: Collection[str]) -> str:
    if name in stood.said:
        return SKIPPED if name in stood.skipped else DONE
    if name == stood.node:
        return STANDS.get(stood.status, NOW)
    return AHEAD if name in ahead else PASSED_BY


def _ahead(flow: Flow, name: str) -> set[str]:
    """All that can still come after this node."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (node := waiting.pop()) != END:
            fresh = [way for way in after(flow.node(node)) if way not in found]
            found.update(fresh)
            waiting += fresh
    return found


def _way(node: Node, said: Any) -> str:
    match node:
        case Branch():
            return node.then if said is True else node.otherwise
        case Suspend() if isinstance(said, Mapping) and said.get("late"):
            return node.late
    return str(getattr(node, "next", END))
