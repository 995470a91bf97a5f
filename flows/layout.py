"""Where the boxes of a flow stand: in layers from top to bottom, its first way straight down, the others beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domains.errors import say

from .engine.builder import after
from .engine.graph import END, Branch, Flow, Node, Suspend

WIDTH, HEIGHT, GAP, BESIDE = 212, 52, 44, 24
"""Of a box; between two layers; between two arrows that pass by."""
SIDE, EDGE = 40, 8
"""Between two boxes of one layer; around all of it."""


def order(flow: Flow) -> list[str]:
    """Every node after all that lead to it; the end is the last."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name not in found:
            for following in reversed(following_of(flow, name)):
                visit(following)
            found.append(name)

    visit(flow.nodes[0].name)
    return found[::-1]


def following_of(flow: Flow, name: str) -> tuple[str, ...]:
    return after(flow.node(name)) if name != END else ()


def words_of(node: Node) -> dict[str, str]:
    """What an arrow out of this node is called -> where it leads."""
    match node:
        case Branch():
            return {say("yes"): node.then, say("no"): node.otherwise}
        case Suspend() if node.late != node.next:
            return {say("answered"): node.next, say("too late"): node.late}
    return {"": after(node)[0]}


def ways(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """(source, target, word), each pair once."""
    for node in flow.nodes:
        found: dict[str, str] = {}
        for word, target in words_of(node).items():
            found.setdefault(target, word)
        for target, word in found.items():
            yield node.name, target, word if len(found) > 1 else ""


@dataclass(slots=True)
class Plan:
    """Every box in its layer and column; and in which lane an arrow passes by what it cannot go through."""

    layer: dict[str, int] = field(default_factory=dict)
    column: dict[str, int] = field(default_factory=dict)
    lanes: dict[tuple[str, str], int] = field(default_factory=dict)
    """From the boxes outwards."""

    @classmethod
    def of(cls, flow: Flow) -> "Plan":
        plan = cls()
        for name in order(flow):
            before = [node.name for node in flow.nodes if name in after(node)]
            plan.layer[name] = max((plan.layer[one] + 1 for one in before), default=0)
        plan._stand(flow, flow.nodes[0].name, 0)
        for source, target, _ in sorted(ways(flow), key=lambda way: plan.layer[way[1]] - plan.layer[way[0]]):
            if not plan.goes_down(source, target) and not plan.drops(source, target):
                plan.lanes[source, target] = plan._lane(source, target)
        return plan

    @property
    def width(self) -> int:
        boxes = EDGE + (max(self.column.values()) + 1) * (WIDTH + SIDE) - SIDE
        return max([boxes, *(self.aside(*way) for way in self.lanes)]) + EDGE

    @property
    def height(self) -> int:
        return 2 * EDGE + (max(self.layer.values()) + 1) * (HEIGHT + GAP) - GAP

    def left(self, name: str) -> int:
        return EDGE + self.column[name] * (WIDTH + SIDE)

    def top(self, name: str) -> int:
        return EDGE + self.layer[name] * (HEIGHT + GAP)

    def aside(self, source: str, target: str) -> int:
        """Where its arrow goes down: right of all boxes on the way."""
        way = range(self.layer[source], self.layer[target] + 1)
        column = max(self.column[name] for name in self.layer if self.layer[name] in way)
        return EDGE + column * (WIDTH + SIDE) + WIDTH + BESIDE * (self.lanes[source, target] + 1)

    def goes_down(self, source: str, target: str) -> bool:
        """From its foot to the other's head, with nothing between them."""
        if self.layer[target] == self.layer[source] + 1:
            return True
        way = range(self.layer[source] + 1, self.layer[target])
        return self.column[source] == self.column[target] and self._is_free(self.column[source], way)

    def drops(self, source: str, target: str) -> bool:
        """From its foot down, and into the other's side."""
        way = range(self.layer[source] + 1, self.layer[target] + 1)
        beside = range(self.column[target] + 1, self.column[source])
        return (
            self.column[target] < self.column[source]
            and self._is_free(self.column[source], way)
            and all(self._is_free(column, (self.layer[target],)) for column in beside)
        )

    def _stand(self, flow: Flow, name: str, column: int) -> None:
        """In the column, or right of it where somebody stands further down; what follows it next goes below it."""
        self.column[name] = column
        for following in sorted(following_of(flow, name), key=self.layer.__getitem__):
            if following not in self.column:
                self._stand(flow, following, self._nearest(column, self.layer[following]))

    def _nearest(self, wanted: int, layer: int) -> int:
        taken = {self.column[name] for name in self.column if self.layer[name] >= layer}
        return next(column for column in range(wanted, wanted + len(taken) + 1) if column not in taken)

    def _is_free(self, column: int, layers: Iterable[int]) -> bool:
        return not any(self.column[name] == column and self.layer[name] in layers for name in self.column)

    def _lane(self, source: str, target: str) -> int:
        """The innermost that no other arrow is in on the way."""
        top, bottom = self.layer[source], self.layer[target]
        taken = {
            lane for (one, other), lane in self.lanes.items() if self.layer[one] <= bottom and top <= self.layer[other]
        }
        return next(lane for lane in range(len(taken) + 1) if lane not in taken)
