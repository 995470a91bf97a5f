"""The runs of flows, as stewards see and steer them."""

import json
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, update

import flows
from app.answers import answer
from app.control import quiet
from domains import account
from domains.activities import Activity, record
from flows.engine.models import Run, Wait
from tests import runs
from tests.conftest import all_of, settle
from tests.http.conftest import PARTIAL, changed


@pytest.fixture(scope="module")
def made():
    """What it is -> the id of its run."""
    return {}


@pytest.fixture(scope="module")
def furnished(bare, made, tmp_path_factory):
    """With runs in every state."""

    async def begin(coop):
        made.update(await runs.in_every_state(coop))

    return changed(bare, tmp_path_factory.mktemp("flows"), begin)


async def status(coop, id):
    return (await all_of(coop, Run.status, where=Run.id == id))[0][0]


async def deeds(coop, id):
    """(who, what, where), of all that people did about a run."""
    found = await all_of(
        coop, Activity.actor, Activity.object, where=(Activity.kind == "flow.run") & (Activity.ref == id)
    )
    return [(actor, object["deed"], object["node"]) for actor, object in found]


def listed(page):
    return [int(id) for id in re.findall(r'<th scope="row"><a href="/flows/(\d+)"', page)]


# ---- who may ----


@pytest.mark.parametrize("path", ["/flows", "/flows/runs", "/flows/1", "/flows/run/1"])
async def test_runs_are_for_stewards(oak, member, steward, made, path):
    page, part = await steward.get(path), await steward.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code == 200 and part.text in page.text and "<html" not in part.text
    assert 'class="desk"' in page.text and page.headers["cache-control"] == "private, no-cache"
    assert (await oak.get(path)).status_code == 401 and (await member.get(path)).status_code == 403


@pytest.mark.parametrize("deed", ["retries", "skips", "cancellations", "resumptions"])
async def test_only_stewards_steer(oak, member, coop, made, deed):
    for name in ("failed", "newsletter"):
        data = {"value": "1", "choice": "stop", "tag": "digest"}
        before = await status(coop, made[name])
        assert (await oak.post(f"/flows/{made[name]}/{deed}", data=data)).status_code == 401
        assert (await member.post(f"/flows/{made[name]}/{deed}", data=data)).status_code == 403
        assert await status(coop, made[name]) == before


@pytest.mark.parametrize("id", ["99", "9" * 18, "9" * 30, "0"])
async def test_a_run_that_is_not_there_is_not_found(steward, made, id):
    assert (await steward.get(f"/flows/{id}")).status_code == 404
    for deed in ("retries", "skips", "cancellations", "resumptions"):
        answer = await steward.post(f"/flows/{id}/{deed}", data={"value": "1", "tag": "digest"})
        assert answer.status_code == 404, deed


# ---- the list ----


async def test_runs_are_listed_by_how_they_stand(steward, made):
    page = (await steward.get("/flows?state=stuck")).text
    assert set(listed(page)) == {made["failed"], made["held"]}
    assert 'Stuck <span class="count plain">2</span>' in page and 'Done <span class="count plain">1</span>' in page
    assert page.count('aria-current="page">Stuck') == 1
    assert listed((await steward.get("/flows?state=dead")).text) == [made["failed"]]
    assert len(listed((await steward.get("/flows?state=nonsense")).text)) == 8


async def test_a_run_is_listed_with_what_it_is_about(steward, coop):
    async with coop.writing() as db:
        await account.ask_to_join(db, "Mei Lin", "mei@far.example", "")
        sunday = datetime(2026, 11, 29, 3, 30, tzinfo=UTC).timestamp()
        await flows.start(db, runs.TICKING, {"at": sunday}, "ticking:1", coop._clock())
    await runs.newsletter(coop)
    rows = [cell.split("</th>")[0] for cell in (await steward.get("/flows")).text.split('<th scope="row">')[1:]]
    about = {re.search(r">([\w.]+)<", row)[1]: row for row in rows}
    assert "Mei Lin" in about["account.join"] and "Mulch in the rain" in about["blog.newsletter"]
    assert ">29 Nov 2026</time> 03:30" in about["tale.ticking"]


async def test_what_runs_are_about_is_asked_in_one_question(steward, coop):
    async def asked():
        found = []
        hear = lambda *about: found.append(about[2])  # noqa: E731
        event.listen(coop._readers, "before_cursor_execute", hear)
        await steward.get("/flows")
        event.remove(coop._readers, "before_cursor_execute", hear)
        return len(found)

    await runs.newsletter(coop, "One")
    of_one = await asked()
    for title in ("Two", "Three"):
        await runs.newsletter(coop, title)
    assert await asked() == of_one


