"""What a visitor has to fetch, counted from what each page names."""

import re

import pytest
from sqlalchemy import Engine, event

from domains import blog, events, market

PAGES = ("/", "/market/goods", "/market/product/1", "/events/calendar", "/events/entry/1", "/blog/news", "/leeks")
PAGES += ("/cart/basket", "/account/sign-in", "/nothing-here")
NAMED = re.compile(r'(?:<script src|<link rel="(?:stylesheet|icon|preload)" href)="([^"]+)"')
KILOBYTE = 1024


@pytest.fixture
async def stocked(coop):
    async with coop.writing() as db:
        await blog.write_post(
            db, blog.Words("Leeks", "At last. " * 500 + "\n\n::calendar\n\n::products"), status="published"
        )
        for number in range(30):
            good = market.Facts(f"Leeks {number}", "Low Field", "Roots", "2.10", art="leeks", featured="yes")
            await market.add_product(db, good, "GBP")
            await events.add_entry(db, title="Lifting", kind="event", day=f"2026-12-{number % 28 + 1:02}")


@pytest.fixture
def asked():
    """Every statement, of whomever."""
    asked = []
    listen = (Engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    event.listen(*listen)
    yield asked
    event.remove(*listen)


async def weigh(client, address):
    """Its text, and bytes as they travel."""
    answer = await client.get(address, headers={"accept-encoding": "gzip"})
    return answer.text, answer.num_bytes_downloaded


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_light(oak, stocked, page):
    html, whole = await weigh(oak, page)
    scripts = 0
    for address in set(NAMED.findall(html)):
        text, bytes = await weigh(oak, address)
        whole, scripts = whole + bytes, scripts + bytes * address.endswith(".js")
        if address.endswith("site.css"):
            fonts = {address.replace("site.css", font) for font in re.findall(r"url\(([^)]+)\)", text)}
            whole += sum([(await weigh(oak, font))[1] for font in fonts - set(NAMED.findall(html))])
    assert 10 * KILOBYTE < scripts <= 25 * KILOBYTE
    assert 90 * KILOBYTE < whole <= 150 * KILOBYTE


async def test_a_whole_page_asks_its_file_few_questions_and_none_twice(oak, member, coop, stocked, asked):
    """Its BEGIN among them; at addresses that nobody asked for before, so no page is in memory."""
    for client, most in ((oak, 12), (member, 14)):
        await client.get("/?warm=1")
        coop.known().clear()
        for address, least in (("/?x=1", 5), ("/?x=2", 1)):
            asked.clear()
            assert (await client.get(address)).status_code == 200
            assert least < len(asked) <= most and len(set(asked)) == len(asked), "\n".join(asked)
        assert len(asked) <= most - 5
