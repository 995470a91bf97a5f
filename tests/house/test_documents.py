"""What is written is what there is."""

import re
from pathlib import Path

import click
import pytest

from app.__main__ import main
from app.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def commands(group, path="rose"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize("name", [f"ROSE_{name.upper()}" for name in Settings.model_fields])
def test_every_setting_is_documented(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize(("path", "command"), list(commands(main)))
def test_every_command_and_option_is_documented(path, command):
    (row,) = [line for line in README.splitlines() if re.match(rf"\| `{path}[` ]", line)]
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert not {option.opts[0] for option in options if option.opts[0] not in row} - {"--data", "--help"}
    assert command.help and all(option.help for option in options)


def test_no_other_setting_or_command_is_named():
    assert set(re.findall(r"ROSE_[A-Z_]+", README)) <= {f"ROSE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()
