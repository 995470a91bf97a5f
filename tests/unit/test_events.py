from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from domains import events
from domains.activities import Activity
from domains.errors import Conflict, Invalid, NotFound

LONDON = ZoneInfo("Europe/London")


def supper(**typed):
    return {"title": "Supper", "day": "2026-12-12"} | typed


async def add(coop, **typed):
    async with coop.writing() as db:
        return await events.add_entry(db, **supper(**typed))


async def recorded(coop):
    async with coop.reading() as db:
        return [(one.type, one.kind, one.ref, one.object["title"]) for one in await db.scalars(select(Activity))]


async def titles(coop, question, *asked, **how):
    async with coop.reading() as db:
        return [entry.title for entry in await question(db, *asked, **how)]


def at(clock, fold=0):
    return datetime.fromisoformat(clock).replace(tzinfo=LONDON, fold=fold)


async def test_an_entry_is_kept_as_it_was_typed_and_recorded(coop):
    added = await add(
        coop,
        title=" Supper 🍲 عشاء ",
        kind="market",
        last_day="2026-12-13",
        starts="18:30",
        ends="01:00",
        place="Goods Shed",
        note="Bring a bowl",
        description="Soup.\r\n\r\nBread.",
    )
    async with coop.reading() as db:
        found = await events.entry(db, added.id)
    assert (found.title, found.kind, found.place, found.note) == (
        "Supper 🍲 عشاء",
        "market",
        "Goods Shed",
        "Bring a bowl",
    )
    assert (found.day, found.last_day) == (date(2026, 12, 12), date(2026, 12, 13))
    assert (found.starts, found.ends, found.description) == (time(18, 30), time(1), "Soup.\n\nBread.")
    assert await recorded(coop) == [("Create", "events.entry", added.id, "Supper 🍲 عشاء")]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "a\0b"}),
        ("title", {"title": "a" * 10_000}),
        ("note", {"note": "one\ntwo"}),
        ("place", {"place": "a" * 10_000}),
        ("description", {"description": "a" * 20_001}),
        ("kind", {"kind": "party"}),
        ("day", {"day": ""}),
        ("day", {"day": "0000-01-01"}),
        ("day", {"day": "9999-12-31"}),
        ("day", {"day": "2026-02-30"}),
        ("last_day", {"last_day": "2026-12-11"}),
        ("last_day", {"last_day": "2028-01-01"}),
        ("last_day", {"day": "soon", "last_day": "9999-12-31"}),
        ("starts", {"starts": "25:00"}),
        ("starts", {"ends": "18:00"}),
        ("ends", {"starts": "18:00", "ends": "18:00"}),
        ("ends", {"starts": "18:00", "ends": "-1:00"}),
    ],
)
async def test_what_cannot_be_is_refused_beside_its_field_before_the_file_is_touched(field, typed):
    with pytest.raises(Invalid) as refused:
        await events.add_entry(None, **supper(**typed))
    assert field in refused.value.fields


async def test_a_month_holds_all_that_touches_it_in_the_order_of_the_day(coop):
    for title, day, typed in (
        ("late", "2026-12-12", {"starts": "20:00"}),
        ("all day", "2026-12-12", {}),
        ("early", "2026-12-12", {"starts": "09:00"}),
        ("from before", "2026-10-30", {"last_day": "2026-12-01"}),
        ("into the next", "2026-12-31", {"last_day": "2027-01-03"}),
        ("before", "2026-11-30", {}),
        ("after", "2027-01-01", {}),
    ):
        await add(coop, title=title, day=day, **typed)
    december = ["from before", "all day", "early", "late", "into the next"]
    assert await titles(coop, events.calendar, date(2026, 12, 24)) == december
    assert await titles(coop, events.calendar, date(2199, 12, 1)) == []
    assert await titles(coop, events.calendar, date(1900, 1, 1)) == []


