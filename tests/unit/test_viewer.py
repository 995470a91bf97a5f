"""A run as it is drawn and told: where its boxes stand, how each node does, and what is not for anybody's eyes."""

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from time import perf_counter

import pytest
from sqlalchemy import event, update

import flows
from flows import drawing, layout, newsletter, redaction, standing, twin, viewer
from flows.engine.builder import flow
from flows.engine.graph import END, Take
from flows.engine.models import Run
from tests import runs
from tests.conftest import settle
from tests.tales import LONG


@dataclass
class In:
    number: int


def diamond(other=2):
    """yes and no lead over one node and over `other`, and meet again."""
    made = flow("tale.diamond", In=In).branch("is_odd", Take("input.number"), equals=1, then="odd", otherwise="even0")
    made.effect("odd", "tale.note@1", number=Take("input.number"), next="last")
    for number in range(other):
        made.effect(f"even{number}", "tale.note@1", number=Take("input.number"))
    return made.effect("last", "tale.note@1", number=Take("input.number")).build()


def order():
    """Two ways out at once, one of them with a turning of its own, that end in one end."""
    made = flow("tale.order", In=In).suspend("paid", tag="pay", days=1, late="cancelled")
    made.branch("is_card", Take("paid.payload"), equals="card", then="charged", otherwise="noted")
    made.effect("charged", "tale.note@1", number=Take("input.number"), next="receipt")
    made.effect("noted", "tale.note@1", number=Take("input.number"))
    made.branch("is_big", Take("input.number"), more_than=9, then="told", otherwise="receipt")
    made.effect("told", "tale.note@1", number=Take("input.number"), next="receipt")
    made.effect("receipt", "tale.note@1", number=Take("input.number"), next=END)
    made.effect("cancelled", "tale.note@1", number=Take("input.number"))
    return made.effect("put_back", "tale.note@1", number=Take("input.number")).build()


STORIES = [newsletter.FLOW, LONG, diamond(), diamond(1), diamond(4), order()]


def drawn(story, said=None, node="", status="running"):
    stood = standing.Stood(node or story.nodes[0].name, status, said or {})
    return drawing.drawn(story, standing.standing(story, stood), standing.taken(story, stood))


def standing_of(story, node, status, said=None, skipped=()):
    return standing.standing(story, standing.Stood(node, status, said or {}, skipped))


# ---- the drawing ----


@pytest.mark.parametrize(
    "story", [newsletter.FLOW, LONG, diamond(), diamond(1), diamond(4)], ids=lambda story: story.name
)
def test_every_node_and_the_end_has_a_box_and_none_stands_on_another(story):
    made = drawn(story)
    assert [box.name for box in made.boxes] == layout.order(story)
    assert {box.name for box in made.boxes} == {node.name for node in story.nodes} | {END}
    for one, other in combinations(made.boxes, 2):
        assert abs(one.x - other.x) >= layout.WIDTH or abs(one.y - other.y) >= layout.HEIGHT
    for box in made.boxes:
        assert 0 <= box.x <= made.width - layout.WIDTH and 0 <= box.y <= made.height - layout.HEIGHT


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_way_has_an_arrow_that_leads_down(story):
    made = drawn(story)
    ways = {(node.name, target) for node in story.nodes for target in layout.words_of(node).values()}
    assert {(arrow.source, arrow.target) for arrow in made.arrows} == ways
    top = {box.name: box.y for box in made.boxes}
    assert all(top[arrow.source] < top[arrow.target] for arrow in made.arrows)


def test_the_first_way_goes_straight_down_and_the_other_beside_it():
    x = {box.name: box.x for box in drawn(diamond()).boxes}
    assert x["is_odd"] == x["odd"] == x["last"] == x[END] < x["even0"] == x["even1"]


def test_a_side_way_stays_in_its_column_right_of_what_stands_below_it():
    x = {box.name: box.x for box in drawn(order()).boxes}
    assert x["charged"] < x["noted"] == x["is_big"] == x["told"] < x["cancelled"] == x["put_back"]