async def test_the_desk_marks_the_room_that_a_page_is_in(steward, made):
    assert 'href="/flows" aria-current="page"' in (await steward.get("/flows")).text
    page = (await steward.get(f"/flows/{made['done']}")).text
    assert page.count('href="/flows" aria-current="true"') == 1 and 'href="/steward" aria-current' not in page


async def test_how_long_it_took_is_counted_in_words(steward, coop, made):
    for seconds, words in ((1, "after 1 second<"), (2, "after 2 seconds<"), (7200, "after 2 hours<")):
        async with coop.writing() as db:
            await db.execute(update(Run).where(Run.id == made["done"]).values(began=1000, ended=1000 + seconds))
        assert words in (await steward.get(f"/flows/{made['done']}")).text


async def test_runs_are_searched_and_the_address_says_so(steward, made):
    found = await steward.get("/flows", params={"words": "mud failing"}, headers=PARTIAL)
    assert listed(found.text) == [made["failed"]] and 'value="mud failing"' in found.text
    none = (await steward.get("/flows", params={"words": "<b>parsnip", "state": "done"})).text
    assert "Nothing found" in none and "<b>parsnip" not in none


async def test_a_coop_where_nothing_was_set_off_says_what_will_be(visit):
    assert "Nothing has been set off yet" in (await (await visit("elm", "ruth@elm.example")).get("/flows")).text


async def test_the_list_is_turned_page_by_page(steward, coop):
    ids = [await runs.begin(coop, runs.ASKING, f"turned:{number}") for number in range(60)]
    first = (await steward.get("/flows?words=turned")).text
    older = re.search(r'href="(/flows\?state=&amp;words=turned&amp;before=\d+)"', first)[1].replace("&amp;", "&")
    second = (await steward.get(older)).text
    assert listed(first) + listed(second) == ids[::-1]
    assert "Older" not in second and "Newest" in second


@pytest.mark.parametrize("words", ["\0", "a\0b", "%", "_", "\\", "'", '"', "🥕", "a " * 500])
async def test_no_words_are_a_fault(steward, made, words):
    for name in ("words", "state", "before"):
        assert (await steward.get("/flows", params={name: words})).status_code == 200


# ---- one run ----


async def test_a_run_is_drawn_and_every_node_of_the_drawing_stands_in_words_too(steward, made):
    page = (await steward.get(f"/flows/{made['newsletter']}")).text
    drawing, words = (
        page[page.index('<svg class="drawing"') :].split("</svg>\n</div>")[0],
        page[page.index('class="nodes"') :],
    )
    assert re.search(r'<svg class="drawing" role="img" aria-label="[^"]+', drawing)
    states = {"is_for_it": ("done", "Done"), "digest": ("suspended", "Waiting"), "digest_sent": ("waiting", "Ahead")}
    for node, (state, word) in states.items():
        box = re.search(rf'<g class="box"[^>]*data-state="{state}"[^>]*>(?:(?!</g>).)*>{node}<.*?</g>', drawing, re.S)[
            0
        ]
        assert f"#is-{state}" in box and f">{word}</text>" in box
        assert re.search(rf'<b>{node}</b> <span class="state" data-state="{state}">{word}</span>', words)
    assert drawing.count('<g class="box"') == words.split("</ol>")[0].count("<li ") == 5


async def test_a_run_says_what_set_it_off_and_leads_there(steward, coop, made):
    ((cid,),) = await all_of(coop, Activity.cid, where=Activity.kind == "blog.post")
    page = (await steward.get(f"/flows/{made['newsletter']}")).text
    assert f'<a href="/steward/ledger?words={cid}">published “Mulch in the rain”</a>' in page
    assert "Create <code>blog.post</code>" in (await steward.get(f"/steward/ledger?words={cid}")).text


async def test_no_page_shows_a_secret(steward, made):
    for id in made.values():
        page = (await steward.get(f"/flows/{id}")).text
        assert "sk-1234" not in page and "•••" in page or id == made["newsletter"]
    assert "sk-1234" not in (await steward.get("/flows")).text


async def test_what_people_wrote_is_never_markup(steward, coop, made):
    id = await runs.begin(coop, runs.ASKING, "<b>key", title="<script>x</script>")
    async with coop.writing() as db:
        await db.execute(update(Run).where(Run.id == id).values(error="<i>no</i>"))
    for path in (f"/flows/{id}", "/flows"):
        page = (await steward.get(path)).text
        assert "<script>x" not in page and "<i>no" not in page and "<b>key" not in page


