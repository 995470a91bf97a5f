from dataclasses import replace
from pathlib import Path

import pytest

from domains import market
from domains.activities import ledger
from domains.errors import Conflict, Invalid, NotFound

ART = Path(__file__).parents[2] / "static" / "art"
LEEKS = market.Facts(
    name="Leeks",
    supplier="Low Field",
    category="Roots",
    price="2.10",
    member_price="1.70",
    number="121",
    note="Three or four, 500 g.",
    unit="a bunch",
    stock="4",
    art="leeks",
    featured="yes",
)


async def add(coop, **typed):
    async with coop.writing() as db:
        return (await market.add_product(db, replace(LEEKS, **typed), "GBP")).id


async def refused(coop, **typed):
    with pytest.raises(Invalid) as refusal:
        await add(coop, **typed)
    return refusal.value.fields


async def test_a_product_is_what_was_typed(coop):
    id = await add(coop, name="  Leeks 🥬 كراث ")
    async with coop.reading() as db:
        kept = await market.product(db, id)
    assert (kept.name, kept.price, kept.member_price, kept.stock) == ("Leeks 🥬 كراث", 210, 170, 4)
    assert market.facts(kept, "GBP") == replace(LEEKS, name="Leeks 🥬 كراث")


async def test_what_is_left_empty_is_plenty_at_one_price(coop):
    id = await add(coop, member_price="", stock="", featured="")
    async with coop.reading() as db:
        kept = await market.product(db, id)
    assert kept.most is None and kept.left == "" and kept.price_for(member=True) == 210
    assert market.facts(kept, "GBP") == replace(LEEKS, member_price="", stock="", featured="")


async def test_nothing_at_all_is_said_as_nothing(coop):
    id = await add(coop, price="0", member_price="0", stock="0")
    async with coop.reading() as db:
        kept = await market.product(db, id)
    assert kept.left == "none" and market.facts(kept, "GBP").stock == "0"


@pytest.mark.parametrize(
    "field, typed",
    [
        ("name", " "),
        ("name", "a\x00b"),
        ("name", "a" * 10_000),
        ("supplier", ""),
        ("category", ""),
        ("price", ""),
        ("price", "-1"),
        ("price", "2.105"),
        ("price", "99999999999"),
        ("member_price", "2.11"),
        ("member_price", "-1"),
        ("stock", "-1"),
        ("stock", "1.5"),
        ("description", "a" * 10_000),
        ("art", "../site"),
    ],
)
async def test_what_cannot_be_kept_is_refused_where_it_was_typed(coop, field, typed):
    assert list(await refused(coop, **{field: typed})) == [field]
    async with coop.reading() as db:
        assert await market.count(db) == 0 and not await ledger(db)


async def test_the_ledger_has_every_change_with_its_price(coop):
    id = await add(coop)
    async with coop.writing() as db:
        await market.change_product(db, id, "1", replace(LEEKS, price="2.40"), "GBP")
        await market.change_product(db, id, "2", replace(LEEKS, price="2.40"), "GBP")
        await market.withdraw_product(db, id, "GBP")
        await market.withdraw_product(db, id, "GBP")
        await market.offer_again(db, id, "GBP")
    async with coop.reading() as db:
        told = [(one.type, one.kind, one.ref, one.object["price"], one.object["currency"]) for one in await ledger(db)]
    prices = {"Create": 210, "Update": 240, "Delete": 240}
    expected = [(type, "market.product", id, price, "GBP") for type, price in prices.items()]
    assert told[::-1] == [*expected, ("Create", "market.product", id, 240, "GBP")]


@pytest.mark.parametrize("version", ["0", "2", "", "one"])
async def test_whoever_saw_another_version_overwrites_nothing(coop, version):
    id = await add(coop)
    with pytest.raises(Conflict):
        async with coop.writing() as db:
            await market.change_product(db, id, version, replace(LEEKS, name="Mine"), "GBP")
    async with coop.reading() as db:
        assert (await market.product(db, id)).name == "Leeks"


async def test_the_difference_is_what_somebody_else_wrote():
    theirs, mine = replace(LEEKS, price="2.60", description="A\nB"), replace(LEEKS, name="Mine", description="A\r\nB ")
    assert market.difference(theirs, mine) == {"name": "Leeks", "price": "2.60"}


async def test_what_nobody_has_is_not_found(coop):
    with pytest.raises(NotFound):
        async with coop.writing() as db:
            await market.change_product(db, 7, "1", LEEKS, "GBP")