def test_arrows_that_pass_by_at_the_same_height_are_in_lanes_of_their_own():
    plan = layout.Plan.of(newsletter.FLOW)
    assert plan.lanes.keys() == {("is_for_it", END), ("digest", "digest_sent"), ("is_stopped", END)}
    assert len(set(plan.lanes.values())) == 3


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_arrow_goes_down_through_a_box_or_out_of_the_drawing(story):
    made = drawn(story)
    for arrow in made.arrows:
        for x, top, bottom in falls(arrow.path):
            assert 0 < x < made.width
            assert not [
                box.name
                for box in made.boxes
                if box.x < x < box.x + layout.WIDTH and box.y < bottom and top < box.y + layout.HEIGHT
            ], arrow


def falls(path):
    """(x, from, to) of all that goes straight down."""
    x = y = 0
    for letter, rest in re.findall(r"([MVHQ])([^MVHQ]*)", path):
        numbers = [int(number) for number in rest.split()]
        if letter == "V":
            yield x, y, numbers[0]
        x, y = {"V": (x, numbers[-1]), "H": (numbers[-1], y)}.get(letter, tuple(numbers[-2:]))


def test_an_arrow_says_why_where_there_is_more_than_one_way():
    words = {(arrow.source, arrow.target): arrow.word for arrow in drawn(newsletter.FLOW).arrows}
    assert words["is_for_it", "digest"] == "yes" and words["is_for_it", END] == "no"
    assert words["digest", "digest_sent"] == "too late" and words["digest_sent", END] == ""


def test_a_long_name_is_cut_where_the_box_ends():
    story = flow("tale.name", In=In).effect("n" * 60, "tale.note@1", number=Take("input.number")).build()
    box = drawn(story).boxes[0]
    assert box.name == "n" * 60 and box.label == "n" * 17 + "…"


# ---- how nodes stand ----


def test_what_is_behind_is_done_what_is_here_says_how_the_run_stands_and_the_rest_is_ahead():
    said = {"is_for_it": True}
    for status, state in {"suspended": "suspended", "running": "running", "dead": "failed", "held": "failed"}.items():
        states = standing_of(newsletter.FLOW, "digest", status, said)
        assert states["is_for_it"] == "done" and states["digest"] == state
        assert {states[name] for name in ("is_stopped", "digest_sent", END)} == {"waiting"}


def test_a_way_that_was_not_taken_is_passed_by():
    states = standing_of(diamond(), "last", "running", {"is_odd": True, "odd": 1})
    assert states == {
        "is_odd": "done", "odd": "done", "even0": "skipped", "even1": "skipped", "last": "running", END: "waiting"
    }  # fmt: skip
    ended = standing_of(newsletter.FLOW, END, "done", {"is_for_it": False})
    assert ended["digest_sent"] == "skipped" and ended[END] == "done"


def test_nothing_is_ahead_of_a_cancelled_run():
    states = standing_of(newsletter.FLOW, "digest", "cancelled", {"is_for_it": True})
    assert states["digest"] == "stopped" and states["digest_sent"] == states[END] == "skipped"


def test_what_somebody_skipped_is_told_from_what_was_done():
    states = standing_of(LONG, "noted", "running", {"doubled": 8}, ["doubled"])
    assert states["doubled"] == "passed" and states["noted"] == "running"


def test_the_arrows_that_were_gone_along_are_known():
    def taken(**said):
        return standing.taken(newsletter.FLOW, standing.Stood(END, "done", said))

    assert taken(is_for_it=False) == {("is_for_it", END)}
    assert ("digest", "digest_sent") in taken(is_for_it=True, digest={"late": True})
    assert ("digest", "is_stopped") in taken(is_for_it=True, digest={"late": False, "payload": "send"})


def test_where_an_answer_leads_is_known_as_far_as_the_answer_alone_decides():
    assert standing.choices(newsletter.FLOW, newsletter.FLOW.node("digest")) == {"send": "digest_sent", "stop": END}
    made = flow("tale.chosen", In=In).suspend("asked", tag="ask", days=1, choices=("5", "no"))
    made.branch("is_no", Take("asked.payload"), equals="no", then=END, otherwise="is_big")
    made.branch("is_big", Take("input.number"), more_than=3, then=END, otherwise="noted")
    story = made.effect("noted", "tale.note@1", number=Take("input.number")).build()
    assert standing.choices(story, story.node("asked")) == {"5": "is_big", "no": END}


