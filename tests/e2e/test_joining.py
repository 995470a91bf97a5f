"""How somebody comes to be a member: they ask, a steward answers by mail or at the desk, and they sign in."""

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import STEWARD, heading, the

number = count(1)


@pytest.fixture
def asked(visit):
    """(a stranger's page, their name, their address), once they have asked to join."""
    page, name = visit(), f"Noor {next(number)}"
    address = f"{name.replace(' ', '-').lower()}@far.example"
    page.goto("/")
    the(page, "Become a member").get_by_role("link", name="Ask to join").click()
    expect(heading(page, "Ask to join")).to_be_visible()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill("noor@far")
    page.get_by_label("Why would you like to join?").fill("I bake on Saturdays.")
    page.get_by_role("button", name="Ask to join").click()
    expect(page.get_by_label("Email")).to_have_accessible_description(re.compile("Write a whole address"))
    expect(page.get_by_label("Why would you like to join?")).to_have_value("I bake on Saturdays.")
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Ask to join").click()
    expect(heading(page, "Your request is sent")).to_be_visible()
    return page, name, address


def test_a_stranger_is_let_in_by_a_mailed_link_that_decides_once(visit, oakhill, asked):
    theirs, name, address = asked
    approve, decline = oakhill.joining(STEWARD, address)
    page = visit()
    for _ in "a scanner", "a steward":
        page.goto(approve)
        expect(heading(page, f"{name} asks to join")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("I bake on Saturdays.")
    page.get_by_role("button", name=f"Let {name} in").click()
    expect(heading(page, f"{name} is let in")).to_be_visible()
    page.goto(decline)
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Maud decided that on \d+ \w+ \d{4} at \d\d:\d\d\."))
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    theirs.goto(oakhill.link(address))
    theirs.get_by_role("button", name=f"Sign in as {name}").click()
    expect(heading(theirs, "Hello, Noor")).to_be_visible()


def test_a_steward_declines_at_the_desk_and_whoever_asked_is_told(visit, oakhill, asked):
    _, name, address = asked
    page = visit(STEWARD)
    page.goto("/steward")
    the(page, "Needs you").get_by_role("link", name="Answer").click()
    asking = the(page, "Asking to join").get_by_role("listitem").filter(has_text=address)
    expect(asking).to_contain_text("I bake on Saturdays.")
    asking.get_by_role("button", name=f"Decline {name}").click()
    expect(page.locator("#notices")).to_contain_text("Declined. A mail tells them.")
    expect(page.get_by_text(address)).to_have_count(0)
    assert "cannot let you in" in oakhill.mailed(address, 1)[0]
    page.goto(oakhill.joining(STEWARD, address)[0])
    expect(heading(page, f"{name} is declined")).to_be_visible()
