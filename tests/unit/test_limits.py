import asyncio
import shutil
from collections import Counter
from contextlib import suppress

import pytest

import flows
from app.coop import Coop
from flows.engine import effects, limits
from flows.engine.builder import flow
from flows.engine.graph import Take
from flows.engine.models import Run
from tests import tales
from tests.conftest import all_of, settle


@pytest.fixture
def crowd(monkeypatch):
    """How many are in the effect at once, the most ever, and when each came."""
    monkeypatch.setattr(effects, "_known", dict(effects._known))
    crowd = type("Crowd", (), {"now": 0, "most": 0, "times": []})()

    async def enter(call, *, number):
        crowd.now += 1
        crowd.most = max(crowd.most, crowd.now)
        crowd.times.append(call.now)
        await asyncio.sleep(0.01)
        crowd.now -= 1

    effects.effect("limits.few@1", "idempotent", at_once=2)(enter)
    effects.effect("limits.slow@1", "idempotent", a_minute=6)(enter)
    effects.effect("limits.free@1", "idempotent")(enter)
    return crowd


def story(do):
    return flow("limits.story", In=tales.In).effect("a", do, retry=1, number=Take("input.number")).build()


async def begin_many(coop, flow, many=12):
    async with coop.writing() as db:
        for n in range(many):
            await flows.start(db, flow, {"number": n, "many": []}, f"k{n}", coop._clock())


async def test_no_more_of_an_effect_are_under_way_than_it_allows(coop, crowd):
    await begin_many(coop, story("limits.few@1"))
    await settle(coop)
    assert crowd.most == 2 and len(crowd.times) == 12


async def test_who_finds_no_place_in_time_is_put_back_and_it_is_no_failure(coop, crowd, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.001)
    await begin_many(coop, story("limits.few@1"))
    for _ in range(20):
        await settle(coop)
        coop._clock.now += 1
    assert await all_of(coop, Run.status, Run.error) == [("done", "")] * 12 and crowd.most == 2


async def test_no_more_of_an_effect_begin_in_a_minute_than_it_allows(coop, crowd, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0)
    await begin_many(coop, story("limits.slow@1"))
    start = coop._clock.now
    while coop._clock.now < start + 121:
        await settle(coop)
        coop._clock.now += 1
    assert len(crowd.times) == 12
    for at in crowd.times:
        assert sum(at <= other < at + 60 for other in crowd.times) <= 6


async def test_an_each_does_as_many_at_once_as_it_says(coop, crowd):
    def many(limit):
        told = flow(f"limits.each{limit}", In=tales.In)
        return told.each("all", Take("input.many"), "limits.free@1", retry=1, limit=limit, number=Take("item")).build()

    for limit in (1, 5):
        crowd.most = 0
        async with coop.writing() as db:
            await flows.start(db, many(limit), {"number": 1, "many": list(range(20))}, f"{limit}", coop._clock())
        await settle(coop)
        assert crowd.most == limit
    assert await all_of(coop, Run.status) == [("done",)] * 2


async def test_every_item_of_an_each_is_tried_as_often_as_it_says_and_no_more(coop, monkeypatch):
    monkeypatch.setattr(effects, "_known", dict(effects._known))
    tried = Counter()

    async def fails(call, *, number):
        tried[number] += 1
        await asyncio.sleep(0.001 * number)
        if number % 3 == 0 or tried[number] < 2:
            raise ConnectionError("no")
        return number

    effects.effect("limits.fails@1", "idempotent")(fails)
    told = flow("limits.collecting", In=tales.In)
    told.each("all", Take("input.many"), "limits.fails@1", retry=2, limit=4, on_error="collect", number=Take("item"))
    async with coop.writing() as db:
        await flows.start(db, told.build(), {"number": 1, "many": list(range(12))}, "k", coop._clock())
    for _ in range(60):
        await settle(coop)
        coop._clock.now += 60
    async with coop.reading() as db:
        (all_,) = (await flows.outcome(db, 1))["effects"]
    assert all_["output"] == [n if n % 3 else {"error": "no"} for n in range(12)]
    assert tried == {n: 2 if n % 3 else 3 for n in range(12)}


async def test_many_pure_items_are_kept_on_the_way(coop, monkeypatch):
    monkeypatch.setattr(effects, "_known", dict(effects._known))
    done = []

    @effects.effect("limits.slow_pure@1", "pure")
    async def slow(call, *, number):
        done.append(number)
        coop._clock.now += 6
        return number

    told = flow("limits.pure", In=tales.In).each("all", Take("input.many"), "limits.slow_pure@1", number=Take("item"))
    async with coop.writing() as db:
        await flows.start(db, told.build(), {"number": 1, "many": list(range(30))}, "k", coop._clock())
    await settle(coop)
    assert done == list(range(30)) and await all_of(coop, Run.status) == [("done",)]


async def test_who_will_not_be_stopped_does_not_hold_up_the_end(coop, monkeypatch):
    monkeypatch.setattr("flows.engine.crew.PATIENCE", 0.05)
    monkeypatch.setattr(effects, "_known", dict(effects._known))
    began, go = asyncio.Event(), asyncio.Event()

    async def stubborn(call, *, number):
        began.set()
        while not go.is_set():
            with suppress(asyncio.CancelledError):
                await go.wait()

    effects.effect("limits.stubborn@1", "idempotent")(stubborn)
    await begin_many(coop, story("limits.stubborn@1"), 1)
    await coop.wake()
    await began.wait()
    async with asyncio.timeout(2):
        await coop.flows.close()
    go.set()


async def test_a_limit_outlives_the_closing_of_its_file(tmp_path, empty, crowd, bell, mailer, clock, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0)
    (tmp_path / "oak").mkdir()
    shutil.copy(empty, file := tmp_path / "oak" / "site.db")
    kept = flows.Limits(clock)
    for n in range(4):
        coop = await Coop(file, bell, mailer, clock=clock, limits=kept).prepare()
        async with coop.writing() as db:
            await flows.start(db, story("limits.slow@1"), {"number": n, "many": []}, f"k{n}", clock())
        await settle(coop)
        await coop.close()
    assert len(crowd.times) == 1
