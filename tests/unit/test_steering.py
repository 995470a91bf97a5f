import asyncio

import pytest
from sqlalchemy import text

import flows
from domains.activities import Activity
from domains.errors import NotFound
from flows.engine import effects, keys
from flows.engine.builder import flow
from flows.engine.graph import Take
from flows.engine.models import Run, Wait
from tests import tales
from tests.conftest import all_of, settle
from tests.unit.test_durable import begin, resume, stands

DECIDING = (
    flow("steering.deciding", In=tales.In)
    .suspend("decided", tag="decision", days=14, choices=("approve", "decline"))
    .branch("is_approved", Take("decided.payload"), equals="approve")
    .effect("noted", "tale.note@1", number=Take("input.number"))
    .build()
)


@pytest.fixture(autouse=True)
def outside():
    tales.OUTSIDE.clear()
    return tales.OUTSIDE


async def steer(coop, deed, *about, id=1):
    async with coop.writing() as db:
        return await getattr(flows, deed)(db, id, *about, coop._clock())


async def stuck(coop):
    """A run that is dead at its only node."""
    await begin(coop, tales.FAILING, number=-1)
    for _ in range(2):
        await settle(coop)
        coop._clock.now += 60
    assert (await stands(coop))["status"] == "dead"


async def deeds(coop):
    found = await all_of(coop, Activity.ref, Activity.object, where=Activity.kind == "flow.run")
    return [(ref, about["deed"], about["node"]) for ref, about in found]


async def test_what_is_dead_is_tried_again_from_where_it_stood_and_the_ledger_knows(coop, outside):
    await stuck(coop)
    assert await steer(coop, "retry")
    await settle(coop)
    assert len(outside) == 3 and len(set(outside)) == 1 and await deeds(coop) == [(1, "retry", "failed")]


async def test_another_value_goes_in_its_place(coop, outside):
    await stuck(coop)
    assert await steer(coop, "skip", {"by": "hand"}, "ann")
    await settle(coop)
    ended = await stands(coop)
    assert ended["status"] == "done" and ended["effects"][0]["output"] == {"by": "hand"} and len(outside) == 2
    assert await all_of(coop, Run.error, Run.due) == [("", None)]


async def test_a_value_that_what_comes_later_cannot_take_is_refused(coop, monkeypatch):
    monkeypatch.setattr(effects, "_known", dict(effects._known))

    @effects.effect("steering.fails@1", "pure")
    async def fails(call):
        raise ZeroDivisionError

    wanting = (
        flow("steering.wanting", In=tales.In)
        .each("all", Take("input.many"), "tale.double@1", number=Take("item"))
        .effect("a", "steering.fails@1")
        .effect("b", "tale.note@1", number=Take("a.number"))
        .build()
    )
    await begin(coop, wanting)
    for _ in range(5):
        await settle(coop)
        coop._clock.now += 60
    with pytest.raises(flows.WrongAnswer, match="a.number"):
        await steer(coop, "skip", {"nomber": 3}, "ann")
    assert (await stands(coop))["status"] == "dead"
    assert await steer(coop, "skip", {"number": 3}, "ann")
    await settle(coop)
    assert [ref for _, ref in await tales.notes(coop) if ref == 3] == [3]


@pytest.mark.parametrize("value", [float("nan"), 2**60, "x" * 70_000, {1, 2}, "\ud800"])
async def test_what_is_no_plain_json_is_told_to_no_run(coop, value):
    await begin(coop, DECIDING)
    await settle(coop)
    with pytest.raises(flows.WrongAnswer):
        await resume(coop, value, tag="decision")
    await stuck_at_once(coop)
    with pytest.raises(flows.WrongAnswer):
        await steer(coop, "skip", value, "ann", id=2)


async def stuck_at_once(coop):
    await begin(coop, tales.COLLECTING, many=[1] * 1001, key="too many")
    await settle(coop)


async def test_an_answer_is_one_of_the_choices(coop):
    await begin(coop, DECIDING)
    await settle(coop)
    with pytest.raises(flows.WrongAnswer, match="approve, decline"):
        await resume(coop, "perhaps", tag="decision")
    assert await resume(coop, "approve", tag="decision") and not await resume(coop, "decline", tag="decision")


async def test_a_cancelled_run_sleeps_no_more_and_nobody_resumes_it(coop, clock):
    await begin(coop, DECIDING)
    await settle(coop)
    assert await steer(coop, "cancel") and not await steer(coop, "cancel")
    assert not await resume(coop, "approve", tag="decision")
    clock.now += 15 * 24 * 3600
    await settle(coop)
    assert await all_of(coop, Run.status, Run.due) == [("cancelled", None)]
    assert await all_of(coop, Wait.status) == [("cancelled",)] and await tales.notes(coop) == [("site", 1)]


