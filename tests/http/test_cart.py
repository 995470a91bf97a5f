import asyncio
import re
from dataclasses import replace

import pytest

from domains import cart, market
from tests.http.conftest import PARTIAL

LEEKS = market.Facts("Leeks", "Low Field", "Roots", "2.10", "1.70", stock="9", unit="a bunch", art="leeks")
LOAF = market.Facts("Loaf", "Station Bakery", "Bread", "4.25")


@pytest.fixture(autouse=True)
async def goods(coop):
    """1 is leeks, 2 is a loaf."""
    async with coop.writing() as db:
        for facts in (LEEKS, LOAF):
            await market.add_product(db, facts, "GBP")


async def change(coop, id, version, facts):
    async with coop.writing() as db:
        await market.change_product(db, id, version, facts, "GBP")


async def add(client, ref=1, quantity="1", headers=None):
    typed = {"kind": "market.product", "ref": str(ref), "quantity": quantity}
    return await client.post("/cart/lines", data=typed, headers=headers)


async def seen(client):
    """The quantities in the basket, as its forms have them."""
    return re.findall(r'name="quantity" type="number" value="(.*?)"', (await client.get("/cart/basket")).text)


async def badge(client):
    text = (await client.get("/cart/badge", headers=PARTIAL)).text
    return re.findall(r'class="(?:count|wide)">(.*?)<', text)


@pytest.mark.parametrize("path", ["/cart/badge", "/cart/basket"])
async def test_the_fragment_stands_in_the_page(oak, path):
    for _ in range(2):
        page, part = await oak.get(path), await oak.get(path, headers=PARTIAL)
        assert page.status_code == part.status_code == 200
        assert part.text in page.text and "<html" not in part.text
        await add(oak)


async def test_a_stranger_is_given_a_basket_with_the_first_thing(oak, visit):
    added = await add(oak, quantity="2")
    assert (added.status_code, added.headers["location"]) == (303, "/cart/basket?said=in-basket")
    await add(oak, ref=2)
    assert await seen(oak) == ["2", "1"] and await badge(oak) == ["3", "£8.45"]
    assert await seen(await visit("oak")) == [] and await badge(await visit("oak")) == []


async def test_a_member_has_one_basket_everywhere_at_their_price(member, visit):
    await add(member, quantity="2")
    elsewhere = await visit("oak", "maud@oak.example")
    assert await badge(elsewhere) == ["2", "£3.40"]
    assert "As a member" not in (await member.get("/cart/basket")).text


async def test_a_stranger_is_told_what_members_would_pay(oak):
    await add(oak, quantity="2")
    assert "As a member this would be £3.40" in (await oak.get("/cart/basket")).text


async def test_what_was_added_is_said_on_the_spot_with_a_way_back(oak):
    await add(oak, quantity="2")
    said = (await add(oak, quantity="3", headers=PARTIAL)).text
    assert "5 × Leeks are in your basket now." in said and 'hx-target="#notices"' in said
    assert 'id="cart-badge"' in said and 'hx-swap-oob="true"' in said and '<span class="count">5</span>' in said
    assert 'href="/cart/basket"' in said and 'hx-post="/cart/lines/1"' in said and '"quantity": "2"' in said
    undone = (await oak.post("/cart/lines/1", data={"quantity": "2", "from": "notice"}, headers=PARTIAL)).text
    assert "2 × Leeks are in your basket now." in undone and '<span class="count">2</span>' in undone
    undone = (await oak.post("/cart/lines/1", data={"quantity": "0", "from": "notice"}, headers=PARTIAL)).text
    assert "Leeks is out of your basket." in undone and 'class="count"' not in undone


async def test_the_first_thing_of_all_is_said_on_the_spot_too(oak):
    said = await add(oak, quantity="2", headers=PARTIAL)
    assert said.status_code == 200 and "2 × Leeks are in your basket." in said.text
    assert '<span class="count">2</span>' in said.text and await seen(oak) == ["2"]


@pytest.mark.parametrize("quantity", ["0", "-1", "a", "1000", "10", "", "\x00", "9" * 5000])
async def test_a_refused_add_is_the_page_of_that_thing_with_what_was_typed(oak, quantity):
    refused = await add(oak, quantity=quantity)
    assert refused.status_code == 422 and "<h1>Leeks</h1>" in refused.text
    assert 'aria-invalid="true" aria-describedby="quantity-error"' in refused.text
    assert quantity == "\x00" or f'value="{quantity}"' in refused.text
    assert "set-cookie" not in refused.headers and await seen(oak) == []


async def test_a_refused_add_from_a_list_is_said_and_changes_nothing(oak):
    await add(oak, quantity="8")
    refused = await add(oak, quantity="2", headers=PARTIAL)
    assert refused.status_code == 422 and 'data-kind="bad"' in refused.text
    assert "No more than 9 can be had, with those in your basket already." in refused.text
    assert "<form" not in refused.text and await seen(oak) == ["8"]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"kind": "market.product"},
        {"kind": "market.product", "ref": "99"},
        {"kind": "market.product", "ref": "x"},
        {"kind": "market.product", "ref": "9" * 5000},
        {"kind": "account.person", "ref": "1"},
    ],
)
async def test_what_nobody_offers_cannot_be_added(oak, typed):
    for headers in ({}, PARTIAL):
        refused = await oak.post("/cart/lines", data=typed | {"quantity": "1"}, headers=headers)
        assert refused.status_code == 404 and "set-cookie" not in refused.headers


