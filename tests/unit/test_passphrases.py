"""How a passphrase is asked for: at a terminal, out of a file or the environment, and never as an argument."""

import sys
from unittest.mock import Mock

import click
import pytest

from app import coops
from app.trouble import Trouble

WORDS = "twelve leeks and a bough"


@pytest.fixture
def prompt(monkeypatch):
    monkeypatch.delenv(coops.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "stdin", Mock(isatty=lambda: True))
    prompt = Mock(return_value=WORDS)
    monkeypatch.setattr(click, "prompt", prompt)
    return prompt


def test_whoever_seals_types_it_twice_and_whoever_opens_once_and_nobody_sees_it(prompt):
    for twice in True, False:
        assert coops._passphrase(True, None, twice=twice) == WORDS
        assert prompt.call_args.kwargs["hide_input"] and prompt.call_args.kwargs["confirmation_prompt"] is twice


def test_where_none_is_wanted_none_is_asked_for(prompt):
    assert coops._passphrase(False, None, twice=True) == "" and not prompt.called


def test_a_file_goes_before_the_environment_and_both_before_the_terminal(prompt, monkeypatch, tmp_path):
    (tmp_path / "words").write_text("in the file\n")
    monkeypatch.setenv(coops.VARIABLE, "in the environment")
    assert coops._passphrase(True, tmp_path / "words", twice=True) == "in the file"
    assert coops._passphrase(True, None, twice=True) == "in the environment" and not prompt.called


def test_without_a_terminal_there_is_one_sentence(prompt, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Mock(isatty=lambda: False))
    with pytest.raises(Trouble, match=coops.VARIABLE):
        coops._passphrase(True, None, twice=True)


@pytest.mark.parametrize("name", ["export", "bring", "remove"])
def test_no_command_takes_it_as_an_argument(name):
    options = {option.name: option for option in getattr(coops, name).params}
    assert options["asks"].is_flag and options["from_file"].opts == ["--passphrase-file"]