async def test_what_comes_up_is_not_over_not_cancelled_and_the_soonest(coop):
    await add(coop, title="over", day="2026-11-24", starts="09:00", ends="12:00")
    await add(coop, title="yesterday", day="2026-11-23")
    await add(coop, title="going on", day="2026-11-20", last_day="2026-11-24", starts="18:00", ends="12:01")
    await add(coop, title="open end", day="2026-11-24", starts="08:00")
    await add(coop, title="far", day="2027-11-24")
    off = await add(coop, title="off", day="2026-11-25")
    await add(coop, title="tomorrow", day="2026-11-25")
    async with coop.writing() as db:
        await events.cancel_entry(db, off.id)
    coming = await titles(coop, events.upcoming, at("2026-11-24T12:00"), LONDON, most=3)
    assert coming == ["going on", "open end", "tomorrow"]


async def test_what_is_over_today_leaves_room_for_what_comes(coop):
    for hour in range(8):
        await add(coop, title=f"over {hour}", day="2026-11-24", starts=f"0{hour}:00", ends=f"0{hour}:30")
    await add(coop, title="tomorrow", day="2026-11-25")
    assert await titles(coop, events.upcoming, at("2026-11-24T12:00"), LONDON, most=1) == ["tomorrow"]


async def test_a_time_that_the_clocks_skip_counts_from_before(coop):
    skipped = await add(coop, day="2026-03-29", starts="01:30", ends="02:10")
    assert skipped.begins(LONDON) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert skipped.over(LONDON) == skipped.begins(LONDON)  # 02:10 is earlier in that night; never before it begins
    plain = await add(coop, day="2026-03-29", starts="00:30", ends="02:10")
    assert plain.over(LONDON) - plain.begins(LONDON) == datetime(2026, 1, 1, 0, 40) - datetime(2026, 1, 1)


async def test_a_time_that_clocks_show_twice_is_the_first(coop):
    twice = await add(coop, day="2026-10-25", starts="01:15", ends="01:30")
    assert twice.over(LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert await titles(coop, events.upcoming, at("2026-10-25T01:29"), LONDON) == ["Supper"]
    assert await titles(coop, events.upcoming, at("2026-10-25T01:01", fold=1), LONDON) == []


async def test_a_change_that_is_sent_twice_is_kept_and_recorded_once(coop):
    added = await add(coop)
    for _ in range(2):
        async with coop.writing() as db:
            await events.change_entry(db, added.id, "1", **supper(title="Lunch", starts="12:00"))
    async with coop.reading() as db:
        found = await events.entry(db, added.id)
    assert (found.title, found.starts, found.version) == ("Lunch", time(12), 2)
    assert await recorded(coop) == [
        ("Create", "events.entry", added.id, "Supper"),
        ("Update", "events.entry", added.id, "Lunch"),
    ]


@pytest.mark.parametrize("version", ["1", "", "2 or 1", "-1"])
async def test_nobody_writes_over_what_they_have_not_seen(coop, version):
    added = await add(coop)
    async with coop.writing() as db:
        await events.change_entry(db, added.id, "1", **supper(title="Lunch"))
    with pytest.raises(Conflict):
        async with coop.writing() as db:
            await events.change_entry(db, added.id, version, **supper(title="Tea"))
    assert await titles(coop, events.calendar, date(2026, 12, 1)) == ["Lunch"]


async def test_a_cancelled_entry_stays_and_is_cancelled_once(coop):
    added = await add(coop)
    for _ in range(2):
        async with coop.writing() as db:
            await events.cancel_entry(db, added.id)
    assert await titles(coop, events.calendar, date(2026, 12, 1)) == ["Supper"]
    assert [type for type, *_ in await recorded(coop)] == ["Create", "Delete"]


async def test_what_is_not_there_is_not_found(coop):
    async with coop.writing() as db:
        for asked in (events.entry(db, 7), events.cancel_entry(db, 7), events.change_entry(db, 7, "1", **supper())):
            with pytest.raises(NotFound):
                await asked
