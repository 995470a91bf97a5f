from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

import flows
from domains import account
from domains import site as sites
from flows.engine.clocks import hour_of
from flows.engine.models import Run, Schedule
from tests import tales
from tests.conftest import all_of, settle
from tests.unit.test_durable import begin

LONDON, DAY = ZoneInfo("Europe/London"), 24 * 3600


def instant(said, zone=LONDON, fold=0):
    return datetime.fromisoformat(said).replace(tzinfo=zone, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("hour", "now", "next"),
    [
        ("daily 03:30", "2026-07-01T03:29:59", "2026-07-01T03:30"),
        ("daily 03:30", "2026-07-01T03:30", "2026-07-02T03:30"),
        ("Friday 08:00", "2026-07-01T12:00", "2026-07-03T08:00"),
        ("Friday 08:00", "2026-07-03T08:00", "2026-07-10T08:00"),
        ("daily 03:30", "2026-03-28T12:00", "2026-03-29T03:30"),  # the clocks go forward at 01:00
        ("daily 03:30", "2026-10-24T12:00", "2026-10-25T03:30"),  # and back at 02:00
        ("every 5 minutes", "2026-07-01T12:00", "2026-07-01T12:05"),
        ("every 5 minutes", "2026-07-01T12:04:59", "2026-07-01T12:05"),
    ],
)
def test_an_hour_is_the_next_one_on_the_clock_of_the_place(hour, now, next):
    assert hour_of(hour).after(instant(now), LONDON) == instant(next)


def test_an_hour_that_the_clocks_skip_is_when_they_have_been_put_forward():
    due = hour_of("daily 01:30").after(instant("2026-03-29T00:00"), LONDON)
    assert due == instant("2026-03-29T02:30")
    assert hour_of("daily 01:30").after(due, LONDON) == instant("2026-03-30T01:30")


def test_of_an_hour_that_the_clocks_show_twice_it_is_the_first():
    first, second = instant("2026-10-25T01:30"), instant("2026-10-25T01:30", fold=1)
    assert second - first == 3600
    assert hour_of("daily 01:30").after(instant("2026-10-25T00:00"), LONDON) == first
    assert hour_of("daily 01:30").after(first, LONDON) == instant("2026-10-26T01:30")
    assert hour_of("daily 01:30").before(second, LONDON) == first


ZONES = st.sampled_from(
    ["UTC", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tokyo"]
)


@given(st.floats(1e9, 4e9), ZONES, st.sampled_from(["daily 00:00", "daily 02:15", "Sunday 02:30", "every 5 minutes"]))
def test_hours_follow_one_another_whatever_the_clocks_do(now, zone, said):
    hour, zone = hour_of(said), ZoneInfo(zone)
    after, before = hour.after(now, zone), hour.before(now, zone)
    assert before <= now < after < now + 8.2 * DAY and hour.before(after, zone) == after


@pytest.mark.parametrize(
    "said", ["daily", "every 0 minutes", "Freitag 08:00", "daily 24:00", "daily 8:00", "daily 08:00 ", ""]
)
def test_what_is_no_hour_is_none(said):
    assert hour_of(said) is None


@pytest.fixture
def clock(clock):
    clock.now = instant("2026-07-01T12:00")
    return clock


@pytest.fixture
async def furnished(opening):
    async with opening() as coop:
        await furnish(coop)
        yield coop


async def furnish(coop):
    async with coop.writing() as db:
        await sites.describe(db, sites.Facts(name="Oak"), "http://oak.example")
        await account.add_person(db, "Ruth", "ruth@oak.example", "steward")
    await begin(coop, tales.COLLECTING, many=[1] * 1001)  # it is held, so the morning has something to say
    await settle(coop)


async def mornings(coop):
    return [input["at"] for (input,) in await all_of(coop, Run.input, where=Run.name == "house.morning")]


async def test_the_stewards_hear_in_the_morning_what_got_stuck(furnished, clock, mailer):
    clock.now = instant("2026-07-02T07:59")
    await settle(furnished)
    assert mailer.sent == []
    clock.now = instant("2026-07-02T08:00")
    await settle(furnished)
    ((_, to, payload),) = mailer.sent
    assert to == "ruth@oak.example" and payload == {"template": "stuck", "runs": 1, "mails": 0}
    clock.now += DAY
    await settle(furnished)
    assert len(mailer.sent) == 1 and await mornings(furnished) == [instant("2026-07-02T08:00")]


async def test_of_ticks_that_were_missed_the_latest_runs_once(opening, clock):
    async with opening() as coop:
        await furnish(coop)
    clock.now = instant("2026-07-02T12:00") + 4 * 3600
    async with opening() as coop:
        for _ in range(3):
            await settle(coop)
        assert await mornings(coop) == [instant("2026-07-02T08:00")]


async def test_nobody_is_woken_for_what_has_nothing_to_do(opening, clock):
    async with opening() as coop:
        pass
    assert coop.due is None
    async with opening() as coop:
        await furnish(coop)
    assert coop.due == instant("2026-07-02T08:00")


async def test_who_moves_to_another_zone_gets_up_by_its_clocks(furnished, clock):
    async with furnished.writing() as db:
        await sites.describe(db, sites.Facts(name="Oak", timezone="Asia/Tokyo"))
    assert ("house.morning", instant("2026-07-02T08:00", ZoneInfo("Asia/Tokyo"))) in await all_of(
        furnished, Schedule.name, Schedule.next
    )


async def test_a_clock_that_was_far_ahead_leaves_nothing_behind(furnished, clock):
    clock.now = instant("2026-07-08T09:00")
    await settle(furnished)
    clock.now = instant("2026-07-02T08:00") - 3600
    await settle(furnished)
    assert ("house.morning", instant("2026-07-02T08:00")) in await all_of(furnished, Schedule.name, Schedule.next)


async def test_a_clock_set_back_runs_no_tick_again(furnished, clock):
    clock.now = instant("2026-07-02T08:00")
    await settle(furnished)
    clock.now -= 3600
    await settle(furnished)
    clock.now += 2 * 3600
    await settle(furnished)
    assert await mornings(furnished) == [instant("2026-07-02T08:00")]


async def test_what_ended_long_ago_is_forgotten_and_what_is_stuck_is_not(furnished, clock):
    await begin(furnished, tales.NOTES, key="notes")
    await begin(furnished, tales.FAILING, number=-1, key="fails")
    await settle(furnished)
    clock.now += 100 * DAY
    await settle(furnished)
    left = await all_of(furnished, Run.name, Run.status, where=Run.name.startswith("tale."))
    assert left == [("tale.collecting", "held"), ("tale.failing", "dead")]
    async with furnished.reading() as db:
        orphans = "SELECT count(*) FROM flow_steps WHERE run NOT IN (SELECT id FROM flow_runs)"
        assert await db.scalar(text(orphans)) == 0
    assert flows.NEXT_DUE.count("flow_schedules") >= 2


async def test_what_has_nothing_to_do_every_few_minutes_wakes_nobody(furnished, clock):
    clock.now = instant("2026-07-01T12:09")
    assert (await furnished.wake() or inf) > instant("2026-07-01T12:10")
