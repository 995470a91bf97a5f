"""How a flow is written; whatever could be wrong with it is said when it is built, which is at import."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Literal, Self

from . import effects
from .clocks import hour_of
from .graph import END, TESTS, Branch, Each, Effect, Flow, Node, Segment, Suspend, Take
from .runners import cheapest
from .takes import takes

FOLLOWING = ""
DAY = 24 * 60 * 60
POINTERS = ("next", "then", "otherwise", "late")
RESERVED = {END, FOLLOWING, "input", "item"}


class Broken(Exception):
    """A flow that could not run to its end."""


class flow:
    """`flow("blog.newsletter", on="Create", of="blog.post", In=Published).suspend(…).effect(…).build()`

    Its input is what the fields of `In` name of the activity's object, and `ref`, the number of what was acted upon.
    A node leads to the one written after it unless it says otherwise; the frozen flow names it.
    """

    def __init__(self, name: str, *, In: type, on: str = "", of: str = "", every: str = "") -> None:
        self._about = (name, on, of, tuple(one.name for one in fields(In)))
        self._every = every
        self._nodes: list[Node] = []

    def effect(self, name: str, do: str, /, *, retry: int = 0, next: str = FOLLOWING, **args: Any) -> Self:
        return self._add(Effect(name, do, args, retry, next))

    def branch(self, name: str, on: Take, /, *, then: str = FOLLOWING, otherwise: str = END, **asks: Any) -> Self:
        """`asks` is one of TESTS: `equals="yes"`, `one_of=["yes", "no"]`, `more_than=3`, `is_empty=True`."""
        if len(asks) != 1 or asks.keys() - TESTS:
            raise Broken(f"{name} asks one question of {', '.join(TESTS)}")
        ((test, value),) = asks.items()
        return self._add(Branch(name, on, test, value, then, otherwise))

    def each(
        self,
        name: str,
        over: Take,
        do: str | Flow,
        /,
        *,
        retry: int = 0,
        on_error: Literal["stop", "collect"] = "stop",
        limit: int = 1,
        next: str = FOLLOWING,
        **args: Any,
    ) -> Self:
        name_of, spec = (do.name, do.spec) if isinstance(do, Flow) else (do, "")
        return self._add(Each(name, over, name_of, args, retry, on_error, next, limit, spec))

    def suspend(
        self,
        name: str,
        /,
        *,
        tag: str,
        seconds: float | Take = 0,
        days: float = 0,
        until: str | Take = "",
        choices: tuple[str, ...] = (),
        mail: Mapping[str, Any] | None = None,
        next: str = FOLLOWING,
        late: str = FOLLOWING,
    ) -> Self:
        """For `seconds` or `days`; or `until` the next such hour of the co-op, `Friday 08:00`, or an instant that was
        said, in seconds since the epoch."""
        return self._add(Suspend(name, tag, seconds or days * DAY, mail, next, late, until, choices))

    def build(self) -> Flow:
        """Raises Broken, UnknownEffect or NoRunner."""
        after = [node.name for node in self._nodes[1:]] + [END]
        nodes = tuple(_led(node, then) for node, then in zip(self._nodes, after, strict=True))
        built = Flow(*self._about, nodes, self._every)
        check(built)
        return built

    def _add(self, node: Node) -> Self:
        self._nodes.append(node)
        return self


def foreign(name: str, *, In: type, needs: Iterable[str], on: str = "", of: str = "") -> Flow:
    """A flow of another engine: it is routed by the needs that it declares, and no runner has to be there yet."""
    return Flow(name, on, of, tuple(one.name for one in fields(In)), (Segment("segment", tuple(sorted(needs))),))


def _led(node: Node, following: str) -> Node:
    leads: dict[str, Any] = {one: following for one in POINTERS if getattr(node, one, None) == FOLLOWING}
    return replace(node, **leads)


def check(built: Flow) -> None:
    """Raises Broken, UnknownEffect or NoRunner."""
    names = [node.name for node in built.nodes]
    tags = [node.tag for node in built.nodes if isinstance(node, Suspend)]
    _refuse("taken or reserved", [name for name in names if names.count(name) > 1 or name in RESERVED or "." in name])
    _refuse("two suspends with one tag", [tag for tag in tags if tags.count(tag) > 1])
    _refuse("leads nowhere", [name for node in built.nodes for name in after(node) if name not in (*names, END)])
    _refuse("sleeps for no time", [node.name for node in built.nodes if isinstance(node, Suspend) and _is_brief(node)])
    _refuse("no such hour", [when for when in _hours(built) if not hour_of(when)])
    _refuse("no such limit", [node.name for node in built.nodes if isinstance(node, Each) and node.limit < 1])
    order = _order(built)
    _refuse("unreachable", [name for name in names if name not in order])
    for node in built.nodes:
        match node:
            case Each() if node.runs:
                _check_child(node)
            case Effect() | Each():
                _check_effect(node)
    _check_takes(built, order)
    cheapest(built.needs())


def after(node: Node) -> tuple[str, ...]:
    return tuple(getattr(node, one) for one in POINTERS if hasattr(node, one))


def _refuse(why: str, wrong: list[str]) -> None:
    if wrong:
        raise Broken(f"{why}: {', '.join(wrong)}")


def _order(built: Flow) -> list[str]:
    """What can be reached from the first node, each after all that lead to it. Raises Broken at a cycle."""
    finished: list[str] = []
    path: list[str] = []

    def visit(name: str) -> None:
        _refuse("a cycle", [*path, name] if name in path else [])
        if name != END and name not in finished:
            path.append(name)
            for following in after(built.node(name)):
                visit(following)
            finished.append(path.pop())

    visit(built.nodes[0].name if built.nodes else END)
    return finished[::-1]


def _is_brief(node: Suspend) -> bool:
    return not node.until and not isinstance(node.seconds, Take) and not node.seconds > 0


def _hours(built: Flow) -> list[str]:
    said = [built.every, *(node.until for node in built.nodes if isinstance(node, Suspend))]
    return [when for when in said if when and not isinstance(when, Take)]


def _check_child(node: Each) -> None:
    child = Flow.load(node.runs)
    _refuse(f"{child.name} does not take", sorted(node.args.keys() - child.takes))
    _refuse(f"{child.name} wants", sorted(set(child.takes) - node.args.keys()))
    _refuse("a flow is not retried, its nodes are", [node.name] * (node.retry > 0))


def _check_effect(node: Effect | Each) -> None:
    performer = effects.known(node.do)
    _refuse(f"{node.do} does not take", sorted(node.args.keys() - performer.takes))
    _refuse(f"{node.do} wants", sorted(performer.wants - node.args.keys()))
    _refuse("reaches outside, so it says how often it is retried", [node.name] * _lacks_retry(performer.kind, node))
    _refuse("cannot be retried", [node.name] * (performer.kind == "once" and node.retry > 0))


def _lacks_retry(kind: effects.Kind, node: Effect | Each) -> bool:
    return kind == "idempotent" and node.retry < 1


def _check_takes(built: Flow, order: list[str]) -> None:
    """Whatever a node takes was certainly said before, whichever way the flow came."""
    before: dict[str, set[str]] = {}
    for name in order:
        came = [before[one] | {one} for one in before if name in after(built.node(one))]
        before[name] = set.intersection(*came) if came else set()
        node = built.node(name)
        known = before[name] | {f"input.{field}" for field in built.takes}
        known |= {"item"} if isinstance(node, Each) else set()
        paths = [take.path for take in takes(node)]
        _refuse(f"{name} takes what nobody said", [path for path in paths if not _said(path, known)])


def _said(path: str, known: set[str]) -> bool:
    root, *rest = path.split(".")
    return (".".join([root, *rest[:1]]) if root == "input" else root) in known
