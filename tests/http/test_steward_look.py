"""How the co-op's pages look: seen before it is kept, and what it is known by."""

import re

import pytest

from app.theme import CORNERS, FONTS
from domains import blog, look
from domains.activities import Activity
from domains.site import site
from tests.conftest import all_of
from tests.photos import keep, opened, photo

PLAIN = {"hue": "12", "font": "besley", "corner": "little", "stands": "beside", "logo": "", "icon": "logo"}


async def choose(client, file=None, **typed):
    """As the form sends it."""
    fields = {name: (None, text) for name, text in (PLAIN | typed).items()}
    return await client.post("/steward/look", files=fields | ({"file": ("logo.png", file)} if file else {}))


async def dressed(coop):
    async with coop.reading() as db:
        return await site(db)


async def test_a_look_is_kept_and_everybody_sees_it(steward, oak, coop):
    assert '<link rel="stylesheet" href="/theme/12-besley-little.css">' in (await oak.get("/")).text
    done = await choose(steward, hue="150", font="source", corner="square")
    assert (done.status_code, done.headers["location"]) == (303, "/steward/look?said=look")
    page = (await oak.get("/")).text
    assert "/theme/150-source-square.css" in page and "fonts/source-sans-3.woff2" in page
    assert await all_of(coop, Activity.type, where=Activity.kind == "site.look") == [("Update",)]


async def test_a_page_is_printed_in_a_look_that_is_not_kept(steward, oak):
    page = await choose(steward, hue="200", font="system", corner="round", then="look")
    assert page.status_code == 200 and "/theme/200-system-round.css" in page.text
    assert re.search(r'value="system" checked', page.text) and "woff2" not in page.text.split("</head>")[0]
    assert "/theme/12-besley-little.css" in (await oak.get("/")).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("hue", typed) for typed in ("-1", "361", "", "red", "9" * 400)),
        ("font", "comic"),
        ("corner", ""),
        ("stands", "x"),
        ("logo", "x"),
        ("logo", f"/media/{'0' * 64}/10x10.webp"),
        ("icon", "/etc/passwd"),
    ],
)
@pytest.mark.parametrize("then", ["", "look"])
async def test_a_look_that_cannot_be_is_chosen_again(steward, coop, field, typed, then):
    refused = await choose(steward, **{"font": "source", field: typed, "then": then})
    assert refused.status_code == 422 and f'id="{field}-error"' in refused.text
    assert field == "font" or 'value="source" checked' in refused.text
    assert (await dressed(coop)).font == "besley"


async def test_a_logo_that_is_brought_stands_in_the_masthead_and_its_icons_in_the_head(steward, oak, coop):
    await choose(steward, photo((900, 300), "PNG", "RGBA"))
    page = (await oak.get("/market/goods")).text
    src = re.search(r'<img class="logo" src="(/theme/marks/\w+-600x200.webp)" width="600" height="200" alt="">', page)[
        1
    ]
    answer = await oak.get(src)
    assert opened(answer.content).size == (600, 200) and answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    icons = re.findall(r'rel="(?:icon|apple-touch-icon)" href="([^"]+)"', page)
    sizes = [opened((await oak.get(icon)).content).size for icon in icons]
    assert sizes == [(32, 32), (180, 180)] and "favicon.svg" not in page
    assert await all_of(coop, blog.Picture.alt) == [("Logo of Oak",)], "it is in the library too"


async def test_a_logo_of_the_library_stands_instead_of_the_name_which_it_says(steward, oak, coop):
    picture = await keep(coop)
    await choose(steward, logo=str(picture.address), stands="instead", icon="")
    page = (await oak.get("/market/goods")).text
    assert re.search(r'<a class="name" href="/"><img [^>]* alt="Oak">\s*</a>', page) and "favicon.svg" in page
    await steward.post(f"/blog/picture/{picture.id}", data={"way": "out"})
    src = re.search(r'class="logo" src="([^"]+)"', page)[1]
    assert (await oak.get(src)).status_code == 200, "whatever becomes of the library's"


async def test_a_mark_stays_goes_and_leaves_nothing_behind(steward, coop):
    await choose(steward, photo((64, 64), "PNG"))
    first = await dressed(coop)
    await choose(steward, hue="99", logo="kept", icon="kept")
    assert ((await dressed(coop)).logo, (await dressed(coop)).icon) == (first.logo, first.icon)
    picture = await keep(coop, photo((80, 40)))
    await choose(steward, logo="kept", icon=str(picture.address))
    assert (await dressed(coop)).logo == first.logo and (await dressed(coop)).icon not in ("", first.icon)
    await choose(steward, logo="", icon="kept")
    assert len(await all_of(coop, look.Mark.name)) == 2
    await choose(steward, logo="", icon="logo")
    assert await all_of(coop, look.Mark.name) == [] and ((await dressed(coop)).logo, (await dressed(coop)).icon) == (
        "",
        "",
    )


async def test_a_picture_that_was_brought_to_be_looked_at_is_chosen_and_not_lost(steward, coop):
    page = (await choose(steward, photo(), then="look")).text
    address = re.search(r'<option value="(/media/[^"]+)" selected', page)[1]
    assert (await dressed(coop)).logo == "" and (await choose(steward, logo=address)).status_code == 303
    assert (await dressed(coop)).logo != ""
    refused = await choose(steward, b"no picture", hue="77")
    assert refused.status_code == 422 and 'id="file-error"' in refused.text and 'value="77"' in refused.text


async def test_nobody_but_a_steward_changes_the_look(oak, member, coop):
    for client, status in ((oak, 401), (member, 403)):
        assert (await client.get("/steward/look")).status_code == status
        assert (await choose(client, hue="99")).status_code == status
    assert (await dressed(coop)).hue == 12


async def test_a_style_is_made_of_its_address_and_of_nothing_else(oak):
    for font in look.FONTS:
        for corner in look.CORNERS:
            answer = await oak.get(f"/theme/360-{font}-{corner}.css")
            assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
            assert "--hue: 360" in answer.text and f"--radius: {CORNERS[corner]};" in answer.text
    assert set(FONTS) == set(look.FONTS) and set(CORNERS) == set(look.CORNERS)
    for odd in ("12", "361-besley-little", "12-x-little", "12-besley-x", "12-besley-little-x", "-1-besley-little"):
        assert (await oak.get(f"/theme/{odd}.css")).status_code == 404, odd
    for odd in ("x", "0123456789abcdef-1x1.webp", "..%2fsite.db"):
        assert (await oak.get(f"/theme/marks/{odd}")).status_code == 404, odd


async def test_an_icon_can_be_seen_through_in_a_tab_and_not_on_a_telephone(coop):
    data = photo((300, 100), "WEBP", "RGBA", colour=(0, 0, 0, 255))
    tab, screen = (opened(file.data) for file in await blog.draw_icons(data))
    assert tab.mode == "RGBA" and tab.getpixel((0, 0))[3] == 0 and tab.getpixel((16, 16))[3] == 255
    assert screen.mode == "RGB" and screen.getpixel((90, 90)) == (0, 0, 0)