def test_every_state_has_a_word_of_its_own():
    assert len(set(standing.WORDS.values())) == len(standing.WORDS)
    assert {state for state, _ in standing.RUNS.values()} <= standing.WORDS.keys()
    assert {*standing.RUNS} == {*viewer.STATUSES}


# ---- secrets ----


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "api_key",
        "apiKey",
        "APIKey",
        "Set-Cookie",
        "sign_in",
        "signIn",
        "links",
        "password",
        "Authorization",
        "credentials",
        "bearer",
        "x-signature",
        "passphrase",
        "a.secret",
        "apikey",
        "APIKEY",
        "accesstoken",
        "passwd",
        "otp",
        "auth",
        "session",
        "pin",
    ],
)
def test_a_secret_is_known_by_its_name(name):
    assert redaction.redacted({"deep": [{name: {"a": "hidden"}}]}) == {"deep": [{name: "•••"}]}


@pytest.mark.parametrize(
    "name", ["monkey", "title", "keyboard", "signed_up", "post", "tokenised", "author", "spin", "obsession"]
)
def test_what_only_looks_like_one_is_shown(name):
    assert redaction.redacted({name: "shown"}) == {name: "shown"}


@pytest.mark.parametrize(
    "told",
    [
        "GET https://bob:hidden@mail.example.org/x refused",
        "https://a.example/x?token=hidden&a=1",
        "api_key=hidden",
        "Authorization: Bearer hidden-hidden",
        "apikey=hidden",
        "API_KEY: hidden",
        "x-api-key: hidden",
        '{"apikey": "hidden", "a": 1}',
        "Authorization: Token hidden, and no more",
        "https://oak.example/account/joining/hidden.x?answer=approve",
        "https://oak.example/account/sign-in-link/hidden.x?next=/",
        "https://oak.example/events/ticket/hidden.x",
        "https://oak.example/events/wanted-ticket/hidden.x",
        "x" * 380 + " https://bob:" + "hidden" * 20 + "@example.org",
    ],
)
def test_a_secret_is_known_by_how_it_stands_in_a_text(told):
    assert "hidden" not in redaction.text(told) and "•••" in redaction.text(told)


@pytest.mark.parametrize(
    "told", ["Key dates: two", "The monkey: a tale", "Session: dawn", "author=Maud", "monkey=5", "pin: a tree"]
)
def test_words_that_only_look_like_a_secret_stay(told):
    assert redaction.text(told) == told


@pytest.mark.parametrize("told", ["a-" * 50_000, "://" + ":" * 100_000, "key" * 50_000])
def test_no_text_takes_long(told):
    began = perf_counter()
    redaction.text(told)
    assert perf_counter() - began < 1


def test_what_is_deep_is_cut():
    deep = 7
    for _ in range(400):
        deep = {"in": [deep]}
    shown = str(redaction.redacted(deep))
    assert shown.count("in") < 30 and "'…'" in shown


def test_what_is_long_is_cut():
    assert redaction.redacted("x" * 5000) == "x" * 400 + "…"
    assert redaction.redacted([0] * 60)[50:] == ["… 10"]
    assert redaction.redacted(dict.fromkeys(map(str, range(60)), 0))["…"] == 10


@pytest.mark.parametrize("data", [None, True, 0, 1.5, "", [], {}, {"a": [None, {"b": "c"}]}])
def test_the_rest_of_a_json_stays_as_it_is(data):
    assert redaction.redacted(data) == data


# ---- what is asked of a file ----


@pytest.fixture
async def made(coop):
    return await runs.in_every_state(coop)


async def ids(coop, *asked, **how):
    async with coop.reading() as db:
        return [run.id for run in await viewer.runs(db, *asked, **how)]


async def told(coop, id):
    async with coop.reading() as db:
        return await viewer.told(db, id)