async def test_a_run_that_was_given_something_deep_is_shown(steward, coop, made):
    deep = 7
    for _ in range(400):
        deep = [deep]
    async with coop.writing() as db:
        await db.execute(update(Run).where(Run.id == made["done"]).values(input={"title": deep, "deep": deep}))
    for path in (f"/flows/{made['done']}", "/flows"):
        assert (await steward.get(path)).status_code == 200


async def test_a_run_that_can_move_asks_for_itself_again_and_one_that_ended_does_not(steward, made):
    for name, asks in {"newsletter": True, "failed": True, "held": True, "done": False, "cancelled": False}.items():
        part = (await steward.get(f"/flows/{made[name]}", headers=PARTIAL)).text
        root = re.match(r"\s*<div id=\"flows-run\"[^>]*>", part)[0]
        assert (f'hx-get="/flows/run/{made[name]}"' in root and "hx-trigger" in root) is asks, name


async def test_a_run_that_moves_is_looked_at_again_within_a_second(steward, coop, made):
    id = await runs.begin(coop, runs.ASKING, "moving:1")
    assert 'hx-trigger="every 1s"' in (await steward.get(f"/flows/{id}")).text
    assert 'hx-trigger="every 1s"' not in (await steward.get(f"/flows/{made['newsletter']}")).text


async def test_a_run_names_its_own_runs_and_they_name_it(steward, coop, made):
    ((child,),) = await all_of(coop, Run.id, where=Run.parent == made["many"])
    assert f'href="/flows/{child}"' in (await steward.get(f"/flows/{made['many']}")).text
    assert f'href="/flows/{made["many"]}"' in (await steward.get(f"/flows/{child}")).text


async def test_a_run_whose_definition_is_gone_is_shown(steward, coop, made):
    async with coop.writing() as db:
        await db.execute(update(Run).where(Run.id == made["done"]).values(definition="gone"))
    assert "cannot be drawn" in (await steward.get(f"/flows/{made['done']}")).text


# ---- steering ----


async def test_a_failed_run_is_tried_again_and_the_ledger_says_who_did_it(steward, coop, made):
    done = await steward.post(f"/flows/{made['failed']}/retries")
    assert done.status_code == 303 and done.headers["location"] == f"/flows/{made['failed']}?said=run-retried"
    assert await status(coop, made["failed"]) == "ready"
    assert await deeds(coop, made["failed"]) == [("account.person:1", "retry", "mailed")]
    page = (await steward.get(done.headers["location"])).text
    assert "It is tried again" in page and "tried tale.failing again, at mailed" in page
    ledger = (await steward.get("/steward/ledger?words=flow.run")).text
    assert f'Update <code>flow.run</code> <a href="/flows/{made["failed"]}">' in ledger


async def test_a_step_is_skipped_with_a_value(steward, coop, made):
    done = await steward.post(f"/flows/{made['failed']}/skips", data={"value": ' {"queued": 0} '})
    assert done.status_code == 303 and done.headers["location"].endswith("?said=run-skipped")
    await settle(coop)
    page = (await steward.get(f"/flows/{made['failed']}")).text
    assert await status(coop, made["failed"]) == "done" and "Skipped by hand" in page


@pytest.mark.parametrize(
    "value",
    [
        "", "  ", "yes", "{", "NaN", "[-Infinity]", '{"a": 1, "a": 2}', "[" * 5000, "[" * 51 + "]" * 51, "1" * 5000,
        str(2**60), '"' + "x" * 70_000 + '"',
    ],
)  # fmt: skip
async def test_a_value_that_is_none_is_refused_beside_its_field_and_kept(steward, coop, made, value):
    for headers in ({}, PARTIAL):
        refused = await steward.post(f"/flows/{made['failed']}/skips", data={"value": value}, headers=headers)
        assert refused.status_code == 422 and ("<html" in refused.text) is not bool(headers)
        assert 'id="skip-value-error"' in refused.text and 'aria-invalid="true"' in refused.text
        assert f">\n{value.replace(chr(34), '&#34;')}</textarea>" in refused.text
        assert "hx-trigger" not in refused.text  # what is being put right is not swapped away
    assert await status(coop, made["failed"]) == "dead" and await deeds(coop, made["failed"]) == []


async def test_a_run_is_cancelled(steward, coop, made):
    for name in ("failed", "held", "newsletter", "asking", "many"):
        done = await steward.post(f"/flows/{made[name]}/cancellations")
        assert done.status_code == 303 and await status(coop, made[name]) == "cancelled", name
        page = (await steward.get(f"/flows/{made[name]}")).text
        assert "Cancelled here" in page and "<form" not in page.split('id="flows-run"')[1]


