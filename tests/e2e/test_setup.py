"""The first minute: from an empty folder to a live site, whose sample one button removes."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import heading, listen, the
from tests.e2e.test_quality import AXE, FINE, MARKS, judged

MINUTE = 60  # seconds


@pytest.fixture
def open_page(browser, scripted):
    """`open_page()`: in a browser somewhere in Portugal. None may complain of anything."""
    complaints, contexts = [], []

    def open_page():
        about = {"locale": "en-GB", "timezone_id": "Europe/Lisbon", "reduced_motion": "reduce"}
        contexts.append(browser.new_context(**about, java_script_enabled=scripted))
        page = contexts[-1].new_page()
        listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def printed(rose):
    """The address that a server on an empty folder prints when it starts."""
    rose.serve("--replica", "none")
    return re.search(rf"{rose.url}/setup\S+", rose.log())[0]


def fill_in(page, **about):
    page.get_by_label("Name").fill("Ash Bank")
    page.get_by_label("Your email").fill("ruth@ash.example")
    for label, value in about.items():
        page.get_by_label(label).fill(value)


def ink(page):
    return page.locator("link[rel=stylesheet][href^='/theme/']")


def test_from_an_empty_folder_to_a_live_site_without_its_sample_in_a_minute(rose, printed, open_page, scripted):
    page, began = open_page(), time.monotonic()
    page.goto(rose.url)
    expect(heading(page, "No co-op here yet")).to_be_visible()
    page.goto(printed)
    expect(page.get_by_label("Address")).to_have_value(rose.url)
    if scripted:
        expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")
    fill_in(page, Address=f"{rose.url}/shop")
    page.get_by_label("Second ink").fill("150")
    if not scripted:
        page.get_by_role("button", name="Print this page in that ink").click()
    expect(ink(page)).to_have_count(1)  # while one takes the other's place, there are two
    expect(ink(page)).to_have_attribute("href", "/theme/150-besley-little.css")
    page.get_by_role("button", name="Make it, and sign me in").click()
    expect(page.get_by_role("alert")).to_contain_text("One thing to put right")
    expect(page.get_by_label("Name")).to_have_value("Ash Bank")
    page.get_by_label("Address").fill(rose.url)
    page.get_by_role("button", name="Make it, and sign me in").click()
    expect(page).to_have_url(f"{rose.url}/steward")
    expect(page).to_have_title("Desk – Ash Bank")
    expect(ink(page)).to_have_attribute("href", "/theme/150-besley-little.css")
    expect(the(page, "Setting up")).to_contain_text("0 of 8 done")
    page.get_by_role("link", name="The site").click()
    expect(the(page, "News").get_by_role("listitem")).to_have_count(5)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Desk").click()
    page.get_by_role("link", name="Remove the sample").click()
    expect(the(page, "This goes")).to_contain_text("The beetroot that nearly got away")
    page.get_by_role("button", name="Remove the sample").click()
    expect(the(page, "Setting up")).to_contain_text("0 of 7 done")
    page.get_by_role("link", name="The site").click()
    expect(heading(page, "Ash Bank")).to_be_attached()
    expect(page.get_by_role("main")).to_contain_text("Goods stand here as soon as the growers have listed them.")
    assert time.monotonic() - began < MINUTE
    page.goto(printed)
    expect(heading(page, "It is made")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("rose coop sign-in ash-bank ruth@")
    assert page.url == printed and "sign-in-link" not in page.content()


def test_opened_at_another_address_it_ends_at_its_own(rose, printed, open_page):
    page = open_page()
    page.goto(printed.replace("localhost", "127.0.0.1"))
    expect(page.get_by_label("Address")).to_have_value(rose.url.replace("localhost", "127.0.0.1"))
    fill_in(page, Address=rose.url)
    page.get_by_role("button", name="Make it, and sign me in").click()
    page.get_by_role("button", name="Sign in as Ruth").click()
    expect(page).to_have_url(f"{rose.url}/steward")


@pytest.mark.parametrize("scripted", [True], ids=["scripted"])
def test_axe_finds_nothing_on_the_pages_of_an_empty_server(rose, printed, open_page):
    page, faults = open_page(), []

    def look(what):
        page.evaluate(AXE)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            faults.extend(f"{what}: {fault}" for _, fault in judged(page))
        assert page.evaluate(MARKS) == FINE, what

    page.goto(rose.url)
    look("nothing yet")
    page.goto(printed)
    look("the form")
    fill_in(page, Address="http://oak.example/shop")
    page.get_by_role("button", name="Make it, and sign me in").click()
    page.get_by_role("alert").wait_for()
    look("a refused form")
    page.get_by_label("Address").fill(rose.url)
    page.get_by_role("button", name="Make it, and sign me in").click()
    expect(page).to_have_url(f"{rose.url}/steward")
    page.goto(printed)
    expect(heading(page, "It is made")).to_be_visible()
    look("the address again")
    assert not faults, "\n".join(faults)
