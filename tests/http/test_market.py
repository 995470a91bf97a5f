from dataclasses import replace

import pytest

from domains import account, market
from domains.activities import ledger
from tests.http.conftest import MEMBER, PARTIAL, cookies

LEEKS = market.Facts(
    name="Leeks",
    supplier="Low Field",
    category="Roots",
    price="2.10",
    member_price="1.70",
    number="121",
    note="Three or four, 500 g.",
    description="Long and white.\n\nBest in soup.",
    unit="a bunch",
    art="leeks",
    featured="yes",
)
TYPED = {"name": "Rye", "supplier": "Station Bakery", "category": "Bread", "price": "4.25", "art": ""}


@pytest.fixture
async def leeks(coop):
    return await add(coop)


@pytest.fixture
async def editor(house, visit):
    async with house.tenants.use(house.registry.by_slug("oak").id) as coop, coop.writing() as db:
        await account.add_person(db, "Ines", "ines@oak.example", "editor")
    return await visit("oak", "ines@oak.example")


async def add(coop, **typed):
    async with coop.writing() as db:
        return (await market.add_product(db, replace(LEEKS, **typed), "GBP")).id


@pytest.mark.parametrize("path", ["/market/goods", "/market/product/1", "/market/featured"])
async def test_what_everyone_sees_stands_in_a_page(oak, leeks, path):
    page, part = await oak.get(path), await oak.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code == 200
    assert part.text in page.text and "<html" not in part.text and "Leeks" in part.text


async def test_who_the_goods_come_from_leads_to_theirs(oak, coop, leeks):
    await add(coop, name="Rye", supplier="Bread & Co")
    page, part = await oak.get("/market/suppliers"), await oak.get("/market/suppliers", headers=PARTIAL)
    assert part.text in page.text and "Low Field" in part.text and "one thing" in part.text
    assert "Rye" in (text := (await oak.get("/market/goods?supplier=Bread+%26+Co")).text) and "Leeks</a>" not in text
    assert 'href="/market/goods?supplier=Bread%20%26%20Co"' in part.text


async def test_a_price_says_what_it_buys(oak, coop):
    for number, (unit, words) in enumerate((("six", "for six"), ("500 g", "for 500 g"), ("a bunch", "a bunch")), 1):
        await add(coop, unit=unit)
        assert f"<small>{words}</small>" in (await oak.get("/market/goods")).text
        assert f"</b> {words}" in (await oak.get(f"/market/product/{number}")).text
    assert "(£4.20 per kg)" in (await oak.get("/market/product/2")).text


@pytest.mark.parametrize("path", ["/market/new-product", "/market/edit-product/1"])
async def test_what_editors_write_in_stands_in_the_desk(editor, oak, member, leeks, path):
    page, part = await editor.get(path), await editor.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code == 200
    assert part.text in page.text and 'class="desk"' in page.text
    for client, status in ((oak, 401), (member, 403)):
        assert (await client.get(path)).status_code == status
        assert (await client.post(path, data=TYPED)).status_code == status


@pytest.mark.parametrize("action", ["withdrawal", "return"])
async def test_only_editors_withdraw_and_offer(oak, member, leeks, action):
    assert (await oak.post(f"/market/product/1/{action}")).status_code == 401
    assert (await member.post(f"/market/product/1/{action}")).status_code == 403


async def test_members_see_their_price_as_theirs(oak, member, leeks):
    for path, mine, others in (
        ("/market/goods", "<b>£1.70</b>", "Others £2.10"),
        ("/market/product/1", '<b class="price-big">£1.70</b>', "<b>£2.10</b>"),
        ("/market/featured", "<span>£1.70</span>", ""),
    ):
        seen, strange = (await member.get(path)).text, (await oak.get(path)).text
        assert mine in seen and others in seen and mine not in strange
    assert "<b>£2.10</b>" in (await oak.get("/market/goods")).text
    assert "Member £1.70" in (await oak.get("/market/goods")).text


async def test_what_is_all_gone_cannot_be_added(oak, coop):
    await add(coop, stock="0")
    for path in ("/market/goods", "/market/product/1"):
        text = (await oak.get(path)).text
        assert "All gone" in text and "/cart/lines" not in text


async def test_the_list_is_searched_and_narrowed_in_its_address(oak, coop, leeks):
    await add(coop, name="Rye", category="Bread & cake", supplier="Station Bakery")
    found = (await oak.get("/market/goods", params={"words": "station", "category": "Bread & cake"})).text
    assert "Rye" in found and "Leeks" not in found
    assert 'value="station"' in found and 'value="Bread &amp; cake" checked' in found
    none = (await oak.get("/market/goods?words=station&category=Roots")).text
    assert "Nothing here fits that" in none and 'value="Roots" checked' in none


async def test_the_pages_of_a_search_keep_it(oak, coop, monkeypatch):
    monkeypatch.setattr("domains.market.queries.PAGE", 1)
    for name in ("Leeks & co", "More leeks"):
        await add(coop, name=name)
    text = (await oak.get("/market/goods?words=leeks&page=2")).text
    assert "More leeks" in text and "Leeks &amp; co" not in text and "1 of 2" in text
    assert 'href="/market/goods?words=leeks&amp;page=1"' in text


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=-1", "page=" + "9" * 5000, "words=%00", "words=%ff", "category=%F0%9F%A5%AC"]
)
async def test_a_query_that_means_nothing_is_a_page(oak, leeks, query):
    assert (await oak.get(f"/market/goods?{query}")).status_code == 200


