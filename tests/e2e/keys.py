"""Stories told without a mouse: what would be clicked, filled in or chosen is gone to with Tab and done with keys."""

from datetime import date, time

from playwright.sync_api import Locator

STOPS = 200
"""How many times Tab is pressed at most: a page has fewer stops, so whoever needs more is in a trap."""
KINDS = {"date": date, "time": time}
WRITTEN = {"date": ("%d%m%Y", "%m%d%Y", "%Y%m%d"), "time": ("%H%M", "%I%M%p")}
AT = """(it) => {
  const at = document.activeElement, style = getComputedStyle(at);
  const same = at === it || (at !== document.body && at.contains(it)) ||
    (it.type === "radio" && at.type === "radio" && at.name === it.name && at.form === it.form);
  return {
    there: same,
    gone: !it.isConnected,
    before: Boolean(at.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING) && at !== document.body,
    ringed: at === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    what: at.outerHTML.slice(0, 120),
  };
}"""

WORDS = "it => it.value ?? [...it.children].map((line) => line.textContent).join('\\n')"
"""Of a field, or of whatever else words are typed in, line by line."""


def alone(patch):
    """From now on Playwright's own deeds are done by keys."""
    for deed in click, fill, check, select_option, press:
        patch.setattr(Locator, deed.__name__, deed)


def click(it):
    go(it)
    it.page.keyboard.press("Enter")


def fill(it, words):
    go(it)
    kind = it.evaluate("it => it.type")
    if kind == "range":
        steps = int(words) - int(it.input_value())
        for _ in range(abs(steps)):
            it.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    elif kind in WRITTEN:
        write(it, [f"{KINDS[kind].fromisoformat(words):{way}}" for way in WRITTEN[kind]], words)
    else:
        it.page.keyboard.press("Control+A")
        it.page.keyboard.press("Delete")
        it.page.keyboard.insert_text(words)
    found = it.evaluate(WORDS)
    assert found == words, f"{found!r} instead of {words!r}"


def write(it, ways, words):
    """As browsers of one country or another want it."""
    for way in ways:
        it.page.keyboard.type(way)
        if it.input_value() == words:
            return
        for _ in range(4):
            it.page.keyboard.press("ArrowLeft")


def check(it):
    go(it)
    for key in ("Space", *("ArrowDown" for _ in range(20))):
        if it.is_checked():
            return
        it.page.keyboard.press(key)
    raise AssertionError(it)


def select_option(it, value):
    go(it)
    it.page.keyboard.press("Home")
    for _ in range(20):
        if it.input_value() == value:
            return
        it.page.keyboard.press("ArrowDown")
    raise AssertionError(it)


def press(it, key):
    go(it)
    it.page.keyboard.press(key)


def go(it):
    """With Tab, or back with Shift+Tab; every stop on the way is seen to have the focus."""
    it.wait_for(state="attached")
    handle = it.element_handle()  # to look for it anew at each stop would take longer than to go there
    at = handle.evaluate(AT)
    way = "Shift+Tab" if at["before"] else "Tab"
    for _ in range(STOPS):
        if at["there"]:
            return
        it.page.keyboard.press(way)
        at = handle.evaluate(AT)
        if at["gone"]:
            return go(it)
        assert at["ringed"], f"no ring: {at['what']}"
    raise AssertionError(f"{it} is not reached; the last stop was {at['what']}")
