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


def test_a_sentence_without_gaps_is_said_when_it_is_compiled(made, monkeypatch):
    made.said = {"Bread & jam": "Brot & Marmelade <100%%>", "%(many)s left": "%(many)s left"}.get
    page = made.from_string('{{ _("Bread & jam") }}, {{ _("%(many)s left", many=bread) }}')
    made.globals["_"] = None
    monkeypatch.setitem(page.globals, "_", lambda sentence, **gaps: sentence % gaps)
    assert page.render(bread="<2>") == "Brot & Marmelade <100%>, &lt;2&gt; left"
