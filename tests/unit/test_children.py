"""An each whose items are runs of their own."""

from functools import partial

import pytest
from sqlalchemy import func

import flows
from flows.engine import retention
from flows.engine.builder import Broken, flow
from flows.engine.graph import Take
from flows.engine.models import Run
from tests import tales
from tests.conftest import all_of, settle
from tests.unit.test_durable import resume, stands

ASKING = (
    flow("children.asking", In=tales.In)
    .suspend("asked", tag="ask", seconds=3600)
    .effect("doubled", "tale.double@1", number=Take("input.number"))
    .effect("noted", "tale.note@1", number=Take("doubled"))
    .build()
)
FAILING = (
    flow("children.failing", In=tales.In).effect("a", "tale.fails@1", retry=1, number=Take("input.number")).build()
)


def family(child, **about):
    told = flow("children.family", In=tales.In)
    told.each("all", Take("input.many"), child, number=Take("item"), many=[], **about)
    return told.effect("noted", "tale.note@1", number=Take("input.number")).build()


async def begin(coop, child, many=(1, 2, 3), **about):
    async with coop.writing() as db:
        await flows.start(db, family(child, **about), {"number": 9, "many": list(many)}, "k", coop._clock())
    await settle(coop)


async def living(coop):
    return [id for (id,) in await all_of(coop, Run.id, where=Run.parent.is_not(None) & (Run.status == "suspended"))]


async def test_every_item_sleeps_for_itself_and_the_run_wakes_when_all_have_ended(coop):
    await begin(coop, ASKING, limit=3)
    assert (await stands(coop))["status"] == "suspended" and len(await living(coop)) == 3
    for id in await living(coop):
        assert (await stands(coop))["status"] == "suspended"
        await resume(coop, id=id)
        await settle(coop)
    ended = await stands(coop)
    assert ended["status"] == "done" and ended["effects"][0]["output"] == [2, 4, 6]
    assert sorted(ref for _, ref in await tales.notes(coop)) == [2, 4, 6, 9]


async def test_no_more_items_live_than_it_says_and_a_new_process_goes_on(opening):
    async with opening() as coop:
        await begin(coop, ASKING, many=range(5), limit=2)
    for _ in range(5):
        async with opening() as coop:
            assert 1 <= len(await living(coop)) <= 2
            await resume(coop, id=(await living(coop))[0])
            await settle(coop)
    async with opening() as coop:
        assert (await stands(coop))["effects"][0]["output"] == [0, 2, 4, 6, 8]


async def die(coop):
    for _ in range(3):
        await settle(coop)
        coop._clock.now += 60
    await settle(coop)


async def test_one_that_dies_ends_a_run_that_stops_and_mended_both_go_on(coop):
    await begin(coop, FAILING, many=[1, -2, 3], limit=3)
    await die(coop)
    assert (await stands(coop))["status"] == "dead" and "ItemDied: run 3 is dead" in str(await all_of(coop, Run.error))
    async with coop.writing() as db:
        assert await flows.skip(db, 3, 7, "ann", coop._clock()) and await flows.retry(db, 1, coop._clock())
    await settle(coop)
    assert (await stands(coop))["effects"][0]["output"] == [1, 7, 3]


async def test_one_that_dies_is_an_error_among_what_is_collected(coop):
    await begin(coop, FAILING, many=[1, -2], limit=2, on_error="collect")
    await die(coop)
    assert (await stands(coop))["effects"][0]["output"] == [1, {"error": "ConnectionError: no"}]


async def test_the_items_of_a_run_that_is_cancelled_go_with_it(coop):
    await begin(coop, ASKING, limit=2)
    async with coop.writing() as db:
        assert await flows.cancel(db, 1, coop._clock())
    await settle(coop)
    assert await all_of(coop, Run.status, func.count(Run.id)) == [("cancelled", 3)] and not await resume(coop, id=2)


def test_a_flow_that_an_each_cannot_begin_is_refused():
    for wrong in ({"retry": 1}, {"limit": 0}):
        with pytest.raises(Broken):
            family(ASKING, **wrong)
    with pytest.raises(Broken, match="wants"):
        flow("children.wrong", In=tales.In).each("all", Take("input.many"), ASKING, number=1).build()


async def steer(coop, deed, id, *about):
    async with coop.writing() as db:
        return await getattr(flows, deed)(db, id, *about, coop._clock())


async def test_a_run_wakes_when_the_last_node_of_an_item_was_skipped(coop):
    await begin(coop, FAILING, many=[-1, 2], limit=2, on_error="collect")
    async with coop.writing() as db:
        held = {"status": "held", "due": None}
        await db.execute(Run.__table__.update().where(Run.id == 2).values(held))
    assert await steer(coop, "skip", 2, 7, "ann")
    await settle(coop)
    assert (await stands(coop))["effects"][0]["output"] == [7, 2]


@pytest.mark.parametrize("again", [True, False])
async def test_a_run_wakes_when_an_item_was_cancelled_in_the_midst_of_its_work(opening, again):
    async with opening() as coop:
        await begin(coop, ASKING, many=[1], on_error="collect")
        async with coop.writing() as db:
            lease = coop._clock() + 60
            await db.execute(Run.__table__.update().where(Run.id == 2).values(status="cancelling", due=lease))
        if not again:
            coop._clock.now += 61
            await settle(coop)
            assert (await stands(coop))["status"] == "done"
    if again:
        async with opening() as coop:
            await settle(coop)
            assert (await stands(coop))["effects"][0]["output"] == [{"error": "cancelled"}]


async def test_who_skips_the_each_ends_its_items(coop):
    await begin(coop, ASKING, limit=3)
    async with coop.writing() as db:
        await db.execute(Run.__table__.update().where(Run.id == 1).values(status="held", due=None))
    assert await steer(coop, "skip", 1, [], "ann")
    await settle(coop)
    assert sorted(await all_of(coop, Run.status)) == [("cancelled",)] * 3 + [("done",)]


async def test_an_item_of_an_open_run_is_never_forgotten_and_never_begun_again(coop):
    await begin(coop, ASKING, limit=3)
    for id in (2, 3):
        await resume(coop, id=id)
    await settle(coop)
    await coop.thread.do(partial(retention.forget, before=coop._clock() + 1e9))
    await resume(coop, id=4)
    await settle(coop)
    assert (await stands(coop))["effects"][0]["output"] == [2, 4, 6]
    assert sorted(ref for _, ref in await tales.notes(coop)) == [2, 4, 6, 9]
    await coop.thread.do(partial(retention.forget, before=coop._clock() + 1e9))
    assert await all_of(coop, Run.id) == []
