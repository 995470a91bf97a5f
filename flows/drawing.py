"""A flow as boxes and arrows: in layers from top to bottom, its first way straight down, the others beside it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domains.errors import say

from .engine.builder import after
from .engine.graph import END, KINDS, Branch, Flow, Node, Suspend

WIDTH, HEIGHT, GAP, BESIDE = 212, 52, 44, 24
"""Of a box; between two layers; between two arrows that pass by."""
SIDE, EDGE = 28, 8
"""Between two boxes of one layer; around all of it."""
ROUND = 7
LETTERS = 20
DOWN, LEFT = "l-4-7h8z", "l7-4v8z"
"""The tips of arrows."""


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    label: str
    """The name, as much of it as there is room for."""
    kind: str
    """effect, branch, each, suspend, segment or end."""
    state: str
    x: int
    y: int
    """Of its upper left corner."""


@dataclass(frozen=True, slots=True)
class Arrow:
    source: str
    target: str
    path: str
    """As SVG writes it."""
    tip: str
    word: str
    """Why it goes there; empty where there is only one way."""
    x: int
    y: int
    """Where the word begins."""
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]


def drawn(flow: Flow, states: Mapping[str, str], taken: Collection[tuple[str, str]] = ()) -> Drawing:
    """`states` of all nodes and of the end; `taken`: the arrows that a run has gone along."""
    plan = _Plan.of(flow)
    return Drawing(
        plan.width,
        plan.height,
        [
            Box(name, _label(name), kind_of(flow, name), states[name], plan.left(name), plan.top(name))
            for name in plan.layer
        ],
        [_arrow(plan, *way, is_taken=way[:2] in taken) for way in _ways(flow)],
    )


def kind_of(flow: Flow, name: str) -> str:
    return END if name == END else next(kind for kind, shape in KINDS.items() if isinstance(flow.node(name), shape))


def order(flow: Flow) -> list[str]:
    """Every node after all that lead to it; the end is the last."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name not in found:
            for following in reversed(after(flow.node(name)) if name != END else ()):
                visit(following)
            found.append(name)

    visit(flow.nodes[0].name)
    return found[::-1]


def words_of(node: Node) -> dict[str, str]:
    """What an arrow out of this node is called -> where it leads."""
    match node:
        case Branch():
            return {say("yes"): node.then, say("no"): node.otherwise}
        case Suspend() if node.late != node.next:
            return {say("answered"): node.next, say("too late"): node.late}
    return {"": after(node)[0]}


def _label(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _ways(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """(source, target, word), each pair once."""
    for node in flow.nodes:
        ways: dict[str, str] = {}
        for word, target in words_of(node).items():
            ways.setdefault(target, word)
        for target, word in ways.items():
            yield node.name, target, word if len(ways) > 1 else ""


@dataclass(slots=True)
class _Plan:
    """Where every box stands, and on which side of them the long arrows pass by."""

    layer: dict[str, int] = field(default_factory=dict)
    column: dict[str, int] = field(default_factory=dict)
    lanes: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of each arrow that passes by: the number of its lane, from the boxes outwards."""

    @classmethod
    def of(cls, flow: Flow) -> "_Plan":
        plan, names = cls(), order(flow)
        for name in names:
            before = [node.name for node in flow.nodes if name in after(node)]
            plan.layer[name] = max((plan.layer[one] + 1 for one in before), default=0)
        for name in names:
            plan.column.setdefault(name, 0)
            for following in dict.fromkeys(after(flow.node(name)) if name != END else ()):
                if following not in plan.column:
                    plan.column[following] = plan._free(following, plan.column[name])
        for source, target, _ in sorted(_ways(flow), key=lambda way: plan.layer[way[1]] - plan.layer[way[0]]):
            if not plan.is_near(source, target):
                plan.lanes[source, target] = plan._lane(source, target)
        return plan

    @property
    def width(self) -> int:
        return 2 * EDGE + self._boxes + (BESIDE * (max(self.lanes.values()) + 1) + 2 if self.lanes else 0)

    @property
    def height(self) -> int:
        return 2 * EDGE + (max(self.layer.values()) + 1) * (HEIGHT + GAP) - GAP

    def left(self, name: str) -> int:
        return EDGE + self.column[name] * (WIDTH + SIDE)

    def top(self, name: str) -> int:
        return EDGE + self.layer[name] * (HEIGHT + GAP)

    def aside(self, source: str, target: str) -> int:
        """Where its arrow goes down, right of all boxes."""
        return EDGE + self._boxes + BESIDE * (self.lanes[source, target] + 1)

    def is_near(self, source: str, target: str) -> bool:
        """Whether nothing stands between them."""
        if self.layer[target] == self.layer[source] + 1:
            return True
        return self.column[source] == self.column[target] and not any(
            self.column[one] == self.column[source] and self.layer[source] < self.layer[one] < self.layer[target]
            for one in self.layer
        )

    @property
    def _boxes(self) -> int:
        return (max(self.column.values()) + 1) * (WIDTH + SIDE) - SIDE

    def _free(self, name: str, wanted: int) -> int:
        """The nearest column, from the wanted one to the right, where its layer has nobody yet."""
        taken = {self.column[one] for one in self.column if self.layer[one] == self.layer[name]}
        return next(column for column in range(wanted, wanted + len(taken) + 1) if column not in taken)

    def _lane(self, source: str, target: str) -> int:
        """The innermost that no other arrow is in on the way."""
        top, bottom = self.layer[source], self.layer[target]
        taken = {
            lane
            for (one, other), lane in self.lanes.items()
            if self.layer[one] < bottom + 1 and top < self.layer[other] + 1
        }
        return next(lane for lane in range(len(taken) + 1) if lane not in taken)


def _arrow(plan: _Plan, source: str, target: str, word: str, *, is_taken: bool) -> Arrow:
    middle, over = plan.left(source) + WIDTH // 2, plan.left(target) + WIDTH // 2
    start, end = plan.top(source) + HEIGHT, plan.top(target)
    if not plan.is_near(source, target):
        x, y, to = plan.left(source) + WIDTH, plan.top(source) + HEIGHT // 2, plan.left(target) + WIDTH
        path, tip = _around(x, y, plan.aside(source, target), to, end + HEIGHT // 2), f"M{to} {end + HEIGHT // 2}{LEFT}"
        return Arrow(source, target, path, tip, word, x + 6, y - 6, is_taken)
    path = f"M{middle} {start}V{end}" if over == middle else _down_and_over(middle, start, over, end)
    y = start + GAP // 2 + 2 if over == middle else end - 6
    return Arrow(source, target, path, f"M{over} {end}{DOWN}", word, over + 8, y, is_taken)


def _around(x: int, y: int, aside: int, to: int, end: int) -> str:
    """Out to the right, down, and back in."""
    turn = f"Q{aside} {y} {aside} {y + ROUND}V{end - ROUND}Q{aside} {end} {aside - ROUND} {end}"
    return f"M{x} {y}H{aside - ROUND}{turn}H{to}"


def _down_and_over(x: int, y: int, to: int, end: int) -> str:
    turn, step = y + (end - y) // 2, ROUND if to > x else -ROUND
    over = f"Q{x} {turn} {x + step} {turn}H{to - step}Q{to} {turn} {to} {turn + ROUND}"
    return f"M{x} {y}V{turn - ROUND}{over}V{end}"
