"""Runs of flows, as a steward looks at them and steers them in a browser, and an operator on the command line."""

import json
import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import STEWARD, furnish, heading, seamless, the
from tests.e2e.test_serving import until
from tests.e2e.test_steward import on_the_desk


def published(page, title):
    """A post for the newsletter; the page of the run that it sets off."""
    page.goto("/blog/new-post")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Tags").fill("newsletter")
    page.get_by_role("button", name="Publish").click()
    expect(heading(page, title)).to_be_visible()
    on_the_desk(page, "Flows")
    page.get_by_role("row").filter(has_text=title).first.get_by_role("link").click()
    expect(heading(page, "blog.newsletter")).to_be_visible()


def taken_off(page, title):
    page.goto("/blog/posts")
    page.get_by_role("row").filter(has_text=title).first.get_by_role("link", name="Edit").click()
    page.get_by_role("button", name="Take it off the site").click()
    expect(page.get_by_role("article")).to_contain_text("This is a draft.")


def found(page, name):
    page.goto(f"/flows?words={name}")
    page.get_by_role("row").filter(has_text=name).last.get_by_role("link").click()
    expect(heading(page, name)).to_be_visible()


def test_a_waiting_run_is_found_looked_at_and_answered(visit):
    page = visit(STEWARD)
    published(page, "Windfalls")
    expect(page.get_by_role("img", name="The flow blog.newsletter, drawn.")).to_be_visible()
    steps = the(page, "Step by step").get_by_role("listitem")
    expect(steps).to_contain_text([r"is_for_it Done", "digest Waiting", "is_stopped Ahead", "digest_sent", "The end"])
    the(page, "About it").get_by_role("link", name="published “Windfalls”").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.go_back()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_contain_text("Answered. The run goes on.")
    expect(the(page, "Answers")).to_contain_text("Maud")
    page.goto("/flows?state=done")
    expect(page.get_by_role("row").filter(has_text="Windfalls").first).to_contain_text("the end")
    taken_off(page, "Windfalls")


def test_what_is_stuck_is_reached_from_the_desk_and_tried_again(visit, scripted):
    page = visit(STEWARD)
    page.goto("/steward")
    page.get_by_role("link", name="Some work has stopped").click()
    page.get_by_role("link", name="tale.old").click()
    expect(page.get_by_role("main")).to_contain_text("UnknownEffect: tale.gone@1")
    page.get_by_role("button", name="Try it again").click()
    expect(page.get_by_role("status")).to_contain_text("It is tried again")
    if not scripted:
        page.get_by_role("link", name="Look again").click()
    expect(page.locator("h1 + .state")).to_have_text("Held")  # by itself, with JavaScript
    expect(the(page, "What was done about it")).to_contain_text("tried tale.old again, at gone")


def test_a_value_that_is_no_json_is_kept_beside_what_is_wrong_with_it(visit, scripted):
    page = visit(STEWARD)
    found(page, "tale.failing")
    field = page.get_by_label("Skip it with this value")
    field.fill("yes, do")
    with seamless(page, scripted):
        page.get_by_role("button", name="Skip this step").click()
        expect(page.get_by_role("alert")).to_contain_text("This is no JSON.")
    expect(field).to_have_value("yes, do")
    expect(field).to_have_accessible_description(re.compile("This is no JSON."))
    if scripted:
        expect(field).to_be_focused()


@pytest.mark.parametrize("scripted", ["keys"], indirect=True)
def test_a_page_that_refreshes_itself_takes_nobody_from_what_they_type(visit):
    page, other = visit(STEWARD), visit(STEWARD)
    published(page, "Quinces")
    other.goto(page.url)
    other.get_by_text("What it was given").click()
    with other.expect_response(re.compile("/flows/run/")):
        pass
    page.get_by_role("button", name="Stop").click()
    expect(other.get_by_role("main")).to_contain_text("It went to its end.")
    expect(other.locator("details[open] pre")).to_be_visible()
    taken_off(page, "Quinces")
    found(page, "tale.asking")
    field = page.get_by_label("Answer")
    field.fill('{"so": ')
    with page.expect_response(re.compile("/flows/run/")):
        pass
    field.press("1")
    expect(field).to_have_value('{"so": 1')
    expect(field).to_be_focused()


def test_the_drawing_is_gone_to_with_the_keys_and_scrolls_where_it_is_wider_than_the_window(visit):
    page = visit(STEWARD)
    found(page, "blog.newsletter")
    page.set_viewport_size({"width": 320, "height": 800})
    drawing = page.get_by_role("group", name="The flow blog.newsletter, drawn.")
    drawing.press("ArrowRight")
    expect(drawing).to_be_focused()
    until(lambda: drawing.evaluate("it => it.scrollLeft") > 0)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 720})


def steered(rose, ready):
    """By somebody who types commands; every deed once."""
    flow = partial(rose.run, "flow")
    stuck = json.loads(flow("list", "oakhill", "--state", "stuck", "--json").stdout)
    held = next(str(run["id"]) for run in stuck if run["flow"] == "tale.old")
    waiting = json.loads(flow("list", "oakhill", "--state", "waiting", "--search", "asking mud", "--json").stdout)
    assert flow("retry", "oakhill", held).stdout == f"Run {held} is {ready}.\n"
    id = str(waiting[0]["id"])
    shown = json.loads(flow("show", "oakhill", id, "--json").stdout)
    assert shown["nodes"][0] | {"at": None} == {
        "name": "asked", "kind": "suspend", "does": "ask", "state": "waiting", "attempts": 0, "at": None
    }  # fmt: skip
    refused = flow("skip", "oakhill", id, "1")
    assert refused.returncode == 1 and refused.stderr == f"rose: Run {id} is suspended, so that cannot be done.\n"
    assert flow("resume", "oakhill", id, '"no"').returncode == 0
    return id


@pytest.mark.parametrize("serves", [False, True], ids=["alone", "beside a server"])
def test_an_operator_steers_whether_a_server_runs_or_not(rose, serves):
    furnish(rose)
    if serves:
        rose.serve("--replica", "none")
    id = steered(rose, "ready" if serves else "ready; it goes on at the next `rose serve`")
    again = rose.run("flow", "resume", "oakhill", id, '"no"')
    assert again.returncode == 1 and again.stderr.count("\n") == 1
    assert rose.run("flow", "list", "oakhill", "--search", "zebra").stderr == "No runs.\n"