async def test_a_line_is_changed_where_it_stands(oak):
    await add(oak)
    plain = await oak.post("/cart/lines/1", data={"quantity": "4"})
    assert (plain.status_code, plain.headers["location"]) == (303, "/cart/basket?said=basket")
    changed = await oak.post("/cart/lines/1", data={"quantity": "5"}, headers=PARTIAL)
    assert changed.status_code == 200 and 'id="cart-basket"' in changed.text and "5 × Leeks: £10.50." in changed.text
    assert '<span class="count">5</span>' in changed.text and await seen(oak) == ["5"]


@pytest.mark.parametrize("headers", [{}, PARTIAL])
@pytest.mark.parametrize("quantity", ["-1", "a", "1000", "10", ""])
async def test_a_refused_change_stands_beside_its_line(oak, headers, quantity):
    await add(oak, quantity="2")
    await add(oak, ref=2, quantity="3")
    refused = await oak.post("/cart/lines/1", data={"quantity": quantity}, headers=headers)
    assert refused.status_code == 422 and 'id="cart-basket"' in refused.text
    assert 'aria-invalid="true" aria-describedby="line-1-quantity-error"' in refused.text
    assert 'id="line-1-quantity-error"' in refused.text and f'value="{quantity}"' in refused.text
    assert refused.text.count("aria-invalid") == 1 and await seen(oak) == ["2", "3"]


async def test_what_is_taken_out_can_be_put_back_until_the_next_change(oak):
    await add(oak, quantity="3")
    assert (await oak.post("/cart/lines/1/removal")).headers["location"] == "/cart/basket?said=basket"
    text = (await oak.get("/cart/basket")).text
    assert "Out of your basket." in text and 'action="/cart/lines/1/return"' in text and await badge(oak) == []
    assert (await oak.post("/cart/lines/1/return")).headers["location"] == "/cart/basket?said=basket"
    assert await seen(oak) == ["3"]
    removed = (await oak.post("/cart/lines/1/removal", headers=PARTIAL)).text
    assert 'hx-post="/cart/lines/1/return"' in removed and 'hx-swap-oob="true"' in removed
    await add(oak, ref=2)
    assert (await oak.post("/cart/lines/1/return")).status_code == 404
    assert await seen(oak) == ["1"]


async def test_nobody_touches_the_lines_of_another(oak, visit, member):
    await add(oak)
    stranger = await visit("oak")
    for other in (stranger, member):
        for path in ("", "/removal", "/return"):
            assert (await other.post(f"/cart/lines/1{path}", data={"quantity": "9"})).status_code == 404
        await add(other, ref=2)
        assert (await other.post("/cart/lines/1/removal")).status_code == 404
    assert await seen(oak) == ["1"]


@pytest.mark.parametrize("id", ["99", "0", "-1", "x", "9" * 30])
async def test_a_line_that_is_not_there_is_a_404(oak, id):
    await add(oak)
    assert (await oak.post(f"/cart/lines/{id}", data={"quantity": "1"})).status_code == 404


async def test_a_basket_says_what_changed_since(oak, coop):
    await add(oak, quantity="5")
    await add(oak, ref=2)
    await change(coop, 1, "1", replace(LEEKS, price="2.40", stock="4"))
    async with coop.writing() as db:
        await market.withdraw_product(db, 2, "GBP")
    text = (await oak.get("/cart/basket")).text
    assert "Leeks costs £2.40 now. It was £2.10." in text and "Only 4 of Leeks are left." in text
    assert "Loaf is all gone, so it is not counted." in text
    assert await badge(oak) == ["5", "£12.00"]
    refused = await oak.post("/cart/lines/2", data={"quantity": "1"})
    assert refused.status_code == 422 and "This is all gone." in refused.text
    await oak.post("/cart/lines/2/removal")
    await oak.post("/cart/lines/1", data={"quantity": "4"})
    assert "Since you put it in" not in (await oak.get("/cart/basket")).text


async def test_an_empty_basket_says_when_it_fills(oak):
    text = (await oak.get("/cart/basket")).text
    assert "Nothing is in your basket." in text and 'href="/market/goods"' in text


async def test_twenty_at_once_all_count(oak):
    await add(oak, ref=2)
    answers = await asyncio.gather(*(add(oak, ref=2) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {303} and await seen(oak) == ["21"]


async def test_whoever_signs_in_finds_what_they_brought(oak, member, coop):
    await add(oak, quantity="2")
    await add(member, quantity="1")
    async with coop.writing() as db:
        people = {line.holder for line in (await db.execute(cart_holders())).all()}
        (stranger,) = (holder for holder in people if holder.startswith("session:"))
        (person,) = people - {stranger}
        await cart.take_over(db, stranger, person)
    assert await seen(member) == ["3"] and await seen(oak) == []


def cart_holders():
    from sqlalchemy import select

    from domains.cart.models import Basket

    return select(Basket.holder)
