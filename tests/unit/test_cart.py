import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from domains import cart
from domains.activities import ledger
from domains.cart.models import Basket
from domains.errors import Invalid, NotFound
from domains.values import now
from tests.conftest import all_of

LEEKS = cart.Line("market.product", 7, "Leeks", "a bunch", 210, "1", None)
LOAF = cart.Line("market.product", 8, "Loaf", "one", 425, "1", None)
MAUD, STRANGER = "person:7", "session:12"


async def add(coop, holder=MAUD, line=LEEKS, **typed):
    async with coop.writing() as db:
        return (await cart.add_line(db, holder, replace(line, **typed))).id


async def inside(coop, holder=MAUD):
    """Title, quantity of all that is in it."""
    async with coop.reading() as db:
        return [(one.title, one.quantity) for one in await cart.lines(db, holder) if not one.removed]


async def test_a_basket_is_its_holders_alone(coop):
    id = await add(coop)
    assert await inside(coop) == [("Leeks", 1)]
    assert await inside(coop, STRANGER) == await inside(coop, "") == []
    for holder in (STRANGER, "person:8", ""):
        for command in (cart.remove_line, cart.restore_line):
            with pytest.raises(NotFound):
                async with coop.writing() as db:
                    await command(db, holder, id)
        with pytest.raises(NotFound):
            async with coop.writing() as db:
                await cart.change_line(db, holder, id, LEEKS)


async def test_the_same_thing_again_raises_its_quantity(coop):
    assert await add(coop, quantity="2") == await add(coop, quantity="+3")
    await add(coop, line=LOAF)
    assert await inside(coop) == [("Leeks", 5), ("Loaf", 1)]


async def test_twenty_at_once_all_count(coop):
    await asyncio.gather(*(add(coop) for _ in range(20)))
    assert await inside(coop) == [("Leeks", 20)]


@pytest.mark.parametrize("quantity", ["", "0", "-1", "a", "1.5", "1000", "9" * 30, "²", "1\x00"])
async def test_a_quantity_that_is_none_is_refused(coop, quantity):
    with pytest.raises(Invalid) as refusal:
        await add(coop, quantity=quantity)
    assert list(refusal.value.fields) == ["quantity"] and await inside(coop) == []


@pytest.mark.parametrize(
    "had, quantity, most", [("1", "5", 4), ("2", "3", 4), ("4", "1", 4), ("1", "1", 0), ("998", "2", None)]
)
async def test_nobody_gets_more_than_there_is(coop, had, quantity, most):
    await add(coop, quantity=had)
    with pytest.raises(Invalid):
        await add(coop, quantity=quantity, most=most)
    assert await inside(coop) == [("Leeks", int(had))]


async def test_the_last_one_can_be_had(coop):
    await add(coop, quantity="3", most=4)
    await add(coop, quantity="1", most=4)
    assert await inside(coop) == [("Leeks", 4)]


async def test_a_line_is_changed_with_what_is_true_now(coop):
    id = await add(coop)
    async with coop.writing() as db:
        changed = await cart.change_line(db, MAUD, id, replace(LEEKS, title="Fat leeks", amount=240, quantity="3"))
    assert (changed.title, changed.amount, changed.quantity) == ("Fat leeks", 240, 3)
    with pytest.raises(Invalid):
        async with coop.writing() as db:
            await cart.change_line(db, MAUD, id, replace(LEEKS, quantity="5", most=4))
    assert await inside(coop) == [("Fat leeks", 3)]


async def test_none_of_it_takes_it_out_even_when_it_is_all_gone(coop):
    id = await add(coop)
    async with coop.writing() as db:
        assert (await cart.change_line(db, MAUD, id, replace(LEEKS, quantity="0", most=0))).removed
    assert await inside(coop) == []


async def test_what_was_taken_out_can_be_put_back_until_the_next_change(coop):
    leeks, loaf = await add(coop, quantity="3"), await add(coop, line=LOAF)
    async with coop.writing() as db:
        await cart.remove_line(db, MAUD, leeks)
        await cart.remove_line(db, MAUD, leeks)
    assert await inside(coop) == [("Loaf", 1)]
    async with coop.writing() as db:
        await cart.restore_line(db, MAUD, leeks)
    assert await inside(coop) == [("Leeks", 3), ("Loaf", 1)]
    async with coop.writing() as db:
        await cart.remove_line(db, MAUD, leeks)
        await cart.remove_line(db, MAUD, loaf)
        await cart.restore_line(db, MAUD, loaf)
    with pytest.raises(NotFound):
        async with coop.writing() as db:
            await cart.restore_line(db, MAUD, leeks)


async def test_what_was_taken_out_and_is_added_again_begins_anew(coop):
    id = await add(coop, quantity="9")
    async with coop.writing() as db:
        await cart.remove_line(db, MAUD, id)
    assert await add(coop, quantity="2") != id
    assert await inside(coop) == [("Leeks", 2)]


async def test_whoever_signs_in_keeps_what_they_had_and_brought(coop):
    await add(coop, quantity="2")
    await add(coop, STRANGER, quantity="3")
    await add(coop, STRANGER, LOAF)
    left = await add(coop, STRANGER, line=replace(LOAF, ref=9))
    async with coop.writing() as db:
        await cart.remove_line(db, STRANGER, left)
        await cart.take_over(db, STRANGER, MAUD)
        await cart.take_over(db, STRANGER, MAUD)
        await cart.take_over(db, "", MAUD)
        await cart.take_over(db, MAUD, MAUD)
    assert await inside(coop) == [("Leeks", 5), ("Loaf", 1)]
    assert await all_of(coop, Basket.holder) == [(MAUD,)]


async def test_a_basket_that_was_brought_holds_no_more_than_any(coop):
    await add(coop, quantity="999")
    await add(coop, STRANGER, quantity="999")
    async with coop.writing() as db:
        await cart.take_over(db, STRANGER, MAUD)
    assert await inside(coop) == [("Leeks", 999)]


async def test_a_basket_stands_beside_what_is_true_now(coop):
    await add(coop, quantity="5")
    await add(coop, line=LOAF, quantity="2")
    await add(coop, line=replace(LOAF, ref=9), quantity="2")
    async with coop.reading() as db:
        lines = await cart.lines(db, MAUD)
    leeks, loaf, gone = cart.standing(lines, [replace(LEEKS, amount=240, most=4), LOAF])
    assert (leeks.sum, leeks.is_short, leeks.is_repriced, leeks.before) == (1200, True, True, 210)
    assert (loaf.sum, loaf.is_short, loaf.is_repriced, loaf.is_gone) == (850, False, False, False)
    assert (gone.sum, gone.is_gone, gone.counts, gone.is_repriced) == (0, True, 0, False)


async def test_a_strangers_old_basket_goes_and_a_persons_stays(coop):
    for holder in (STRANGER, MAUD):
        await add(coop, holder)
    async with coop.writing() as db:
        await db.execute(update(Basket).values(changed=now() - timedelta(days=61)))
    await add(coop, "session:13")
    assert await all_of(coop, Basket.holder) == [(MAUD,), ("session:13",)]
    assert await inside(coop, STRANGER) == []


async def test_a_basket_is_nobody_elses_business(coop):
    await add(coop)
    async with coop.reading() as db:
        assert not await ledger(db)
