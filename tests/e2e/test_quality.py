"""Every page that can be reached, looked at as a machine looks: links, marks, widths, names, keys."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from tests.e2e.conftest import STEWARD, listen

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
FAULTS = """async (only) => (await axe.run({...only, resultTypes: ["violations"], preload: false})).violations.flatMap(
  ({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target}: ${failureSummary}`))"""
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that the dark can spoil."""
MARKS = """() => ({
  headings: document.querySelectorAll("h1").length,
  twice: [...document.querySelectorAll("[id]")].map(({id}) => id).filter((id, at, all) => all.indexOf(id) < at),
  width: document.documentElement.scrollWidth,
  named: / – ./.test(document.title),
})"""
FINE = {"headings": 1, "twice": [], "width": 320, "named": True}
FOCUS = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")]
  .filter((it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility()).flatMap((it) => {
    it.focus();
    it.scrollIntoView({block: "nearest"});
    const box = it.getBoundingClientRect(), style = getComputedStyle(it);
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const at = document.elementFromPoint(box.x + box.width / 2, (top + bottom) / 2);
    const faults = [
      document.activeElement !== it && "takes no focus",
      (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) && "no ring",
      (!box.width || top >= bottom || box.x < 0 || box.right > innerWidth) && "out of sight",
      !(it.contains(at) || at?.contains(it)) && "covered",
      it.tabIndex > 0 && "out of order",
    ];
    return faults.filter(Boolean).map((fault) => `${fault}: ${it.outerHTML.slice(0, 120)}`);
  })"""
STRANGER, SHOPPER = "a stranger", "a shopper"
UNLINKED = [
    (STRANGER, "/market/goods?words=zebra"),
    (STRANGER, "/events/calendar?month=2099-12"),
    (STRANGER, "/account/password-sign-in"),
    (STRANGER, "/account/link-sent"),
    (STRANGER, "/nothing-here"),
    (STRANGER, "/steward"),
    (STRANGER, "/events/upcoming"),
    (STRANGER, "/blog/latest"),
    (STRANGER, "/market/featured"),
    (STRANGER, "/account/sign-in?said=signed-out"),
    (SHOPPER, "/cart/basket"),
    (STEWARD, "/steward/ledger?words=zebra"),
]
SAME = {"/", "/cart/basket", "/blog/news", "/how-we-work", "/events/calendar"}
"""Where a steward finds what strangers do, or a link more."""


class Links(HTMLParser):
    """The addresses on this site that a page leads to, without the place in them."""

    def __init__(self, address, html):
        super().__init__()
        self.address, self.found = address, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        href = dict(attributes).get("href") if tag == "a" else None
        to = urlsplit(urljoin(self.address, href))
        if href and not to.netloc and not to.scheme:
            self.found.append(to.path + (to.query and f"?{to.query}"))


def crawl(machine, first):
    """Every path is asked for, and twice with a query of each sort, for months never end. Address -> status."""
    statuses, waiting, known = {}, [first], Counter()
    while waiting:
        address = waiting.pop(0)
        if address in statuses:
            continue
        sort = re.sub("=[^&]*", "=", address)
        known[sort] += 1
        if "?" not in sort or known[sort] < 3:
            answer = machine.get(address)
            statuses[address] = answer.status
            waiting += Links(address, answer.text()).found
    return statuses


def kind(address):
    """What pages that are made alike have in common."""
    return re.sub(r"\d+", "N", re.sub(r"(?<=/blog/post/)[^/]+", "x", address.split("?")[0]))


@pytest.fixture(scope="session")
def browsers(oakhill, playwright, signed_in):
    """Who -> what their browser keeps."""
    machine = playwright.request.new_context(base_url=oakhill.url)
    assert machine.post("/cart/lines", form={"kind": "market.product", "ref": "3", "quantity": "2"}).ok
    kept = {STRANGER: None, SHOPPER: machine.storage_state(), STEWARD: signed_in(STEWARD)}
    machine.dispose()
    return kept


@pytest.fixture(scope="session")
def reached(oakhill, playwright, browsers):
    """Who -> what they reach: strangers from the home page, stewards from the desk."""
    found = {}
    for who, first in ((STRANGER, "/"), (STEWARD, "/steward")):
        machine = playwright.request.new_context(base_url=oakhill.url, storage_state=browsers[who])
        found[who] = crawl(machine, first)
        machine.dispose()
    return found


@pytest.fixture(scope="session")
def faults(browser, browser_context_args, browsers, reached):
    """Rule -> what is wrong, and where. Every page is loaded once; of those made alike, one is looked at long."""
    faults = {"whole": [], "heard": [], "axe": [], "focus": []}
    looks = {}
    for who, kept in browsers.items():
        looks[who] = browser.new_context(**browser_context_args, storage_state=kept).new_page()
        listen(looks[who], faults["heard"])
    strangers = [(STRANGER, address) for address in reached[STRANGER]]
    stewards = [(STEWARD, address) for address in reached[STEWARD] if address not in SAME and "?" not in address]
    kinds = one_of_each(strangers + stewards) + UNLINKED
    for who, address in dict.fromkeys(strangers + kinds):
        looks[who].goto(address)
        for rule, fault in look(looks[who], long=(who, address) in kinds):
            faults[rule].append(f"{address}, to {who}: {fault}")
    looks[STEWARD].goto("/blog/new-post")
    looks[STEWARD].get_by_role("button", name="Publish").click()
    looks[STEWARD].get_by_role("alert").wait_for()
    looks[STEWARD].evaluate(AXE)
    for rule, fault in judged(looks[STEWARD]):
        faults[rule].append(f"a refused form: {fault}")
    for page in looks.values():
        page.context.close()
    return faults


def one_of_each(pages):
    """The first; what somebody else sees of it is another kind."""
    return list({(who, kind(address)): (who, address) for who, address in reversed(pages)}.values())


def look(page, long):
    """(rule, fault), as the page stands there."""
    if long:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate(AXE)
        yield from focused(page)
        yield from judged(page)
    page.set_viewport_size({"width": 320, "height": 900})
    for mark, value in page.evaluate(MARKS).items():
        if value != FINE[mark]:
            yield "whole", f"{mark} {value}"
    if long:
        yield from judged(page)


def focused(page):
    """By the key first: what the page then focuses is shown as to somebody who uses keys."""
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.outerHTML")
    if 'class="skip"' not in first:
        yield "focus", f"Tab goes first to {first[:120]}"
    for fault in page.evaluate(FOCUS):
        yield "focus", fault


def judged(page):
    for scheme, only in (("light", {}), ("dark", {"runOnly": COLOURS})):
        page.emulate_media(color_scheme=scheme)
        for fault in page.evaluate(FAULTS, only):
            yield "axe", f"{page.viewport_size['width']} {scheme}, {fault}"


def test_every_link_leads_to_a_page(reached):
    astray = {address: status for found in reached.values() for address, status in found.items() if status != 200}
    assert not astray
    assert len(reached[STRANGER]) > 30 and len(reached[STEWARD]) > 60


@pytest.mark.timeout(300)  # whichever comes first waits for the walk
def test_every_page_has_one_heading_a_title_each_id_once_and_fits_a_small_phone(faults):
    assert not faults["whole"], "\n".join(faults["whole"])


@pytest.mark.timeout(300)
def test_no_page_breaks_the_policy_or_misses_a_file(faults):
    assert not faults["heard"], "\n".join(faults["heard"])


@pytest.mark.timeout(300)
def test_axe_finds_nothing_wide_or_narrow_in_the_light_or_in_the_dark(faults):
    assert not faults["axe"], "\n".join(faults["axe"])


@pytest.mark.timeout(300)
def test_tab_goes_first_past_the_navigation_and_whatever_has_the_focus_is_seen_to_have_it(faults):
    assert not faults["focus"], "\n".join(faults["focus"])
