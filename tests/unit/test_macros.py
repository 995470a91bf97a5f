"""The parts that every page is made of."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.templates import icon_paths

TEMPLATES = Path(__file__).parents[2] / "templates"
STATIC = TEMPLATES.parent / "static"
ICON = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']""")


@pytest.fixture(scope="module")
def render():
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_null_translations(newstyle=True)
    env.globals |= {"static": "/static/{}".format, "icon_paths": icon_paths}
    env.filters["said"] = str
    env.filters["date"] = lambda day, shape: {"EEE": "Sat", "d": day.day, "MMM": "Nov"}[shape]

    def macro(call, **context):
        return env.from_string(f'{{% import "macros.html" as m %}}{{{{ m.{call} }}}}').render(context)

    return macro


def form(typed=None, wrong=None, **more):
    typed = typed or {}
    return SimpleNamespace(
        text=lambda name: typed.get(name, ""),
        texts=lambda name: typed.get(name, []),
        wrong=wrong or {},
        **more,
    )


def test_a_field_ties_its_label_hint_and_error_to_the_control(render):
    html = render('field(form, "day", "When", hint="A day")', form=form(wrong={"day": "Choose a day"}))
    assert '<label for="day">When</label>' in html
    assert '<p class="hint" id="day-hint">A day</p>' in html
    assert re.search(r'<p class="error" id="day-error">.* Choose a day</p>', html)
    assert 'id="day" name="day" aria-invalid="true" aria-describedby="day-hint day-error"' in html
    assert html.index("<label") < html.index("hint") < html.index("error") < html.index("<input")


def test_a_field_that_is_right_says_nothing_about_errors(render):
    html = render('field(form, "day", "When")', form=form({"day": "2026-11-28"}))
    assert "aria-" not in html
    assert 'value="2026-11-28"' in html


def test_a_field_passes_attributes_on_and_leaves_out_those_that_are_off(render):
    html = render('field(form, "day", "When", required=True, disabled=False, hx_get="/x")', form=form())
    assert ' required hx-get="/x">' in html
    assert "disabled" not in html


def test_two_forms_on_a_page_do_not_share_ids(render):
    html = render('field(form, "day", "When", hint="A day")', form=form(wrong={"day": "Choose"}, id="late"))
    assert set(re.findall(r' (?:id|for)="([^"]+)"', html)) == {"late-day", "late-day-hint", "late-day-error"}
    assert 'name="day"' in html


@pytest.mark.parametrize(
    "call",
    [
        'field(form, "said", "What")',
        'area(form, "said", "What")',
        'hidden(form, "said")',
        'notice("bad", form.text("said"))',
        'told("bad", form.text("said"))',
        "refused(form)",
        'field(form, "what", "What", hint=form.text("said"), placeholder=form.text("said"))',
        'choices(form, "what", "What", [(form.text("said"), form.text("said"))])',
        'select(form, "what", form.text("said"), [(form.text("said"), form.text("said"))])',
        'crumbs([(form.text("said"), form.text("said"))])',
    ],
)
def test_nothing_that_was_typed_comes_back_as_markup(render, call):
    evil = "\"><script>alert('100%')</script></textarea><script>"
    html = render(call, form=form({"said": evil}, {"what": evil}))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_password_is_never_given_back(render):
    assert "hunter2" not in render('field(form, "p", "Password", type="password")', form=form({"p": "hunter2"}))


def test_an_area_keeps_the_first_empty_line(render):
    assert ">\n\nTwo" in render('area(form, "note", "Note")', form=form({"note": "\nTwo"}))


def test_choices_remember_what_was_chosen_and_say_what_is_wrong(render):
    options = [("card", "Card"), ("cash", "Cash", "When you collect")]
    one = render('choices(form, "pay", "Pay", options)', form=form({"pay": "cash"}, {"pay": "Choose"}), options=options)
    assert re.search('value="cash" checked', one)
    assert one.count(" checked") == 1
    assert '<fieldset class="field" role="radiogroup" aria-invalid="true" aria-describedby="pay-error">' in one
    assert "<small>When you collect</small>" in one
    both = form({"pay": ["card", "cash"]})
    many = render('choices(form, "pay", "Pay", options, multiple=True)', form=both, options=options)
    assert many.count(" checked") == 2


def test_a_refused_form_counts_and_links_what_is_to_be_put_right(render):
    one = render("refused(form)", form=form(wrong={"day": "Choose a day"}))
    assert 'role="alert"' in one
    assert "One thing to put right" in one
    assert '<a href="#day">Choose a day</a>' in one
    two = render("refused(form)", form=form(wrong={"day": "Choose a day", "": "We are full"}, id="late"))
    assert "2 things to put right" in two
    assert '<a href="#late-day">' in two
    assert "<li>We are full</li>" in two


def test_a_form_that_was_not_refused_shows_no_notice(render):
    assert render("refused(form)", form=form()).strip() == ""


def test_the_links_of_a_refused_form_lead_to_its_controls(render):
    wrong = form(wrong=dict.fromkeys(("a", "b", "c", "d", "e"), "No"), id="f")
    html = "".join(
        render(call, form=wrong)
        for call in (
            'field(form, "a", "A")',
            'area(form, "b", "B")',
            'select(form, "c", "C", [])',
            'choices(form, "d", "D", [("1", "One")])',
            'check(form, "e", "E")',
        )
    )
    for link in re.findall(r'href="#([^"]+)"', render("refused(form)", form=wrong)):
        assert re.search(rf'<(input|textarea|select)[^>]* id="{link}"', html)


def test_a_day_can_be_read_by_eyes_ears_and_machines(render):
    html = render("day(date)", date=date(2026, 11, 28))
    assert html == '<time class="day" datetime="2026-11-28">Sat <b>28</b> Nov</time>'


def test_a_pager_leaves_gaps_and_marks_this_page(render):
    html = render('pager("Pages", 5, 12, "/goods?page={page}")')
    assert re.findall(r">(\d+|…)<", html) == ["1", "…", "3", "4", "5", "6", "7", "…", "12"]
    assert '<a href="/goods?page=5" aria-current="page">' in html
    assert 'href="/goods?page=6" rel="next"' in html
    assert "<nav" not in render('pager("Pages", 1, 1, "/goods?page={page}")')


def test_an_icon_is_drawn_in_the_page_and_hidden_from_ears(render):
    html = render('icon("search")')
    assert html.startswith('<svg class="icon"')
    assert "<circle" in html
    assert 'aria-hidden="true"' in html


def test_an_icon_that_is_not_there_is_an_error(render):
    with pytest.raises(FileNotFoundError):
        render('icon("rocket")')


def test_every_icon_that_a_template_names_is_there():
    names = {name for page in TEMPLATES.rglob("*.html") for name in ICON.findall(page.read_text())}
    names |= {"circle-check", "triangle-alert", "circle-alert", "info"}  # what notice() chooses from
    assert {name for name in names if not (TEMPLATES / "icons" / f"{name}.svg").exists()} == set()


def test_a_linocut_is_named_or_hidden_and_its_file_is_there(render):
    assert 'role="img" aria-label="Three leeks"' in render('art("leeks", "Three leeks")')
    assert 'aria-hidden="true"' in render('art("leeks")')
    for box in re.findall(r'"([a-z-]+)": "0 0', (TEMPLATES / "macros.html").read_text()):
        assert (STATIC / "art" / f"{box}.svg").exists()
