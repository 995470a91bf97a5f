"""What the style sheet promises: its layers, its weight, no class for nobody, and words that can be read in any ink."""

import gzip
import math
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CSS = re.sub(r"/\*.*?\*/", "", (ROOT / "static" / "site.css").read_text(), flags=re.S)
LAYERS = ["reset", "tokens", "base", "layout", "components", "utilities"]
MODES = ("light", "dark")
OKLCH = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+|var\(--hue\))\)"
INKS = {
    name: dict(zip(MODES, (both[:3], both[3:]), strict=True))
    for name, *both in re.findall(rf"--([\w-]+): light-dark\({OKLCH}, {OKLCH}\);", CSS)
}
TEXT, DRAWN = 4.5, 3.0
"""WCAG 2.2 AA: 1.4.3 for words, 1.4.11 for edges of controls and drawings that mean something."""
PAIRS = [
    ("ink", "paper", TEXT, 15.26, 14.55),
    ("ink", "sheet", TEXT, 15.89, 13.39),
    ("ink", "shade", TEXT, 14.09, 12.59),
    ("ink", "wash", TEXT, 13.96, 12.01),
    ("ink-2", "paper", TEXT, 7.14, 8.33),
    ("ink-2", "sheet", TEXT, 7.43, 7.66),
    ("ink-2", "shade", TEXT, 6.59, 7.20),
    ("ink-2", "wash", TEXT, 6.53, 6.87),
    ("rose", "paper", TEXT, 4.93, 7.25),
    ("rose", "sheet", TEXT, 5.13, 6.67),
    ("rose", "shade", TEXT, 4.55, 6.27),
    ("rose", "wash", TEXT, 4.58, 6.16),
    ("on-rose", "rose", TEXT, 5.05, 7.35),
    ("on-rose", "rose-deep", TEXT, 6.95, 9.55),
    ("paper", "ink", TEXT, 15.26, 14.55),
    ("paper", "bad", TEXT, 6.51, 7.61),
    ("good", "paper", TEXT, 6.78, 9.45),
    ("good", "sheet", TEXT, 7.06, 8.70),
    ("warn", "paper", TEXT, 6.36, 9.81),
    ("warn", "sheet", TEXT, 6.62, 9.03),
    ("bad", "paper", TEXT, 6.51, 7.61),
    ("bad", "sheet", TEXT, 6.77, 7.01),
    ("good", "shade", TEXT, 6.26, 8.17),
    ("warn", "shade", TEXT, 5.87, 8.49),
    ("bad", "shade", TEXT, 6.01, 6.59),
    ("edge", "paper", DRAWN, 3.92, 4.53),
    ("edge", "sheet", DRAWN, 4.08, 4.17),
    ("plate", "paper", DRAWN, 3.12, 4.74),
]
"""Words or drawing, ground, and the worst of 360 hues in the light and in the dark, as LOOK has measured them."""


def channel(linear):
    """As a screen shows it: cut off at its ends, one of 256 steps, and linear again (WCAG's relative luminance)."""
    linear = min(1, max(0, linear))
    shown = round(255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)) / 255
    return shown / 12.92 if shown <= 0.04045 else ((shown + 0.055) / 1.055) ** 2.4


def luminance(ink, hue):
    """OKLCH to linear sRGB (CSS Color 4), and that to how bright it is."""
    lightness, chroma, angle = (float(hue if part.startswith("var") else part) for part in ink)
    a, b = (chroma * turn(math.radians(angle)) for turn in (math.cos, math.sin))
    rows = (0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480)
    long, middle, short = ((lightness / 100 + one * a + two * b) ** 3 for one, two in rows)
    red = channel(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short)
    green = channel(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short)
    blue = channel(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def worst(one, other, mode):
    """(contrast, hue)."""
    return min((contrast(one, other, mode, hue), hue) for hue in range(360))


def contrast(one, other, mode, hue):
    light, dark = sorted((luminance(INKS[ink][mode], hue) for ink in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("words", "ground", "least", "light", "dark"), PAIRS)
def test_words_can_be_read_in_every_ink(words, ground, least, light, dark):
    for mode, measured in zip(MODES, (light, dark), strict=True):
        found, hue = worst(words, ground, mode)
        assert found >= least, f"{words} on {ground}, {mode}, at hue {hue}"
        assert found == pytest.approx(measured, abs=0.006), f"{words} or {ground} was changed: measure again"


def test_every_ink_has_its_light_and_its_dark_and_each_is_measured():
    tokens = re.search(r"@layer tokens \{(.*?)\n\}", CSS, re.S)[1]
    assert set(re.findall(r"--([\w-]+): light-dark", tokens)) == set(INKS)
    assert set(INKS) - {ink for pair in PAIRS for ink in pair[:2]} == {"rule"}  # decoration alone


def test_everything_stands_in_its_layer():
    assert re.search(r"@layer ([^;{]*);", CSS)[1].split(", ") == LAYERS
    outside = re.sub(r"@layer \w+ \{.*?\n\}", "", CSS, flags=re.S)
    assert re.findall(r"@layer (\w+) \{", CSS) == LAYERS
    left = re.sub(r"@font-face \{[^}]*\}|@layer [^;]*;", "", outside).split()
    assert " ".join(left) == "@media (prefers-reduced-motion: no-preference) { @view-transition { navigation: auto; } }"


def test_the_sheet_is_light():
    assert len(gzip.compress(CSS.encode())) <= 15 * 1024


def test_a_template_can_be_read_at_a_glance():
    folder = ROOT / "templates"
    lengths = {str(file.relative_to(folder)): file.read_text().count("\n") for file in folder.rglob("*.html")}
    assert {name for name, lines in lengths.items() if lines > 60} == {"macros.html"}  # which has all the parts


def used():
    """Every word of a template or a script, of others too, that could name a class: not what people read or we note."""
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.js")]
    text = "".join(file.read_text() for file in files) + "".join(
        (ROOT / "domains" / "blog" / name).read_text() for name in ("markdown.py", "html.py", "cards.py")
    )
    text = re.sub(r'{#.*?#}|_\("[^"]*"|{%-? trans.*?endtrans -?%}', "", text, flags=re.S)
    return set(re.findall(r"[\w-]+", text))


def test_no_class_is_for_nobody():
    selectors = re.sub(r"\{[^{}]*\}", " ", CSS)
    classes = set(re.findall(r"\.([a-z][\w-]*)", selectors, re.I))
    assert len(classes) > 50
    assert classes <= used()