async def test_a_question_is_answered_by_one_of_its_choices(steward, coop, made):
    page = (await steward.get(f"/flows/{made['newsletter']}")).text
    assert re.findall(r'<button[^>]* name="choice" value="(\w+)"', page) == ["send", "stop"]
    async with coop.writing() as db:
        await account.subscribe(db, "sam@oak.example")
    data = {"tag": "digest", "choice": "send"}
    done = await steward.post(f"/flows/{made['newsletter']}/resumptions", data=data)
    assert done.status_code == 303 and done.headers["location"].endswith("?said=run-resumed")
    await settle(coop)
    page = (await steward.get(f"/flows/{made['newsletter']}")).text
    assert "It went to its end" in page and "Ruth answered" in page
    assert "sam@oak.example" in page and "Kept here" in page and "The newsletter" in page
    assert await all_of(coop, Wait.payload, Wait.by, where=Wait.run == made["newsletter"]) == [
        ("send", "account.person:1")
    ]


async def test_a_run_that_waits_says_what_each_answer_leads_to_and_what_comes_of_none(steward, made):
    page = (await steward.get(f"/flows/{made['newsletter']}")).text
    assert "If nobody answers, it goes on then: digest_sent." in page
    assert "it goes on at once: Send leads to digest_sent, Stop leads to the end.</p>" in page
    assert "To cancel is no answer: nothing more is done" in page
    failed = (await steward.get(f"/flows/{made['failed']}")).text
    assert "If nobody answers" not in failed and "To cancel is no answer" not in failed


async def test_a_question_without_choices_takes_any_json(steward, coop, made):
    data = {"tag": "ask", "value": '"yes"'}
    assert (await steward.post(f"/flows/{made['asking']}/resumptions", data=data)).status_code == 303
    await settle(coop)
    assert await status(coop, made["asking"]) == "done"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("newsletter", {"tag": "digest", "choice": "perhaps"}),
        ("newsletter", {"tag": "digest"}),
        ("newsletter", {"tag": "digest", "value": '"perhaps"'}),
        ("asking", {"tag": "ask", "value": "yes"}),
    ],
)
async def test_an_answer_that_is_none_is_refused(steward, coop, made, name, data):
    refused = await steward.post(f"/flows/{made[name]}/resumptions", data=data)
    assert refused.status_code == 422 and "One thing to put right" in refused.text
    assert await status(coop, made[name]) == "suspended"


@pytest.mark.parametrize(
    ("name", "deed", "data"),
    [
        ("done", "retries", {}),
        ("newsletter", "retries", {}),
        ("done", "skips", {"value": "1"}),
        ("asking", "skips", {"value": "yes"}),
        ("done", "resumptions", {"tag": "ask", "value": "yes"}),
        ("asking", "skips", {"value": "1"}),
        ("done", "cancellations", {}),
        ("cancelled", "cancellations", {}),
        ("done", "resumptions", {"tag": "ask", "value": "1"}),
        ("cancelled", "resumptions", {"tag": "ask", "value": "1"}),
        ("newsletter", "resumptions", {"tag": "other", "value": "1"}),
    ],
)
async def test_a_run_that_has_moved_on_is_shown_as_it_stands_and_nothing_is_done(steward, coop, made, name, deed, data):
    before = await status(coop, made[name])
    for headers in ({}, PARTIAL):
        answer = await steward.post(f"/flows/{made[name]}/{deed}", data=data, headers=headers)
        assert answer.status_code == 409 and "It has moved on meanwhile" in answer.text
        assert 'id="flows-run"' in answer.text and ("<html" in answer.text) is not bool(headers)
    assert await status(coop, made[name]) == before and await deeds(coop, made[name]) == [
        ("site", "cancel", "asked")
    ] * (name == "cancelled")


async def test_of_two_stewards_who_answer_one_is_heard(steward, visit, coop, made):
    data = {"tag": "digest", "choice": "stop"}
    path = f"/flows/{made['newsletter']}/resumptions"
    assert (await steward.post(path, data=data)).status_code == 303
    assert (await steward.post(path, data=data | {"choice": "send"})).status_code == 409
    assert await all_of(coop, Wait.payload, where=Wait.run == made["newsletter"]) == [("stop",)]


async def test_htmx_is_sent_to_the_run_after_a_deed(steward, made):
    done = await steward.post(f"/flows/{made['failed']}/retries", headers=PARTIAL)
    assert done.status_code == 204 and done.headers["hx-redirect"] == f"/flows/{made['failed']}?said=run-retried"


