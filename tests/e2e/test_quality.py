"""Every page that can be reached, looked at as a machine looks: links, marks, widths, names, keys."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx import ASGITransport, AsyncClient

from app.commands import create_coop
from app.main import House
from app.settings import Settings
from tests import pages
from tests.e2e.conftest import MEMBER, STEWARD, listen

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
FAULTS = """async (only) => (await axe.run({...only, resultTypes: ["violations"], preload: false})).violations.flatMap(
  ({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target}: ${failureSummary}`))"""
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that the dark can spoil."""
MARKS = """() => ({
  headings: document.querySelectorAll("h1").length,
  twice: [...document.querySelectorAll("[id]")].map(({id}) => id).filter((id, at, all) => all.indexOf(id) < at),
  width: document.documentElement.scrollWidth,
  named: / – ./.test(document.title) || !document.querySelector(".masthead"),
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
ALIKE = r'\?next=[^"]*| aria-current="\w+"'
"""What makes parts of pages no different to look at."""
PARTS = r'<header class="masthead.*?</header>|<main.*?</main>'
UNLINKED = [
    (STRANGER, "/market/goods?words=zebra"),
    (STRANGER, "/events/calendar?month=2099-12"),
    (STRANGER, "/nothing-here"),
    (STRANGER, "/account/sign-in?said=signed-out"),
    (STRANGER, "/account/joining/nowhere"),
    (STRANGER, "/account/reading/nowhere"),
    (STEWARD, "/steward/ledger?words=zebra"),
]
"""States that no link leads to."""
SEND = """(action) => {
  const form = [...document.forms].find((form) => form.getAttribute("action") === action);
  for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) field.value = "";
  form.submit();
}"""
"""Past what the browser checks, and past htmx."""

SHIFTS = """async () => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach(({value}) => { sum += value; });
  new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
  const seen = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const {style} = document.documentElement, fonts = ["--display", "--text"];
  const named = (font) => getComputedStyle(document.documentElement).getPropertyValue(font);
  await seen();
  for (const font of fonts) style.setProperty(font, named(font).replace(/^[^,]*,/, ""));
  await seen();
  for (const font of fonts) style.removeProperty(font);
  await seen();
  return sum;
}"""
"""What moved while the page loaded, and moves when what stands in for its letters goes, and when they come."""
STILL = 0.05
"""A tenth, of one of them, is called good (web.dev/cls)."""


@pytest.fixture(scope="session")
def browsers(oakhill, playwright, signed_in):
    """Who -> what their browser keeps."""
    machine = playwright.request.new_context(base_url=oakhill.url)
    assert machine.post("/cart/lines", form={"kind": "market.product", "ref": "3", "quantity": "2"}).ok
    kept = {STRANGER: None, SHOPPER: machine.storage_state(), MEMBER: signed_in(MEMBER), STEWARD: signed_in(STEWARD)}
    machine.dispose()
    return kept


@pytest.fixture(scope="session")
def machines(oakhill, playwright, browsers):
    machines = {
        who: playwright.request.new_context(base_url=oakhill.url, storage_state=browsers[who]) for who in browsers
    }
    yield machines
    for machine in machines.values():
        machine.dispose()


@pytest.fixture(scope="session")
def reached(machines):
    """Who -> what they reach, and its status: strangers from the home page, stewards from the desk."""
    return {who: crawl(machines[who], first) for who, first in ((STRANGER, "/"), (STEWARD, "/steward"))}


def crawl(machine, first):
    statuses, crawl = {}, pages.Crawl(first)
    while address := crawl.next():
        answer = machine.get(address)
        statuses[address] = answer.status
        crawl.found(pages.Page(address, answer.text()))
    return statuses


@pytest.fixture(scope="session")
def asking(oakhill, machines):
    """What a steward is mailed of somebody who waits, and of others whom they have let in and declined."""
    found = {}
    for answer in ("waiting", "approve", "decline"):
        address = f"{answer}@far.example"
        about = {"name": "Mei Lin", "address": address, "words": "I bake on Saturdays.\n\nTam told me of you."}
        assert machines[STRANGER].post("/account/join", form=about).ok
        found[answer] = urlsplit(oakhill.joining(STEWARD, address)[0]).path
        if answer != "waiting":
            assert machines[STRANGER].post(found[answer], form={"answer": answer}).ok
    yield found
    machines[STRANGER].post(found["waiting"], form={"answer": "decline"})


@pytest.fixture(scope="session")
def samples(oakhill, machines, reached, asking):
    """Route -> an address of it, for all that people see."""
    link = urlsplit(oakhill.told("coop", "sign-in", "oakhill", MEMBER)).path
    assert machines[STRANGER].post("/account/subscribe", form={"address": "noor@far.example"}).ok
    reading = urlsplit(oakhill.reading("noor@far.example")).path
    entry = re.search(r'href="(/events/entry/\d+)"', machines[STRANGER].get("/events/tickets").text())[1]
    guest = {"name": "Noor", "address": "noor@far.example", "places": "1"}
    assert machines[STRANGER].post(f"{entry}/tickets", form=guest).ok
    wanted = urlsplit(oakhill.wanted_ticket("noor@far.example")).path
    return pages.samples([*reached[STRANGER], *reached[STEWARD], link, asking["waiting"], reading, wanted])


@pytest.fixture(scope="session")
def different(machines, samples, asking):
    """(who, address) of all pages with something in them that no page before had; and the (who, form) in them."""
    different, forms, seen = [], {}, set()
    decided = [(STRANGER, f"{asking['waiting']}?answer=decline"), *((STRANGER, path) for path in asking.values())]
    for who, address in [(who, address) for address in samples.values() for who in machines] + UNLINKED + decided:
        html = machines[who].get(address).text()
        parts = {re.sub(ALIKE, "", part) for part in re.findall(PARTS, html, re.DOTALL)}
        if parts - seen:
            different.append((who, address))
            for form in pages.Page(address, html).forms:
                if form.method == "post" and form.typed and form.action in samples.values():
                    forms.setdefault(form.action, (who, address))
        seen |= parts
    return different, forms


@pytest.fixture(scope="session")
def refusals(oakhill, tmp_path_factory):
    """Status -> its page, as a co-op at this address answers."""
    with ThreadPoolExecutor(1) as elsewhere:  # here, Playwright has a loop of its own
        return elsewhere.submit(asyncio.run, refused_pages(oakhill.url, tmp_path_factory.mktemp("refusals"))).result()


async def refused_pages(url, folder):
    house = House(Settings.read(data_dir=folder, secret_key="an-honest-secret-for-tests-0123456789", replica="none"))
    async with house.awake(), AsyncClient(transport=ASGITransport(house.app), base_url=url) as client:
        await create_coop(house, lambda *_: None, name="Oakhill Growers", url=url, steward=STEWARD)
        with pytest.MonkeyPatch.context() as patch:
            found = {answer.status_code: answer.text async for answer in pages.refusals(client, patch)}
        return found | {"nobody's": (await client.get("/", headers=[("host", "a"), ("host", "b")])).text}


@pytest.fixture(scope="session")
def faults(browser, browser_context_args, browsers, reached, different, refusals):
    """Rule -> what is wrong, and where. Every page of a stranger is loaded; what is different is looked at long."""
    faults = {"whole": [], "heard": [], "axe": [], "focus": []}
    looks = {}
    for who, kept in browsers.items():
        looks[who] = browser.new_context(**browser_context_args, storage_state=kept).new_page()
        listen(looks[who], faults["heard"])

    def note(who, where, long=True):
        for rule, fault in look(looks[who], long):
            faults[rule].append(f"{where}, to {who}: {fault}")

    long, forms = different
    for who, address in dict.fromkeys([*long, *((STRANGER, address) for address in reached[STRANGER])]):
        looks[who].goto(address)
        note(who, address, (who, address) in long)
    for action, (who, address) in forms.items():
        looks[who].goto(address)
        with looks[who].expect_navigation():
            looks[who].evaluate(SEND, action)
        note(who, f"{action}, sent empty")
    for status, html in refusals.items():
        looks[STRANGER].set_content(html)
        note(STRANGER, status)
    for page in looks.values():
        page.context.close()
    return faults


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
    begins = page.evaluate("document.activeElement === document.body && Boolean(document.querySelector('.skip'))")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.outerHTML")
    if begins and 'class="skip"' not in first:
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


def test_of_every_page_that_there_is_one_is_looked_at(samples):
    assert [route for route, address in samples.items() if not address] == []


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


def test_no_page_moves_on_a_phone_when_its_letters_come_late(browser, browser_context_args, reached):
    page = browser.new_context(**browser_context_args, viewport={"width": 412, "height": 823}).new_page()
    moved = {}
    for address in {pages.kind(address): address for address in reached[STRANGER] if "?" not in address}.values():
        page.goto(address)
        moved[address] = page.evaluate(SHIFTS)
    page.context.close()
    assert {address: sum for address, sum in moved.items() if sum > STILL} == {}