@pytest.mark.parametrize("id", ["99", "0", "-1", "x", "9" * 30, "9" * 5000])
async def test_a_product_that_is_not_there_is_a_404(oak, leeks, id):
    assert (await oak.get(f"/market/product/{id}")).status_code == 404


async def test_empty_places_say_when_they_fill(oak):
    assert "as soon as the growers have listed them" in (await oak.get("/market/goods")).text
    assert "as soon as the growers have listed them" in (await oak.get("/market/featured")).text


async def test_what_is_featured_leads_to_all_goods(oak, coop, leeks):
    await add(coop, name="Rye", featured="")
    text = (await oak.get("/market/featured", headers=PARTIAL)).text
    assert "All 2 goods" in text and "Leeks" in text and "Rye" not in text


async def test_an_added_product_is_on_its_page_and_in_the_ledger(editor, oak, coop):
    added = await editor.post("/market/new-product", data=TYPED | {"name": "Rye 🍞 خبز", "stock": "3"})
    assert (added.status_code, added.headers["location"]) == (303, "/market/product/1?said=added")
    text = (await oak.get("/market/product/1")).text
    assert "Rye 🍞 خبز" in text and "£4.25" in text and "3 left" in text
    async with coop.reading() as db:
        (told, *_) = await ledger(db)
    assert (told.type, told.kind, told.ref, told.object["price"]) == ("Create", "market.product", 1, 425)
    assert told.actor.startswith("account.person:")


async def test_htmx_is_sent_to_what_was_added(editor):
    added = await editor.post("/market/new-product", data=TYPED, headers=PARTIAL)
    assert (added.status_code, added.headers["hx-redirect"]) == (204, "/market/product/1?said=added")


@pytest.mark.parametrize("headers", [{}, PARTIAL])
async def test_a_refusal_keeps_what_was_typed(editor, oak, headers):
    typed = TYPED | {"price": "-2", "description": "Dark & sour"}
    refused = await editor.post("/market/new-product", data=typed, headers=headers)
    assert refused.status_code == 422 and "An amount cannot be less than nothing." in refused.text
    assert 'value="-2"' in refused.text and "Dark &amp; sour" in refused.text
    assert 'aria-invalid="true" aria-describedby="price-error"' in refused.text and 'id="price-error"' in refused.text
    assert "Rye" not in (await oak.get("/market/goods")).text


@pytest.mark.parametrize(
    "typed", [{}, {"name": "\x00"}, {"name": "a" * 10_000}, {"art": "../../etc"}, {"stock": "1e9"}]
)
async def test_what_makes_no_sense_is_never_our_fault(editor, leeks, typed):
    assert (await editor.post("/market/new-product", data={**TYPED, "price": "x", **typed})).status_code == 422
    changed = await editor.post("/market/edit-product/1", data={**TYPED, "version": "1", "price": "x", **typed})
    assert changed.status_code == 422


async def test_a_change_shows_at_once(editor, oak, leeks):
    assert "Leeks" in (await oak.get("/market/product/1")).text
    form = (await editor.get("/market/edit-product/1")).text
    assert 'name="version" value="1"' in form and 'value="2.10"' in form and 'value="leeks" selected' in form
    changed = await editor.post("/market/edit-product/1", data=TYPED | {"version": "1"})
    assert (changed.status_code, changed.headers["location"]) == (303, "/market/product/1?said=saved")
    assert "Rye" in (await oak.get("/market/product/1")).text


@pytest.mark.parametrize("headers", [{}, PARTIAL])
async def test_a_stale_edit_shows_both_and_overwrites_nothing(editor, steward, leeks, headers):
    await steward.post("/market/edit-product/1", data=TYPED | {"version": "1", "name": "Theirs"})
    mine = TYPED | {"version": "1", "name": "Mine"}
    stale = await editor.post("/market/edit-product/1", data=mine, headers=headers)
    assert stale.status_code == 409 and 'value="Mine"' in stale.text and "It says now: Theirs" in stale.text
    assert "It says now: 4.25" not in stale.text
    assert "Theirs" in (await editor.get("/market/product/1")).text
    assert 'name="version" value="2"' in stale.text
    assert (await editor.post("/market/edit-product/1", data=mine | {"version": "2"})).status_code == 303
    assert "Mine" in (await editor.get("/market/product/1")).text


async def test_what_is_withdrawn_only_editors_see_and_may_offer_again(editor, oak, member, leeks):
    assert (await editor.post("/market/product/1/withdrawal")).headers["location"] == "/market/product/1?said=withdrawn"
    for client in (oak, member):
        assert (await client.get("/market/product/1")).status_code == 404
        assert "Leeks" not in (await client.get("/market/goods")).text
    assert "Only editors see this page" in (await editor.get("/market/product/1")).text
    assert '<a href="/market/product/1">Leeks</a>' in (await editor.get("/market/goods")).text
    assert (await editor.post("/market/product/1/return")).status_code == 303
    assert (await oak.get("/market/product/1")).status_code == 200


async def test_one_coop_never_sees_another(elm, visit, house, leeks):
    assert (await elm.get("/market/product/1")).status_code == 404
    elm.cookies.update(await cookies(house, "oak", MEMBER))
    assert "Leeks" not in (await elm.get("/market/goods")).text


async def test_only_who_writes_is_offered_the_tools(oak, member, editor, leeks):
    for client, offered in ((oak, False), (member, False), (editor, True)):
        assert ("/market/edit-product/1" in (await client.get("/market/product/1")).text) is offered
        assert ("Add a product" in (await client.get("/market/goods", headers=PARTIAL)).text) is offered
