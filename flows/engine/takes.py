"""What a flow takes of what was said before."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from .graph import Flow, Node, Take


def takes(node: Node) -> list[Take]:
    return list(_found([getattr(node, one.name) for one in fields(node)]))


def taken(flow: Flow, name: str) -> list[Take]:
    """What the flow takes of what this node says."""
    return [take for node in flow.nodes for take in takes(node) if take.path.split(".")[0] == name]


def _found(data: Any) -> Iterator[Take]:
    match data:
        case Take():
            yield data
        case dict():
            yield from _found(list(data.values()))
        case list() | tuple():
            for value in data:
                yield from _found(value)
