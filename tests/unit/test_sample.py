"""The sample co-op: something in every room, relative to the day it is made; and how it goes again."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event

from app.sample import fill
from domains import account, blog, events, market, sample
from domains import site as sites
from domains.activities import Activity
from domains.errors import Invalid, NotFound
from flows.sample import remove
from tests.conftest import all_of

AT = datetime(2027, 2, 27, 23, 30, tzinfo=UTC)
ART = Path(__file__).parents[2] / "static" / "art"


@pytest.fixture
async def made(coop):
    async with coop.writing() as db:
        facts = sites.Facts(name="Oak", hue="150", currency="EUR", timezone="Pacific/Auckland")
        await sites.describe(db, facts, "https://oak.example")
        await account.add_person(db, "Ruth", "ruth@oak.example", "steward")
    return coop


@pytest.fixture
async def filled(made):
    await fill(made, AT)
    return made


async def test_its_days_are_relative_to_the_day_it_is_made_where_the_coop_is(filled):
    today = date(2027, 2, 28)  # in Auckland
    entries = await all_of(filled, events.Entry.day, events.Entry.title)
    days = sorted(day for day, _ in entries)
    assert days[0] < today - timedelta(days=20) and days[-1] > today + timedelta(days=60) and today in days
    assert {day.weekday() for day, title in entries if title == "Collection morning"} == {5}
    published = [instant for (instant,) in await all_of(filled, blog.Post.published) if instant]
    assert max(published) == AT and min(published) == AT - timedelta(days=70)


async def test_made_at_the_same_instant_it_is_the_same(filled, tmp_path, bell, mailer, clock):
    from app.coop import Coop

    (tmp_path / "elm").mkdir()
    other = await Coop(tmp_path / "elm" / "site.db", bell, mailer, clock=clock).prepare()
    async with other.writing() as db:
        await sites.describe(db, sites.Facts(name="Oak", timezone="Pacific/Auckland"), "https://elm.example")
    await fill(other, AT)
    for columns in ((events.Entry.day, events.Entry.title), (blog.Post.slug, blog.Post.published)):
        assert await all_of(other, *columns) == await all_of(filled, *columns)
    await other.close()


async def test_every_room_shows_its_best(filled):
    posts = await all_of(filled, blog.Post.kind, blog.Post.body, blog.Post.tags, blog.Post.cover)
    lengths = [len(body) for kind, body, *_ in posts if kind == "post"]
    assert len(lengths) >= 8 and min(lengths) < 400 and max(lengths) > 1200
    assert {"opening-hours", "about", "how-we-work"} <= {slug for (slug,) in await all_of(filled, blog.Post.slug)}
    assert all(tags for kind, _, tags, _ in posts if kind == "post") and all(cover for *_, cover in posts)
    async with filled.reading() as db:
        goods = await market.goods(db)
        assert goods.count >= 12 and len(goods.categories) >= 3 and len(await market.suppliers(db)) >= 3
        assert {product.left for product in goods.found} == {"", "few", "none"}
        assert all(product.unit and product.description for product in goods.found)
        assert all((ART / f"{product.art}.svg").exists() for product in goods.found)
        assert len(await market.featured(db)) == 6
        people = await account.people(db)
        ticketed = await events.ticketed(db, AT, ZoneInfo("Pacific/Auckland"))
    assert {"many" if entry.left > 5 else min(entry.left, 1) for entry in ticketed} == {"many", 1, 0}
    assert len(people) > 4 and {person.role for person in people} == {"steward", "editor", "member"}
    assert all(person.address.endswith(".example") for person in people)


async def test_it_leaves_what_the_coop_is_as_it_was(filled):
    async with filled.reading() as db:
        found = await sites.site(db)
    assert (found.name, found.hue, found.currency, found.timezone) == ("Oak", 150, "EUR", "Pacific/Auckland")
    assert found.motto and found.about


async def test_it_is_made_in_less_than_a_second_of_work(made):
    began = process_time()
    await fill(made, AT)
    assert process_time() - began < 1


async def test_what_is_left_of_it_is_found_without_reading_the_whole_ledger(filled):
    asked = []
    listen = (Engine, "before_cursor_execute", lambda *about: asked.append(about[2:4]))
    async with filled.reading() as db:
        event.listen(*listen)
        try:
            assert len(await sample.things(db)) > 70
        finally:
            event.remove(*listen)
        statement, about = asked[-1]
        plan = (await db.connection()).sync_connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", about).all()
    assert len(plan) >= 3 and not [row for row in plan if "SCAN activities" in row[-1]], plan


async def test_a_steward_with_an_address_of_its_people_is_no_obstacle(made):
    async with made.writing() as db:
        own = await account.add_person(db, "Me", "tam@oakhill.example", "steward")
    await fill(made, AT)
    async with made.reading() as db:
        assert (await account.person_at(db, "tam@oakhill.example")).name == "Me"
        assert own.id not in await sample.unchanged(db, "account.person")


async def test_what_somebody_did_anything_with_is_sample_no_more(filled):
    async with filled.writing() as db:
        (leeks,) = (await market.goods(db, "leeks")).found
        await market.withdraw_product(db, leeks.id, "EUR")
        await account.set_role(db, (await account.person_at(db, "tam@oakhill.example")).id, "editor")
        for way in [*(await blog.navigation(db))[3:], *await blog.navigation(db, blog.FOOT)]:
            await blog.remove_menu_item(db, way.id)
    async with filled.reading() as db:
        things = await sample.things(db)
    assert {thing.name for thing in things if thing.is_changed} == {"Leeks", "Tam Achebe"}
    assert "blog.menu_item" not in {thing.kind for thing in things}


async def test_what_somebody_has_a_ticket_for_stays_with_all_its_tickets(filled):
    ((supper,),) = await all_of(filled, events.Entry.id, where=events.Entry.title == "Long-table supper")
    async with filled.writing() as db:
        await events.take_ticket(db, supper, "Mei", "mei@far.org", "1", AT, ZoneInfo("Pacific/Auckland"))
        await remove(db)
    assert await all_of(filled, events.Entry.title) == [("Long-table supper",)]
    assert ("mei@far.org",) in await all_of(filled, events.Ticket.address)


async def test_removed_it_leaves_an_empty_coop_and_its_ledger(filled):
    async with filled.writing() as db:
        await remove(db)
    for model in (blog.Post, market.Product, events.Entry, events.Ticket):
        assert await all_of(filled, model.id) == []
    assert await all_of(filled, account.Person.name) == [("Ruth",)]
    assert [label for (label,) in await all_of(filled, blog.MenuItem.label)] == ["Market", "Calendar", "News"]
    async with filled.reading() as db:
        found = await sites.site(db)
        assert (found.motto, found.about, found.hue) == ("", "", 150) and not await sample.is_there(db)
    added = await all_of(filled, Activity.kind, Activity.ref, where=Activity.type.in_(("Create", "Add")))
    removed = await all_of(filled, Activity.kind, Activity.ref, where=Activity.type == "Remove")
    assert set(added) - set(removed) == {
        ("site.site", 1),
        ("account.person", 1),
        *(("blog.menu_item", id) for id in (1, 2, 3)),
    }


async def test_it_goes_as_a_whole_or_not_at_all(filled, monkeypatch):
    async def broken(db, id):
        raise NotFound(id)

    monkeypatch.setattr("flows.sample.REMOVE", {"blog.post": blog.remove_post, "account.person": broken})
    with pytest.raises(NotFound):
        async with filled.writing() as db:
            await remove(db)
    async with filled.reading() as db:
        assert len(await sample.things(db)) > 70 and len((await blog.posts(db)).posts) > 10


async def test_a_coop_without_a_sample_has_nothing_to_remove(made):
    async with made.writing() as db:
        assert not await sample.is_there(db) and not await sample.things(db) and not await sample.words(db)
        await remove(db)
    assert await all_of(made, Activity.type, where=Activity.kind == "site.site") == [("Create",)]


async def test_a_person_goes_with_whatever_signs_them_in_but_for_the_only_steward(made):
    async with made.writing() as db:
        sam = await account.add_person(db, "Sam", "sam@oak.example")
        await account.begin_session(db, sam.id)
        await account.offer_sign_in(db, sam)
        await account.subscribe(db, sam.address)
        await account.remove_person(db, sam.id)
        assert not await account.sessions(db, sam.id) and not await account.readers(db)
        with pytest.raises(Invalid):
            await account.remove_person(db, 1)
        with pytest.raises(NotFound):
            await account.remove_person(db, sam.id)
