"""What was typed, as every command reads it."""

from datetime import date, time

import pytest

from domains.check import Check
from domains.errors import Invalid
from domains.values import minor_units, slug_of


def asked(question, *about, **more):
    """The clean value, or the sentence that refuses it."""
    check = Check()
    value = getattr(check, question)("field", *about, **more)
    return check.wrong.get("field", value)


def test_a_number_is_refused_with_the_one_that_would_do():
    assert asked("whole", "7", most=6) == "Say 6 at most." and asked("whole", "0", least=1) == "Say 1 at least."


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        ("line", "  Leeks ", "Leeks"),
        ("line", "ليس 🥬 Пастернак", "ليس 🥬 Пастернак"),
        ("text", "one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("whole", "12", 12),
        ("whole", "", None),
        ("day", "2026-12-24", date(2026, 12, 24)),
        ("time", "18:30", time(18, 30)),
        ("address", " Maud@Example.ORG ", "maud@example.org"),
        ("address", "maud.e+co-op@bücher.example", "maud.e+co-op@bücher.example"),
        ("slug", "spring-fair", "spring-fair"),
        ("web_address", "https://oak.example", "https://oak.example"),
    ],
)
def test_what_is_in_order_comes_out_clean(question, typed, value):
    assert asked(question, typed) == value


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("line", "a\x00b"),
        ("line", "two\nlines"),
        ("line", "x" * 201),
        ("line", "\ud800"),
        ("text", "x" * 200_001),
        ("whole", "-1"),
        ("whole", "1e3"),
        ("whole", "٣"),
        ("whole", "9" * 30),
        ("day", "0000-01-01"),
        ("day", "9999-12-31"),
        ("day", "2026-02-30"),
        ("day", "yesterday"),
        ("time", "24:00"),
        ("time", "6 pm"),
        ("address", "maud@"),
        ("address", "a..b@example.org"),
        ("address", "a,b@example.org"),
        ("address", "é@example.org"),
        ("address", f"maud@{'x' * 70}.org"),
        ("address", "a b@example.org"),
        ("slug", "Spring Fair"),
        ("web_address", "javascript:alert(1)"),
        ("web_address", "https://[::"),
    ],
)
def test_what_is_not_in_order_is_answered_with_a_sentence(question, typed):
    said = asked(question, typed)
    assert isinstance(said, str) and said.endswith(".")


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("2.40", 240),
        ("2,4", 240),
        ("0", 0),
        (".5", 50),
        ("12", 1200),
        ("", None),
        ("£6.50", 650),
        (" £ 6,50", 650),
        ("6.50 GBP", 650),
        ("1\u00a0200,50 £", 120050),
    ],
)
def test_money_is_read_into_minor_units(typed, minor):
    assert asked("money", typed, "GBP") == minor


@pytest.mark.parametrize(
    "typed", ["-1", "2.405", "1e9", "NaN", "Infinity", "€2", "££2", "£", "2 EUR", "9" * 13, "10000001", "٢"]
)
def test_what_is_no_sum_is_refused(typed):
    assert isinstance(asked("money", typed, "GBP"), str)


def test_yen_have_no_decimals():
    assert asked("money", "12 kr", "SEK") == 1200 and asked("money", "€2", "EUR") == 200
    assert asked("money", "240", "JPY") == 240 and isinstance(asked("money", "2.4", "JPY"), str)
    with pytest.raises(ValueError):
        minor_units(__import__("decimal").Decimal("0.5"), "JPY")


def test_every_field_is_told_of_at_once_and_nothing_is_raised_before():
    check = Check()
    check.line("title", "", "Give it a title.")
    check.day("day", "", "Say when.")
    with pytest.raises(Invalid) as refused:
        check.done()
    assert refused.value.fields == {"title": "Give it a title.", "day": "Say when."}


@pytest.mark.parametrize(("title", "slug"), [("Über die Brücke!", "uber-die-brucke"), ("🥬", ""), ("a" * 90, "a" * 60)])
def test_a_slug_is_made_of_a_title(title, slug):
    assert slug_of(title) == slug


@pytest.mark.parametrize("typed", ["Mei\u202enil", "\u2066Mei", "Mei\u2069"])
def test_nobody_turns_the_words_of_others_around(typed):
    check = Check()
    assert check.line("name", typed) == "" and "cannot be seen" in check.wrong["name"]


@pytest.mark.parametrize("typed", ["\u200b", " \u200b\ufeff ", "\u2060"])
def test_a_name_that_nobody_can_see_is_none(typed):
    check = Check()
    assert check.line("name", typed, "Say it.") == "" and check.wrong == {"name": "Say it."}
