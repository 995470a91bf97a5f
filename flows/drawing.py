"""A flow as boxes and arrows, as SVG writes them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .engine.graph import END, KINDS, Flow
from .layout import GAP, HEIGHT, WIDTH, Plan, ways

LETTERS = 18
ROUND = 7
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
    plan = Plan.of(flow)
    boxes = [
        Box(name, _label(name), kind_of(flow, name), states[name], plan.left(name), plan.top(name))
        for name in plan.layer
    ]
    arrows = [_arrow(plan, *way, is_taken=way[:2] in taken) for way in ways(flow)]
    return Drawing(plan.width, plan.height, boxes, arrows)


def kind_of(flow: Flow, name: str) -> str:
    return END if name == END else next(kind for kind, shape in KINDS.items() if isinstance(flow.node(name), shape))


def _label(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _arrow(plan: Plan, source: str, target: str, word: str, *, is_taken: bool) -> Arrow:
    foot, head = plan.left(source) + WIDTH // 2, plan.left(target) + WIDTH // 2
    start, end = plan.top(source) + HEIGHT, plan.top(target)
    if plan.goes_down(source, target):
        path, tip = _down(foot, start, head, end), f"M{head} {end}{DOWN}"
        return Arrow(source, target, path, tip, word, head + 8, end - 8 if head != foot else start + 36, is_taken)
    right, middle = plan.left(target) + WIDTH, end + HEIGHT // 2
    tip = f"M{right} {middle}{LEFT}"
    if plan.drops(source, target):
        path = f"M{foot} {start}V{middle - ROUND}Q{foot} {middle} {foot - ROUND} {middle}H{right}"
        return Arrow(source, target, path, tip, word, foot + 8, start + 36, is_taken)
    x, y, aside = plan.left(source) + WIDTH, plan.top(source) + HEIGHT // 2, plan.aside(source, target)
    return Arrow(source, target, _around(x, y, aside, right, middle), tip, word, x + 6, y - 6, is_taken)


def _down(x: int, y: int, to: int, end: int) -> str:
    """Straight, or over to another column just above the other's head; words stand below the turn."""
    if x == to:
        return f"M{x} {y}V{end}"
    turn, step = end - GAP + GAP // 3, ROUND if to > x else -ROUND
    over = f"Q{x} {turn} {x + step} {turn}H{to - step}Q{to} {turn} {to} {turn + ROUND}"
    return f"M{x} {y}V{turn - ROUND}{over}V{end}"


def _around(x: int, y: int, aside: int, to: int, end: int) -> str:
    """Out to the right, down, and back in."""
    turn = f"Q{aside} {y} {aside} {y + ROUND}V{end - ROUND}Q{aside} {end} {aside - ROUND} {end}"
    return f"M{x} {y}H{aside - ROUND}{turn}H{to}"
