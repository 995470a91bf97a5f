"""Every page that can be reached, looked at as a machine looks: links, marks, widths, names, keys."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import STEWARD, listen

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
FAULTS = """() => axe.run({resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target}: ${failureSummary}`)))"""
MARKS = """() => ({
  headings: document.querySelectorAll("h1").length,
  twice: [...document.querySelectorAll("[id]")].map(({id}) => id).filter((id, at, all) => all.indexOf(id) < at),
  width: document.documentElement.scrollWidth,
  named: / – ./.test(document.title),
})"""
FINE = {"headings": 1, "twice": [], "width": 320, "named": True}
FOCUS = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect(), style = getComputedStyle(it);
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    where: it === document.body ? "" : it.outerHTML.slice(0, 120),
    hidden: !box.width || !box.height || box.x < 0 || box.right > innerWidth || !at || !(it.contains(at) || at.contains(it)),
    ringed: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || it.matches(INSIDE),
  };
}""".replace("INSIDE", "'input:is([type=date], [type=time])'")  # whose last part the browser rings itself
MANY = 300  # more than any page has places to go with Tab
UNLINKED = [
    ("a stranger", address)
    for address in ("/market/goods?words=zebra", "/events/calendar?month=2099-12", "/account/link-sent")
]
UNLINKED += [("a stranger", "/account/password-sign-in"), ("a stranger", "/nothing-here"), ("a stranger", "/steward")]
UNLINKED += [("a shopper", "/cart/basket"), ("a shopper", "/steward"), (STEWARD, "/steward/ledger?words=zebra")]


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
    machine.post("/cart/lines", form={"kind": "market.product", "ref": "3", "quantity": "2"})
    kept = {"a stranger": None, "a shopper": machine.storage_state(), STEWARD: signed_in(STEWARD)}
    machine.dispose()
    return kept


@pytest.fixture(scope="session")
def reached(oakhill, playwright, browsers):
    """Who -> what they reach: strangers from the home page, stewards from the desk."""
    found = {}
    for who, first in (("a stranger", "/"), (STEWARD, "/steward")):
        machine = playwright.request.new_context(base_url=oakhill.url, storage_state=browsers[who])
        found[who] = crawl(machine, first)
        machine.dispose()
    return found


@pytest.fixture(scope="session")
def pages(reached):
    """(who, address): all that strangers reach, one of each kind that stewards do, and what no link leads to."""
    strangers = [("a stranger", address) for address in reached["a stranger"]]
    return strangers + one_of_each((STEWARD, address) for address in reached[STEWARD]) + UNLINKED


@pytest.fixture(scope="session")
def kinds(pages):
    return one_of_each(pages)


def one_of_each(pages):
    return list({(who, "?" in address, kind(address)): (who, address) for who, address in pages}.values())


@pytest.fixture
def looks(browser, browser_context_args, browsers):
    """Who -> a page of theirs."""
    contexts = {who: browser.new_context(**browser_context_args, storage_state=kept) for who, kept in browsers.items()}
    yield {who: context.new_page() for who, context in contexts.items()}
    for context in contexts.values():
        context.close()


def test_every_link_leads_to_a_page(reached):
    astray = {address: status for found in reached.values() for address, status in found.items() if status != 200}
    assert not astray
    assert len(reached["a stranger"]) > 30 and len(reached[STEWARD]) > 60


def test_every_page_is_whole_named_and_fits_a_small_phone(looks, pages):
    faults = []
    for page in looks.values():
        page.set_viewport_size({"width": 320, "height": 700})
        listen(page, faults)
    for who, address in pages:
        looks[who].goto(address)
        seen = looks[who].evaluate(MARKS)
        faults += [f"{address}, to {who}: {name} {value}" for name, value in seen.items() if value != FINE[name]]
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(300)
def test_axe_finds_nothing_wide_or_narrow_in_the_light_or_in_the_dark(looks, kinds):
    faults = []
    for who, address in kinds:
        page = looks[who]
        page.goto(address)
        faults += [f"{address}, to {who}, {how}: {fault}" for how, fault in judged(page)]
    page.goto("/blog/new-post")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_be_visible()
    faults += [f"a refused form, {how}: {fault}" for how, fault in judged(page)]
    assert not faults, "\n".join(faults)


def judged(page):
    """(how it is shown, what axe says of it), for each fault."""
    page.evaluate(AXE)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for fault in page.evaluate(FAULTS):
                yield f"{width} {scheme}", fault


def test_tab_goes_first_past_the_navigation_and_then_nowhere_out_of_sight(looks, kinds):
    faults = []
    for who, address in kinds:
        looks[who].goto(address)
        stops = list(tabbed(looks[who]))
        if 'class="skip"' not in stops[0]["where"]:
            faults.append(f"{address}, to {who}: Tab goes first to {stops[0]['where']}")
        faults += [f"{address}, to {who}: {stop}" for stop in stops if stop["hidden"] or not stop["ringed"]]
    assert not faults, "\n".join(faults)


def tabbed(page):
    """Each place that Tab leads to, from the top to the end."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if not stop["where"]:
            return
        yield stop
    raise AssertionError(f"Tab never comes to an end on {page.url}")