# ---- elsewhere ----


async def test_the_desk_leads_to_what_is_stuck(steward, made):
    assert 'href="/flows?state=stuck"' in (await steward.get("/steward")).text


async def test_the_ledger_names_the_run_that_did_something(steward, coop, made):
    async with coop.writing() as db:
        await record(db, Activity(type="Note", kind="tale", ref=1, actor=f"flow.run:{made['done']}"))
        await record(db, Activity(type="Note", kind="tale", ref=2, actor="flow.run:9999"))
        await record(db, Activity(type="Note", kind="tale", ref=3, actor="flow.run:x"))
    for path in ("/steward/ledger", "/steward"):
        page = (await steward.get(path)).text
        assert f'<a href="/flows/{made["done"]}">The flow tale.one</a>' in page
        assert "flow.run:9999" in page and "flow.run:x" in page
    assert "Note tale 1" in (await steward.get(f"/flows/{made['done']}")).text


# ---- rose flow ----

READY = "ready; it goes on at the next `rose serve`."


@pytest.fixture
def asked(house):
    """What whoever owns the folder answers to `rose`."""

    async def asked(name, **about):
        return await answer(house, {"name": name, "about": {"slug": "oak", **about}}, quiet)

    return asked


async def test_an_operator_lists_and_shows_what_the_page_shows(asked, made):
    found = (await asked("list_runs", state="stuck"))["result"]
    assert [(run["id"], run["status"]) for run in found] == [(made["held"], "held"), (made["failed"], "dead")]
    assert [run["id"] for run in (await asked("list_runs", search="mud failing"))["result"]] == [made["failed"]]
    shown = (await asked("show_run", id=made["failed"]))["result"]
    assert shown["input"]["api_key"] == "•••" and shown["nodes"][0]["state"] == "failed"
    json.dumps([found, shown])
    (news,) = (await asked("list_runs", search="newsletter"))["result"]
    assert found[1]["title"] == shown["title"] == "Mud & boots" and news["title"] == "Mulch in the rain"


async def test_an_operator_steers_and_the_ledger_says_so(asked, coop, made):
    assert (await asked("retry_run", id=made["held"]))["result"] == f"Run {made['held']} is {READY}"
    assert "ready" in (await asked("skip_node", id=made["failed"], value='{"queued": 0}'))["result"]
    assert "cancelled" in (await asked("cancel_run", id=made["asking"]))["result"]
    assert READY in (await asked("resume_run", id=made["newsletter"], value='"stop"'))["result"]
    said = [deed for name in ("held", "failed", "asking") for deed in await deeds(coop, made[name])]
    assert said == [("operator", "retry", "gone"), ("operator", "skip", "mailed"), ("operator", "cancel", "asked")]
    assert await all_of(coop, Wait.by, where=Wait.run == made["newsletter"]) == [("operator",)]


@pytest.mark.parametrize(
    ("name", "about", "sentence"),
    [
        ("retry_run", {"id": "done"}, "is done, so that cannot be done"),
        ("skip_node", {"id": "asking", "value": "1"}, "is suspended, so that cannot be done"),
        ("cancel_run", {"id": "cancelled"}, "is cancelled, so that cannot be done"),
        ("resume_run", {"id": "done", "value": "1"}, "is done, so that cannot be done"),
        ("resume_run", {"id": "newsletter", "value": '"perhaps"'}, "not take that: the answer is one of send, stop"),
        ("resume_run", {"id": "newsletter", "value": "perhaps"}, "does not take that: this is no JSON. Write true, 12"),
        ("skip_node", {"id": "failed", "value": '{"a": 1, "a": 2}'}, "not take that: the name a stands there twice."),
        ("resume_run", {"id": "newsletter", "value": "1", "tag": "pay"}, "waits for no pay, but for digest."),
        ("resume_run", {"id": "done", "value": "1", "tag": "pay"}, "waits for no pay."),
        ("show_run", {"id": 9999}, "There is no run 9999 in oak."),
        ("retry_run", {"id": 9999}, "There is no run 9999 in oak."),
        ("list_runs", {"slug": "ash"}, "There is no co-op ash here"),
    ],
)
async def test_an_operator_is_refused_in_one_sentence_and_nothing_is_done(asked, coop, made, name, about, sentence):
    before = await all_of(coop, Run.id, Run.status)
    about = about | ({"id": made.get(about["id"], about["id"])} if "id" in about else {})
    assert sentence in (await asked(name, **about))["error"]
    assert await all_of(coop, Run.id, Run.status) == before