async def test_a_run_that_is_cancelled_in_the_midst_of_an_effect_keeps_nothing_of_it(coop, monkeypatch):
    began, go = asyncio.Event(), asyncio.Event()

    async def slow(call, number):
        began.set()
        await go.wait()

    performer = effects.Performer("idempotent", slow, frozenset({"number"}), frozenset())
    monkeypatch.setitem(effects._known, "tale.call@1", performer)
    await begin(coop, tales.CALLS)
    await coop.wake()
    await began.wait()
    assert await steer(coop, "cancel")
    assert await all_of(coop, Run.status) == [("cancelling",)]
    go.set()
    await settle(coop)
    assert await all_of(coop, Run.status, Run.due) == [("cancelled", None)] and (await stands(coop))["effects"] == []


async def test_what_was_being_cancelled_when_its_process_died_is_cancelled(opening):
    async with opening() as coop:
        await begin(coop, tales.CALLS)
        async with coop.writing() as db:
            await db.execute(text("UPDATE flow_runs SET status = 'cancelling'"))
    async with opening() as coop:
        await settle(coop)
        assert await all_of(coop, Run.status, Run.due) == [("cancelled", None)]


async def test_what_does_not_stand_so_is_left_and_what_is_not_there_is_said_so(coop):
    await begin(coop, DECIDING)
    await settle(coop)
    assert not await steer(coop, "retry") and not await steer(coop, "skip", 1, "ann") and await deeds(coop) == []
    with pytest.raises(NotFound):
        await steer(coop, "cancel", id=99)


async def test_open_runs_whose_effect_is_gone_are_held_when_the_file_is_opened_and_go_on_when_it_is_back(
    opening, monkeypatch, caplog
):
    async with opening() as coop:
        await begin(coop, DECIDING)
        await settle(coop)
    with monkeypatch.context() as patch:
        patch.setattr(effects, "_known", {name: one for name, one in effects._known.items() if name != "tale.note@1"})
        async with opening() as coop:
            assert await all_of(coop, Run.status, Run.error) == [("held", "UnknownEffect: tale.note@1")]
            assert "tale.note@1" in caplog.text
            assert await resume(coop, "approve", tag="decision")  # the wait is still open
    async with opening() as coop:
        assert await steer(coop, "retry")
        await settle(coop)
        assert (await stands(coop))["status"] == "done" and len(await tales.notes(coop)) == 2


async def test_a_link_is_bound_to_its_wait(coop):
    await begin(coop, DECIDING)
    await settle(coop)
    (wait,) = await all_of(coop, Wait.run, Wait.tag)
    link = f"1.{keys.token_of('k')}.decision"
    async with coop.reading() as db:
        asked = await flows.asked(db, link)
        assert (asked.run.id, asked.tag) == wait and asked.status == "open" and asked.choices == ("approve", "decline")
        for other in ("", "1", "x.y.z", "1.0000000000000000.decision", f"2{link[1:]}", link + "s", "٣.x.y", "9" * 30):
            assert await flows.asked(db, other) is None


async def test_who_skips_a_suspend_has_answered_it_and_only_with_a_choice(opening, monkeypatch):
    async with opening() as coop:
        await begin(coop, DECIDING)
        await settle(coop)
    monkeypatch.setattr(effects, "_known", {name: one for name, one in effects._known.items() if name != "tale.note@1"})
    async with opening() as coop:
        with pytest.raises(flows.WrongAnswer, match="approve, decline"):
            await steer(coop, "skip", "banana", "ann")
        assert await steer(coop, "skip", "decline", "ann")
        await settle(coop)
        assert await all_of(coop, Wait.status, Wait.by) == [("resumed", "ann")]
        assert not await resume(coop, "approve", tag="decision")


async def test_held_and_tried_again_it_waits_no_longer_than_before_and_asks_nobody_twice(coop, mailer, monkeypatch):
    await begin(coop)
    await settle(coop)
    async with coop.writing() as db:
        await db.execute(text("UPDATE flow_runs SET status = 'held', due = NULL"))
        await db.execute(text("DELETE FROM flow_deliveries"))
    coop._clock.now += 3000
    assert await steer(coop, "retry")
    await settle(coop)
    assert await all_of(coop, Run.due) == [(coop._clock.now + 600,)] and len(mailer.sent) == 1


@pytest.mark.parametrize("value", [[[]] * 3, "[" * 400 + "]" * 400])
async def test_what_is_deep_is_refused_and_what_is_not_is_taken(coop, value):
    await begin(coop)
    await settle(coop)
    deep = []
    for _ in range(460):
        deep = [deep]
    with pytest.raises(flows.WrongAnswer, match="deep"):
        await resume(coop, deep)
    assert await resume(coop, value)


@pytest.mark.parametrize("seconds", ["nan", "inf", "soon", "-1", "1e18"])
async def test_nobody_sleeps_for_what_is_no_time(coop, seconds):
    odd = flow("steering.odd", In=tales.In).suspend("a", tag="a", seconds=Take("input.number")).build()
    number = seconds if seconds == "soon" else float(seconds)
    async with coop.writing() as db:
        await flows.start(db, odd, {"number": 1, "many": []}, "k", coop._clock())
        kept = number if isinstance(number, str) or number == number and abs(number) < 1e300 else str(number)
        await db.execute(Run.__table__.update().values(input={"number": kept, "many": []}))
    await settle(coop)
    ((status, error),) = await all_of(coop, Run.status, Run.error)
    assert status == "held" and "nobody sleeps for" in error
