import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from domains import account, events
from domains.activities import Activity
from tests.http.conftest import PARTIAL

LONDON = ZoneInfo("Europe/London")
SUPPER = {"title": "Midwinter supper", "kind": "event", "day": "2026-12-12", "starts": "18:30", "place": "The hall"}


async def add(coop, **typed):
    async with coop.writing() as db:
        return (await events.add_entry(db, **(SUPPER | typed))).id


def opened(text, id):
    """The opening tag of whatever has this id."""
    return re.search(rf'<[^>]* id="{id}"[^>]*>', text)[0]


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("calendar", "calendar"),
        ("calendar?month=2026-12", "calendar"),
        ("upcoming", "upcoming"),
        ("entry/1", "entry"),
        ("new-entry", "new-entry"),
        ("edit-entry/1", "edit-entry"),
    ],
)
async def test_each_fragment_stands_in_its_page(steward, coop, path, id):
    await add(coop)
    page, part = await steward.get(f"/events/{path}"), await steward.get(f"/events/{path}", headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and part.text in page.text and "<html" not in part.text
    assert opened(part.text, f"events-{id}") == re.search(r"<(?:section|article|form)[^>]*>", part.text)[0]


async def test_the_month_is_a_list_of_its_days_with_what_takes_place(oak, coop, clock):
    clock("2026-12-12T08:00")
    id = await add(coop)
    await add(coop, title="Winter camp", day="2026-12-11", last_day="2026-12-13", starts="14:00", ends="11:30")
    text = (await oak.get("/events/calendar")).text
    assert "December 2026" in text and 'data-first="2"' in text and text.count("<time datetime=") == 31
    assert f'<a href="/events/entry/{id}">Midwinter supper <small>6.30 pm</small>' in text
    camp = [re.sub(r"\s+", " ", small) for small in re.findall(r"Winter camp <small>(.*?)</small>", text, re.S)]
    assert camp == ["from 2 pm", "all day", "until 11.30 am"]
    assert text.count('class="past"') == 11
    assert '<li aria-current="date" id="today"><time datetime="2026-12-12">' in text


async def test_hours_are_said_as_people_say_them(oak, coop):
    for starts, ends in (("", ""), ("09:00", "12:00"), ("19:00", "21:30"), ("00:00", "11:15"), ("12:00", "")):
        await add(coop, starts=starts, ends=ends)
    text = (await oak.get("/events/calendar?month=2026-12")).text
    said = ["all day", "midnight to 11.15 am", "9 am to noon", "noon", "7 to 9.30 pm"]
    assert re.findall(r"<small>(.*?)</small>", text) == said


async def test_the_market_says_what_is_next_and_where_in_its_days_we_are(oak, coop, clock):
    clock("2026-12-09T12:00")
    assert "None is planned yet" in (await oak.get("/events/market-days")).text
    assert 'class="cycle"' not in (await oak.get("/market/goods")).text
    for title, day, starts in (("Collection", "2026-12-05", "09:00"), ("Orders close", "2026-12-10", "20:00")):
        await add(coop, title=title, kind="market", day=day, starts=starts)
    for path, what in (("/events/market-days", "section"), ("/events/next-market-day", "p")):
        page, part = await oak.get(path), await oak.get(path, headers=PARTIAL)
        assert part.text in page.text and opened(part.text, path[1:].replace("/", "-")).startswith(f"<{what} ")
    for path in ("/market/goods", "/market/featured", "/"):
        assert "Orders close: <b>Thursday at 8 pm</b>, tomorrow" in (await oak.get(path)).text
    text = (await oak.get("/market/goods")).text
    steps = re.findall(r"<li( class=\"past\"| aria-current=\"step\"|)><b>([^<]*)</b>", text)
    assert steps == [(' class="past"', "Sat 5 Dec"), (' aria-current="step"', "Today"), ("", "Thu 10 Dec")]
    clock("2026-12-10T20:00")
    assert "Orders close: <b>" not in (await oak.get("/market/featured")).text


async def test_in_the_last_week_of_a_month_what_comes_next_stands_under_it(oak, coop, clock):
    await add(coop, day="2027-01-02")
    for day, there in (("24", False), ("25", True)):
        clock(f"2026-12-{day}T12:00")
        assert ("Midwinter supper" in (await oak.get("/events/calendar")).text) is there
    assert "Coming up" not in (await oak.get("/events/calendar?month=2026-11")).text


async def test_a_booking_is_in_the_calendar_and_not_among_what_is_coming_up(oak, coop, clock):
    clock("2026-12-09T12:00")
    await add(coop, title="The van: Low Field", kind="booking")
    assert "The van" in (await oak.get("/events/calendar")).text
    assert "The van" not in (await oak.get("/events/upcoming")).text


async def test_months_are_turned_by_links_that_swap_the_calendar_alone(oak):
    text = (await oak.get("/events/calendar?month=2026-12")).text
    for to, rel in (("2026-11", "prev"), ("2027-01", "next")):
        path = f"/events/calendar?month={to}"
        assert f'rel="{rel}" href="{path}"' in text
        assert f'hx-get="{path}" hx-target="#events-calendar" hx-swap="outerHTML" hx-push-url="true"' in text


async def test_the_calendar_has_two_ends_and_no_way_past_them(oak):
    first, last = await oak.get("/events/calendar?month=1900-01"), await oak.get("/events/calendar?month=2199-12")
    assert 'rel="prev"' not in first.text and 'rel="next"' in first.text
    assert 'rel="next"' not in last.text and 'rel="prev"' in last.text


async def test_what_is_no_month_is_not_found(oak):
    outside = ["1899-12", "2200-01", "0000-00", "9999-12"]
    for month in [*outside, "2026-13", "2026-1", "٢٠٢٦-١٢", "soon", "2026-12%00", "a" * 900]:
        assert (await oak.get(f"/events/calendar?month={month}")).status_code == 404, month


async def test_today_is_the_coops_day(oak, clock):
    clock("2026-06-30T23:30")  # half past midnight in London
    text = (await oak.get("/events/calendar")).text
    assert "July 2026" in text and '<li aria-current="date"><time datetime="2026-07-01">' in text


async def test_what_comes_up_changes_by_the_clock(oak, coop, clock):
    await add(coop, title="Lunch", day="2026-06-12", starts="12:00", ends="14:00")
    await add(coop, title="Tea", day="2026-06-12", starts="12:30", ends="13:30")
    clock("2026-06-12T12:29:59")
    assert "Tea" in (await oak.get("/events/upcoming")).text
    clock("2026-06-12T12:30")
    text = (await oak.get("/events/upcoming")).text
    assert "Tea" not in text and "Lunch" in text


async def test_nothing_planned_says_when_something_will_stand_there(oak):
    assert "Nothing is planned just now." in (await oak.get("/events/upcoming")).text


async def test_an_entry_says_when_where_and_what(oak, coop, clock):
    clock("2026-12-12T08:00")
    id = await add(coop, note="Pay what <you> can", description="Soup.\nBread.\n\n\nDancing 💃")
    text = (await oak.get(f"/events/entry/{id}")).text
    assert "Saturday 12 December 2026, 6.30 pm" in text and "The hall" in text
    assert "Pay what &lt;you&gt; can" in text and "<p>Soup.<br>Bread.</p>" in text and "<p>Dancing 💃</p>" in text
    assert "edit-entry" not in text and "This is over." not in text
    clock("2026-12-13T00:00")
    assert "This is over." in (await oak.get(f"/events/entry/{id}")).text


async def test_an_entry_of_several_days_says_until_when(oak, coop):
    id = await add(coop, day="2026-12-31", last_day="2027-01-01", starts="20:00", ends="01:00")
    text = (await oak.get(f"/events/entry/{id}")).text
    assert "Thursday 31 December 2026, from 8 pm until Friday 1 January 2027, 1 am" in re.sub(r"\s+", " ", text)


async def test_an_entry_that_is_not_there_is_not_found(oak):
    for id in (0, 7, -1, 2**63, 10**40):
        assert (await oak.get(f"/events/entry/{id}")).status_code == 404, id


async def test_an_editor_adds_an_entry_and_the_ledger_knows(steward, coop):
    added = await steward.post("/events/new-entry", data=SUPPER | {"title": "Supper عشاء 🍲"})
    assert added.status_code == 303 and "Supper عشاء 🍲" in (await steward.get(added.headers["location"])).text
    assert "Supper عشاء 🍲" in (await steward.get("/events/calendar?month=2026-12")).text
    async with coop.reading() as db:
        recorded = (await db.scalars(select(Activity).where(Activity.kind == "events.entry"))).one()
    assert (
        recorded.type == "Create" and recorded.actor == "account.person:1" and recorded.object["starts"] == "18:30:00"
    )


async def test_a_refusal_keeps_what_was_typed_and_says_how_to_mend_it(steward):
    refused = await steward.post("/events/new-entry", data=SUPPER | {"day": "2026-02-30"}, headers=PARTIAL)
    assert refused.status_code == 422 and "<html" not in refused.text
    day = opened(refused.text, "day")
    assert 'aria-invalid="true"' in day and 'aria-describedby="day-error"' in day and 'value="2026-02-30"' in day
    assert 'value="Midwinter supper"' in refused.text and "Write a day like 2026-12-24." in refused.text


async def test_bad_input_is_refused(steward):
    days = [{"day": "0000-00-00"}, {"day": "9999-12-31"}, {"last_day": "-1"}, {"starts": "-1"}]
    for typed in [{"title": "a\0b"}, {"kind": ""}, {"place": "a" * 10_000}, {"description": "a" * 30_000}, *days]:
        assert (await steward.post("/events/new-entry", data=SUPPER | typed)).status_code == 422, typed
    assert (await steward.post("/events/new-entry", data={})).status_code == 422


@pytest.mark.parametrize(("day", "clocks"), [("2026-03-29", "forward"), ("2026-10-25", "back")])
async def test_nights_in_which_clocks_change_are_nights_like_others(steward, clock, day, clocks):
    clock(f"{day}T00:45")
    added = await steward.post("/events/new-entry", data=SUPPER | {"day": day, "starts": "01:30", "ends": "02:30"})
    for path in (added.headers["location"], "/events/upcoming", f"/events/calendar?month={day[:7]}"):
        assert (await steward.get(path)).status_code == 200


async def test_who_does_not_write_adds_changes_and_cancels_nothing(oak, member, coop):
    id = await add(coop)
    for client, status in ((oak, 401), (member, 403)):
        for path in ("new-entry", f"edit-entry/{id}"):
            assert (await client.get(f"/events/{path}")).status_code == status
            assert (await client.post(f"/events/{path}", data=SUPPER | {"version": "1"})).status_code == status
        assert (await client.post(f"/events/entry/{id}/cancellation")).status_code == status
    assert "edit-entry" not in (await member.get(f"/events/entry/{id}")).text
    async with coop.reading() as db:
        assert (await events.entry(db, id)).version == 1


async def test_an_editor_who_is_no_steward_writes_in_the_calendar(visit, coop):
    async with coop.writing() as db:
        await account.add_person(db, "Ines", "ines@oak.example", "editor")
    ines = await visit("oak", "ines@oak.example")
    assert 'href="/events/new-entry"' in (await ines.get("/events/calendar")).text
    assert (await ines.post("/events/new-entry", data=SUPPER)).status_code == 303


async def test_a_change_is_made_where_it_is_typed(steward, coop):
    id = await add(coop, ends="21:00")
    form = (await steward.get(f"/events/edit-entry/{id}")).text
    assert 'value="18:30"' in opened(form, "starts") and 'value=""' in opened(form, "last_day")
    data = SUPPER | {"title": "Midsummer supper", "version": "1"}
    changed = await steward.post(f"/events/edit-entry/{id}", data=data, headers=PARTIAL)
    assert changed.status_code == 204 and changed.headers["hx-redirect"] == f"/events/entry/{id}?said=saved"
    assert "Midsummer supper" in (await steward.get(f"/events/entry/{id}")).text


async def test_whoever_is_late_sees_both_texts_and_overwrites_nothing_unseen(steward, coop):
    id = await add(coop)
    mine = SUPPER | {"title": "My supper", "kind": "market", "version": "1"}
    await steward.post(f"/events/edit-entry/{id}", data=SUPPER | {"title": "Their supper", "version": "1"})
    late = await steward.post(f"/events/edit-entry/{id}", data=mine)
    assert late.status_code == 409 and 'value="My supper"' in late.text and "It now says: Their supper" in late.text
    assert "It now says: Event" in late.text and "It now says: The hall" not in late.text
    assert "Their supper" in (await steward.get(f"/events/entry/{id}")).text
    seen = re.search(r'name="version" value="(\d+)"', late.text)[1]
    assert (await steward.post(f"/events/edit-entry/{id}", data=mine | {"version": seen})).status_code == 303
    assert "My supper" in (await steward.get(f"/events/entry/{id}")).text


async def test_a_refused_change_keeps_what_was_typed(steward, coop):
    id = await add(coop)
    refused = await steward.post(f"/events/edit-entry/{id}", data=SUPPER | {"title": "", "version": "1"})
    assert refused.status_code == 422 and "Say what it is." in refused.text and 'value="The hall"' in refused.text


async def test_a_cancelled_entry_stays_marked_and_comes_up_no_more(steward, oak, coop):
    day = (datetime.now(LONDON) + timedelta(days=1)).date()
    id = await add(coop, day=day.isoformat())
    assert "Midwinter supper" in (await oak.get("/events/upcoming")).text
    for _ in range(2):
        assert (await steward.post(f"/events/entry/{id}/cancellation")).status_code == 303
    assert "Midwinter supper" not in (await oak.get("/events/upcoming")).text
    assert (
        "<s>Midwinter supper</s> <small>cancelled</small>"
        in (await oak.get(f"/events/calendar?month={day:%Y-%m}")).text
    )
    page = (await steward.get(f"/events/entry/{id}")).text
    assert "this will not take place" in page and f"/events/entry/{id}/cancellation" not in page


async def test_one_coop_never_sees_anothers_calendar(elm, coop):
    id = await add(coop)
    assert (await elm.get(f"/events/entry/{id}")).status_code == 404
    assert "Midwinter supper" not in (await elm.get("/events/calendar?month=2026-12")).text
