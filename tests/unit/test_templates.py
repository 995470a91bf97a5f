"""How templates are compiled, and where that is kept."""

import pytest
from jinja2 import Environment

from app.templates import templates


@pytest.fixture
def made():
    return templates.__wrapped__("en-GB")


def test_a_template_that_was_compiled_once_is_not_compiled_again(made, monkeypatch, tmp_path):
    made.bytecode_cache.directory = str(tmp_path)
    made.get_template("errors/bare.html")
    again = templates.__wrapped__("en-GB")
    again.bytecode_cache.directory = str(tmp_path)
    monkeypatch.setattr(Environment, "_generate", None)
    again.get_template("errors/bare.html")


def test_where_nothing_can_be_kept_templates_are_compiled_each_time(made, tmp_path):
    made.bytecode_cache.directory = str(tmp_path / "nowhere")
    assert made.get_template("errors/bare.html")