async def test_runs_are_listed_by_how_they_stand_the_newest_first(coop, made):
    assert set(await ids(coop, "stuck")) == {made["failed"], made["held"]}
    assert await ids(coop, "dead") == [made["failed"]] and await ids(coop, "cancelled") == [made["cancelled"]]
    everything = await ids(coop)
    assert everything == sorted(everything, reverse=True) and len(everything) == 8  # an item of `many` among them
    async with coop.reading() as db:
        assert await viewer.counts(db) == {"moving": 0, "waiting": 4, "stuck": 2, "done": 1, "cancelled": 1}


async def test_runs_are_found_by_every_word_in_name_key_input_and_error(coop, made):
    for words in ("tale.FAILING", "failed:1", "notfound 999999", "mud failing", "failing 999999"):
        assert await ids(coop, "", words) == [made["failed"]], words
    assert await ids(coop, "", "failing mulch") == [] and await ids(coop, "done", "failing") == []
    assert await ids(coop, "", "%") == [] and len(await ids(coop, "", "mud & boots")) == 7


async def test_a_list_goes_on_before_an_id(coop, made):
    everything = await ids(coop)
    first = await ids(coop, most=3)
    assert first + await ids(coop, before=first[-1], most=100) == everything


async def test_a_run_of_many_costs_no_more_statements_than_a_run_of_one(coop, made):
    many = await runs.begin(coop, runs.MANY, "many:2", people=[f"a{n}@example.org" for n in range(5)])
    await settle(coop)
    await told(coop, many)
    asked = []
    event.listen(coop._readers, "before_cursor_execute", lambda *about: asked.append(about[2]))
    await told(coop, made["many"])
    of_one, asked[:] = len(asked), []
    assert len((await told(coop, many)).children) == 2 and len(asked) == of_one < 12


async def test_a_run_is_told_with_all_that_is_around_it(coop, made):
    whole = await told(coop, made["newsletter"])
    assert whole.because.kind == "blog.post" and whole.question.choices == ("send", "stop")
    assert [child.name for child in (await told(coop, made["many"])).children] == ["tale.asking"]
    (child,) = (await told(coop, made["many"])).children
    assert child.parent == made["many"] and (await told(coop, made["many"])).question is None


async def test_the_mails_of_a_run_are_its_own(coop, made):
    both = {to: await runs.begin(coop, runs.ONE, f"to:{to}", people=[to]) for to in ("a@example.org", "b@example.org")}
    await settle(coop)
    for to, id in both.items():
        assert [mail.to for mail in (await told(coop, id)).mails] == [to]
    assert (await told(coop, made["done"])).mails == []


async def test_a_skipped_node_is_told_from_one_that_was_done(coop, made):
    async with coop.writing() as db:
        assert await flows.skip(db, made["failed"], {"queued": 0}, "operator", coop._clock())
    await settle(coop)
    whole = await told(coop, made["failed"])
    assert {row.name: row.state for row in twin.rows(whole)} == {"mailed": "passed", "told": "done", END: "done"}
    assert [deed.object["deed"] for deed in whole.steered] == ["skip"]


async def test_a_run_in_words_has_every_node_in_order_with_tries_and_outputs(coop, made):
    rows = twin.rows(await told(coop, made["failed"]))
    assert [row.name for row in rows] == ["mailed", "told", END]
    assert rows[0].attempts == 4 and rows[0].output == () and rows[0].at is None
    done = twin.rows(await told(coop, made["done"]))
    assert done[0].output == {"queued": 0} and done[0].at == coop._clock() and done[0].attempts == 1
    assert all(one.at <= other.at for one, other in pairwise(done))


async def test_what_scripts_are_told_holds_no_secret_and_calls_states_by_their_names(coop, made):
    data = twin.whole(await told(coop, made["cancelled"]))
    assert data["input"]["api_key"] == "•••" and "sk-12345" not in str(data)
    assert [node["state"] for node in data["nodes"]] == ["cancelled", "not taken", "not taken", "not taken"]


async def test_a_run_whose_definition_is_gone_is_told_without_a_drawing(coop, made):
    async with coop.writing() as db:
        await db.execute(update(Run).where(Run.id == made["done"]).values(definition="gone"))
    whole = await told(coop, made["done"])
    assert whole.flow is None and twin.rows(whole) == [] and whole.question is None
