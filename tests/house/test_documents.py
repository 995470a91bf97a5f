"""What is written is what there is."""

import ast
import re
from pathlib import Path

import click
import pytest

from app.__main__ import main
from app.coops import VARIABLE
from app.settings import VARIABLES
from app.templates import templates
from fragments.steward.mails import KINDS

ROOT = Path(__file__).parents[2]
WRITTEN = {name: (ROOT / name).read_text() for name in ("README.md", "STYLE.md", "CONTRIBUTING.md", "ops/README.md")}
README, OPERATION = (
    WRITTEN["README.md"],
    ("README.md", "ops/README.md", "fly.toml", "ops/rose.service", "ops/Dockerfile"),
)
BLOCKS = [block for text in WRITTEN.values() for block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)]
TYPED = [typed for _, block in BLOCKS for typed in re.findall(r'(?:bin/|")rose ([^"|\n]*(?:"[^"]*"[^"|\n]*)?)', block)]


def commands(group, path="rose"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands(main))


def each(pattern):
    """(document, what it says), of all that match outside the blocks of code."""
    for name, text in WRITTEN.items():
        for found in sorted(set(re.findall(pattern, re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)))):
            yield name, found


@pytest.mark.parametrize("name", list(VARIABLES.values()))
def test_every_setting_is_documented(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize(("path", "command"), list(COMMANDS.items()))
def test_every_command_and_option_is_documented(path, command):
    (row,) = [line for line in README.splitlines() if re.match(rf"\| `{path}[` ]", line)]
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert not {option.opts[0] for option in options if option.opts[0] not in row} - {"--data", "--help"}
    assert command.help and all(option.help for option in options)


@pytest.mark.parametrize("name", OPERATION)
def test_no_other_setting_is_named(name):
    named = set(re.findall(r"ROSE_[A-Z_]+", (ROOT / name).read_text()))
    assert named <= {VARIABLE, *VARIABLES.values()}


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_to_type_is_one_with_options_that_it_has(typed):
    path = next(path for path in COMMANDS if f"rose {typed} ".startswith(f"{path} "))
    options = {name for option in COMMANDS[path].params for name in option.opts}
    assert set(re.findall(r"(?<=\s)--[a-z]+", typed)) <= options


@pytest.mark.parametrize(("document", "command"), list(each(r"`(rose [a-z][a-z -]*)")))
def test_every_command_in_a_sentence_is_one(document, command):
    assert any(command.strip() == path or command.startswith(f"{path} ") for path in COMMANDS)


@pytest.mark.parametrize(("document", "target"), list(each(r"`make ([a-z-]+)")))
def test_every_make_target_exists(document, target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


@pytest.mark.parametrize(("document", "path"), list(each(r"`([a-z-]+/[\w/.-]*)`")))
def test_every_path_in_a_sentence_exists(document, path):
    assert path.startswith("data/") or (ROOT / path).exists()


@pytest.mark.parametrize(("document", "link"), list(each(r"\]\((?!https?:)([^)#]+)")))
def test_every_link_leads_somewhere(document, link):
    assert (ROOT / document).parent.joinpath(link).exists()


@pytest.mark.parametrize("code", [code for language, code in BLOCKS if language == "python"])
def test_what_is_to_be_copied_is_python(code):
    ast.parse(code)


@pytest.mark.parametrize("code", [code for language, code in BLOCKS if language == "html"])
def test_what_is_to_be_copied_is_a_template(code):
    templates("en-GB").from_string(code)


def test_every_mail_has_its_words_and_no_other():
    assert {file.stem for file in (ROOT / "templates/mail").glob("*.txt")} == set(KINDS)


def test_the_image_holds_every_room_that_runs_and_nothing_else():
    packed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    rooms = {"app", "domains", "flows", "fragments", "ops", "static", "templates"}
    assert packed == rooms | {"pyproject.toml", "requirements.txt", "README.md"}
