"""What the ledger is told by any room, it tells in words."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

from app.templates import templates

ROOT = Path(__file__).parents[2]
DEEDS = {"flow.run", "flow.delivery"}
"""What these did is in their object."""


def recorded():
    """(type, kind), of each module that records anything: as it says both, or else each type that it names."""
    found = set()
    for file in (file for room in ("domains", "flows", "fragments") for file in (ROOT / room).rglob("*.py")):
        tree = ast.parse(file.read_text())
        kinds = {"blog.post"} if any(_is_keeping(node) for node in ast.walk(tree)) else set()
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) == "Activity"):
            said = {each.arg: getattr(each.value, "value", None) for each in call.keywords}
            if isinstance(said["type"], str):
                found.add((said["type"], said["kind"]))
            else:
                kinds.add(said["kind"])
        found |= {(type, kind) for type in _types(tree) for kind in kinds}
    return {(type, kind) for type, kind in found if kind not in DEEDS}


def _is_keeping(node):
    return isinstance(node, ast.ImportFrom) and (node.module or "").endswith("keeping")


def _name(call):
    return getattr(call.func, "id", "")


def _types(tree):
    """Every text of one word with a capital, but for what people read."""
    read = {
        id(word) for call in ast.walk(tree) if isinstance(call, ast.Call) and _name(call) == "say" for word in call.args
    }
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text.value for text in texts if id(text) not in read and re.fullmatch("[A-Z][a-z]+", text.value)}


def test_all_that_is_recorded_has_its_verb():
    deed = templates("en-GB").get_template("steward/deed.html").module.deed
    assert len(recorded()) > 30
    for type, kind in recorded():
        told = str(deed(SimpleNamespace(type=type, kind=kind, ref=7, object={"name": "Leeks"})))
        assert kind not in told, f"{type} {kind} has no words"
