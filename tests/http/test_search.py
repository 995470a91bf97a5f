"""What is found, by whom, and what nobody finds."""

import re

from domains import blog, events, market
from tests.http.conftest import PARTIAL
from tests.http.test_blog import write


async def found(client, words):
    """The addresses, the best first."""
    answer = await client.get("/search", params={"words": words})
    assert answer.status_code == 200
    return re.findall(r'<li><h3><a href="([^"]+)">', answer.text)


async def stock(coop):
    await write(coop, title="Winter leeks", slug="leeks", excerpt="In short", body="Cut *them* thin.", tags="Kitchen")
    await write(coop, title="Our café", slug="cafe", kind="page", body="Open on Saturday; soup of leeks.")
    async with coop.writing() as db:
        good = market.Facts("Chard", "Low Field", "Roots", "2.10", description="Rainbow, like small leeks")
        await market.add_product(db, good, "GBP")
        await events.add_entry(db, title="Supper", kind="event", day="2026-12-12", place="The barn")
        await events.add_entry(db, title="Hired barn", kind="booking", day="2026-12-12")


async def test_the_search_stands_in_its_page_and_works_without_a_script(oak, coop):
    await stock(coop)
    for path in ("/search", "/search/results?words=leeks"):
        page, part = await oak.get(path), await oak.get(path, headers=PARTIAL)
        assert part.text in page.text and "<html" not in part.text and 'id="search-results"' in part.text
    assert '<form role="search" action="/search" hx-get="/search"' in part.text


async def test_every_room_is_found_by_the_beginnings_of_words_whatever_their_accents(oak, coop):
    await stock(coop)
    first, *others = await found(oak, "LEEK")
    assert first == "/leeks" and {*others} == {"/cafe", "/market/product/1"}, "titles weigh more"
    assert await found(oak, "cafe") == await found(oak, "CAFÉ") == await found(oak, "sat soup") == ["/cafe"]
    assert await found(oak, "low fie") == ["/market/product/1"] and await found(oak, "barn") == ["/events/entry/1"]
    assert await found(oak, "kitchen") == await found(oak, "ines thin") == ["/leeks"]
    assert await found(oak, "leeks barn") == []
    text = (await oak.get("/search?words=th")).text
    assert "Cut <mark>them</mark> <mark>thin</mark>." in text, "as people read it, not as it was typed"


async def test_a_stranger_finds_nothing_by_words_that_are_for_members(oak, member, coop):
    await write(coop, title="Accounts", slug="accounts", visibility="members", excerpt="The year", body="Zebra debts")
    for words in ("zebra", "debts", "accounts zebra", "inner : zebra", "zebra OR accounts", "inner:zebra"):
        assert await found(oak, words) == [], words
    assert await found(member, "zebra") == ["/accounts"]
    assert "<mark>Zebra</mark>" in (await member.get("/search?words=zebra")).text
    assert await found(oak, "accounts year") == ["/accounts"]
    assert "Zebra" not in (await oak.get("/search?words=accounts")).text
    assert await found(oak, "zebra") == [], "nor from memory, after a member has read it"


async def test_nobody_finds_what_is_not_there_for_everybody(oak, steward, coop):
    await stock(coop)
    await write(coop, title="Zebra draft", status="draft")
    await write(coop, title="Told", tags="urgent, newsletter")
    async with coop.writing() as db:
        await market.withdraw_product(db, 1, "GBP")
        await blog.unpublish_post(db, 1)
        await events.cancel_entry(db, 1)
        await blog.remove_post(db, 2)
    for words in ("leeks", "chard", "supper", "cafe", "zebra", "hired", "urgent", "newsletter"):
        assert await found(oak, words) == await found(steward, words) == [], words


async def test_whatever_is_typed_is_answered(oak, coop):
    await stock(coop)
    odd = ['"', '""', '"leeks', "leeks*", "*", "^leeks", "leeks AND", "NOT leeks", "NEAR(a b)", "a:b", "{title}:x"]
    odd += ["\0", "leeks\0", "\U0001f96c", "'; DROP TABLE search", "(", "+", "-", "ש", "\u0301", "_"]
    for words in (*odd, "leeks " * 60, "a" * 7000):
        await found(oak, words)
    assert (await oak.get("/search?words=%ff%fe")).status_code == 200
    for words in ('"leeks', "leeks*", "^leeks", "leeks\0", "(leeks)", "leeks \U0001f96c"):
        assert "/leeks" in await found(oak, words), words
    for mark in ("<script>", "a & b"):
        assert mark not in (await oak.get("/search", params={"words": mark})).text
    text = (await oak.get("/search", params={"words": 'nothing "<b>'})).text
    assert 'value="nothing &#34;&lt;b&gt;"' in text and "Nothing here fits that" in text


async def test_where_links_lead_to_is_neither_found_nor_told(oak, coop):
    body = "See [our barn](/zebra 'Ox') and ![a cow](/media/horse.webp): \\[\"sheep\"](x\n\n`a](b` goat."
    await write(coop, title="Animals", slug="animals", body=body)
    for words in ("zebra", "ox", "media", "horse", "webp"):
        assert await found(oak, words) == [], words
    for words in ("barn", "cow", "sheep", "goat", "animals"):
        assert await found(oak, words) == ["/animals"], words
    assert "See our <mark>barn</mark> and a cow:" in (await oak.get("/search?words=barn")).text


async def test_what_is_told_of_a_post_is_as_people_read_it(oak, coop):
    body = "A claim.[^1]\n\n| A table | Pence |\n|:---|---:|\n| Zebra | 2 |\n\n::calendar\n\n1. Ox\n\n[^1]: The note."
    await write(coop, title="Animals", body=body)
    text = (await oak.get("/search?words=zebra")).text
    told = re.sub(r"\s+", " ", re.sub("</?mark>", "", re.search(r"<p>(A claim.*?)</p>", text, re.S)[1]))
    assert told == "A claim. A table Pence Zebra 2 Ox The note."


async def test_what_is_for_members_has_its_lock_where_it_is_found(oak, member, coop):
    await write(coop, title="Accounts", visibility="members")
    await write(coop, title="Accounts for all")
    for client in (oak, member):
        assert (await client.get("/search?words=accounts")).text.count("for members") == 1