async def test_goods_stand_in_the_order_of_the_catalogue(coop):
    for name, number, category in (
        ("A", "", "Roots"),
        ("B", "114", "Roots"),
        ("C", "99", "Roots"),
        ("D", "9", "Leaves"),
    ):
        await add(coop, name=name, number=number, category=category)
    async with coop.reading() as db:
        found = await market.goods(db)
    assert "".join(product.name for product in found.found) == "DCBA" and found.categories == {"Leaves": 1, "Roots": 3}


async def test_every_word_must_fit_and_no_sign_is_a_wildcard(coop):
    await add(coop)
    await add(coop, name="Rainbow chard", category="Leaves", number="203", supplier="100% Garden")
    async with coop.reading() as db:
        for words, names in {
            "LEEK field": ["Leeks"],
            "leek garden": [],
            "203": ["Rainbow chard"],
            "100% g": ["Rainbow chard"],
            "%": ["Rainbow chard"],
            "_": [],
            "'; DROP": [],
        }.items():
            assert [product.name for product in (await market.goods(db, words)).found] == names


async def test_what_is_chosen_narrows_the_list_and_not_its_own_tallies(coop):
    await add(coop)
    await add(coop, name="Chard", category="Leaves")
    await add(coop, name="Rye", category="Bread", supplier="Station Bakery")
    async with coop.reading() as db:
        found = await market.goods(db, categories=["Leaves", "Bread"])
        assert [product.name for product in found.found] == ["Rye", "Chard"]
        assert found.categories == {"Bread": 1, "Leaves": 1, "Roots": 1}
        assert found.suppliers == {"Low Field": 1, "Station Bakery": 1}
        both = await market.goods(db, categories=["Leaves", "Bread"], suppliers=["Station Bakery"])
        assert [product.name for product in both.found] == ["Rye"] and both.categories == {"Bread": 1}
        assert (await market.goods(db, categories=["Nothing"])).count == 0


async def test_what_is_like_a_product_is_of_its_supplier_or_else_of_its_kind(coop):
    id = await add(coop)
    for name, supplier, category in (
        ("Kale", "Low Field", "Leaves"),
        ("Swede", "Hill", "Roots"),
        ("Rye", "Hill", "Bread"),
    ):
        await add(coop, name=name, supplier=supplier, category=category)
    async with coop.reading() as db:
        theirs, others = await market.related(db, await market.product(db, id))
    assert [[product.name for product in some] for some in (theirs, others)] == [["Kale"], ["Swede"]]


@pytest.mark.parametrize(
    ("unit", "whole"),
    [
        ("500 g", (420, "kg")),
        ("2kg", (105, "kg")),
        ("750 ml", (280, "l")),
        ("0,5 l", (420, "l")),
        ("1 kg", None),
        ("1000 g", None),
        ("0 g", None),
        ("six", None),
        ("a bunch", None),
        ("", None),
    ],
)
def test_what_is_weighed_can_be_compared_by_the_kilogram_or_the_litre(unit, whole):
    product = market.Product(name="Leeks", supplier="Low Field", category="Roots", price=210, unit=unit)
    assert product.per_whole(210) == whole


async def test_a_page_that_is_not_there_is_the_nearest_that_is(coop, monkeypatch):
    monkeypatch.setattr("domains.market.queries.PAGE", 2)
    for name in "ABCDE":
        await add(coop, name=name)
    async with coop.reading() as db:
        pages = [await market.goods(db, page=page) for page in (-1, 2, 10**6)]
    assert [[product.name for product in one.found] for one in pages] == [["A", "B"], ["C", "D"], ["E"]]
    assert {(one.count, one.pages) for one in pages} == {(5, 3)}


async def test_what_is_withdrawn_is_nowhere_but_under_its_id(coop):
    id = await add(coop)
    async with coop.writing() as db:
        await market.withdraw_product(db, id, "GBP")
    async with coop.reading() as db:
        assert not (await market.goods(db)).found and not await market.featured(db) and await market.count(db) == 0
        assert (await market.product(db, id)).most == 0
        assert [product.id for product in await market.withdrawn(db)] == [id]
        assert [product.id for product in await market.products(db, [id, 99])] == [id]


async def test_what_is_featured_is_picked_out_and_left(coop):
    await add(coop, name="Picked")
    await add(coop, name="Gone", stock="0")
    await add(coop, name="Other", featured="")
    async with coop.reading() as db:
        assert [product.name for product in await market.featured(db)] == ["Picked"]


@pytest.mark.parametrize("stock, left", [("", ""), ("10", ""), ("9", "few"), ("1", "few"), ("0", "none")])
async def test_fewer_than_ten_are_few(coop, stock, left):
    id = await add(coop, stock=stock)
    async with coop.reading() as db:
        assert (await market.product(db, id)).left == left


def test_every_picture_is_a_linocut():
    assert all((ART / f"{name}.svg").is_file() for name in market.PICTURES)
