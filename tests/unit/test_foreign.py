"""A runner of another house, in another process: routed to by what a flow declares, and refused when it is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

import flows
from domains import blog
from flows import runs, stories
from flows.engine.builder import foreign
from flows.engine.keys import token_of
from flows.engine.models import Run
from flows.engine.runners import DURABLE, NoRunner, Runner, joined
from tests import tales
from tests.conftest import all_of, settle
from tests.foreign import Kiln
from tests.unit.test_durable import resume, stands

FIRING = foreign("kiln.firing", In=tales.In, needs={"suspend", "kiln"})


@pytest.fixture
def kiln():
    """Another process, until the test kills it."""
    ask = [sys.executable, "-m", "tests.foreign"]
    with subprocess.Popen(ask, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        process.port = int(process.stdout.readline())
        yield process
        process.kill()


@pytest.fixture
def runner(kiln):
    return Runner("kiln", 100, frozenset({"suspend", "kiln"}), Kiln(kiln.port))


async def begin(coop, key="k"):
    async with coop.writing() as db:
        await flows.start(db, FIRING, {"number": 12, "many": []}, key, coop._clock())
    await settle(coop)


def test_it_is_routed_by_what_it_declares_and_refused_with_a_reason_when_nobody_can(runner):
    with pytest.raises(NoRunner, match="inline lacks kiln, suspend; durable lacks kiln"):
        _ = FIRING.runner
    with joined(runner):
        assert FIRING.runner is runner and tales.LONG.runner is DURABLE
    with pytest.raises(NoRunner):
        _ = FIRING.runner


async def test_it_sleeps_in_our_table_is_resumed_and_ends(opening, runner, kiln, clock):
    with joined(runner):
        async with opening() as coop:
            await begin(coop)
            assert await stands(coop) == {"status": "suspended", "resume": {"id": 1, "tag": "loaded"}}
        async with opening() as coop:
            assert await resume(coop, "full", tag="loaded") and not await resume(coop, "full", tag="loaded")
            await settle(coop)
            assert (await stands(coop))["resume"]["tag"] == "cold"
            clock.now += 61
            await settle(coop)
            assert (await stands(coop))["status"] == "done"
            async with coop.reading() as db:
                said = await db.scalar(flows.engine.models.Step.__table__.select().with_only_columns(
                    flows.engine.models.Step.output).where(flows.engine.models.Step.index == 0))  # fmt: skip
            assert said == {"pots": 12, "by": "ann"}
    kiln.kill()
    assert {line.strip() for line in kiln.stdout} == {f"oak:{token_of('k')}:segment:0"}


async def test_when_it_is_gone_nothing_new_begins_and_what_sleeps_is_held_until_it_is_back(coop, runner):
    with joined(runner):
        await begin(coop)
    with pytest.raises(NoRunner):
        await begin(coop, "another")
    await resume(coop, "full", tag="loaded")
    await settle(coop)
    assert await all_of(coop, Run.status, Run.error) == [("held", "NoRunner: kiln is gone")]
    with joined(runner):
        async with coop.writing() as db:
            assert await flows.retry(db, 1, coop._clock())
        await settle(coop)
        assert (await stands(coop))["resume"]["tag"] == "cold"


async def test_a_process_that_does_not_answer_is_asked_again_with_the_same_key(coop, runner, kiln, clock):
    kiln.kill()
    kiln.wait()
    with joined(runner):
        await begin(coop)
        ((status, error),) = await all_of(coop, Run.status, Run.error)
        assert status == "ready" and "Connection" in error


async def test_a_post_is_published_even_if_nobody_can_run_what_it_sets_off(coop, monkeypatch):
    announcing = foreign("kiln.announcing", on="Create", of="blog.post", In=tales.In, needs={"kiln"})
    announcing = type(announcing)(announcing.name, "Create", "blog.post", ("title",), announcing.nodes)
    monkeypatch.setattr(stories, "STORIES", (announcing,))
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words(title="Fire"), status="published")
        await runs.react(db, coop._clock())
    await settle(coop)
    ((status, error),) = await all_of(coop, Run.status, Run.error)
    assert status == "held" and error.startswith("NoRunner: inline lacks kiln")
    async with coop.reading() as db:
        assert (await blog.post(db, 1)).title == "Fire"


async def test_one_that_answers_nonsense_is_held_for_a_person(coop):
    class Odd:
        async def run(self, key, flow, spec, input, answers):
            return {"status": "suspended", "tag": "t", "seconds": "soon"}

    with joined(Runner("odd", 1, frozenset({"suspend", "kiln"}), Odd())):
        await begin(coop)
    assert (await all_of(coop, Run.status))[0] == ("held",)


async def test_a_runner_of_another_house_may_be_the_cheapest_for_a_flow_of_ours(coop):
    asked = []

    class Other:
        async def run(self, key, flow, spec, input, answers):
            asked.append((flow, spec))
            return {"status": "done", "output": 1}

    with joined(Runner("other", 5, DURABLE.capabilities | {"kiln"}, Other())):
        async with coop.writing() as db:
            await flows.start(db, tales.LONG, {"number": 1, "many": []}, "k", coop._clock())
        await settle(coop)
        assert (await stands(coop))["status"] == "done" and asked == [("tale.long", tales.LONG.spec)]
