"""The sample, and how it goes again."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import select

from app.commands import sign_in_link
from app.control import quiet
from app.sample import fill
from domains import account, blog, events, market, sample
from domains.activities import Activity
from domains.site import site
from flows.engine.models import Delivery
from tests.conftest import all_of, settle
from tests.http.conftest import OAK


async def test_the_sample_is_removed_by_stewards_alone_and_only_by_the_button(oak, member, steward, coop):
    await fill(coop)
    assert (await oak.post("/steward/sample")).status_code == 401
    assert (await member.post("/steward/sample")).status_code == 403
    assert (await steward.get("/steward/sample")).status_code == 200
    async with coop.reading() as db:
        assert await sample.is_there(db) and await market.count(db) == 12


async def test_what_nobody_touched_goes_and_what_somebody_changed_stays_as_the_page_says(steward, oak, coop):
    await fill(coop)
    leeks = await of(coop, market.Product, "Leeks")
    page = (await steward.get(f"/market/edit-product/{leeks.id}")).text
    typed = {"name": "Leeks", "supplier": "Low Field", "category": "Roots", "price": "2.20", "version": "1"}
    assert "Leeks" in page and (await steward.post(f"/market/edit-product/{leeks.id}", data=typed)).status_code == 303
    await steward.post("/blog/new-post", data={"title": "Acorns", "status": "published", "kind": "post"})
    await steward.post("/events/new-entry", data={"title": "Supper", "day": "2199-12-12", "kind": "event"})
    told = (await steward.get("/steward/sample")).text
    goes, stays = told[told.index("This goes") : told.index("This stays")], told[told.index("This stays") :]
    assert "How we work" in goes and "Tam Achebe" in goes and "Orders close (14)" in goes and "The motto" in goes
    assert "Leeks" in stays and " Leeks ·" not in goes and "Acorns" not in goes and "Supper" not in goes
    done = await steward.post("/steward/sample")
    assert done.status_code == 303 and done.headers["location"] == "/steward?said=sample-removed"
    goods, home = (await oak.get("/market/goods")).text, (await oak.get("/")).text
    assert "Leeks" in goods and "Heather honey" not in goods
    assert "Acorns" in home and "Supper" in home and "The beetroot" not in home and "nine growers" not in home
    for way in ("Market", "Calendar", "News"):
        assert f">{way}</a>" in home
    people = (await steward.get("/account/people")).text
    assert "Tam Achebe" not in people and "Maud" in people
    desk = (await steward.get("/steward")).text
    assert (
        "Remove the sample" not in desk
        and "There is no sample content here" in (await steward.get("/steward/sample")).text
    )
    removed = await all_of(coop, Activity.actor, where=Activity.type == "Remove")
    assert len(removed) > 70 and set(removed) == {("account.person:1",)}


async def test_somebody_of_the_sample_who_has_signed_in_since_is_real_and_stays(steward, oak, house, coop):
    await fill(coop)
    link = await sign_in_link(house, quiet, slug="oak", address="tam@oakhill.example")
    assert (await oak.post(urlsplit(link).path, data={"next": "/"})).status_code == 303
    told = (await steward.get("/steward/sample")).text
    assert "Jo Whitlock" in told and "Tam Achebe" not in told
    await steward.post("/steward/sample")
    people = (await steward.get("/account/people")).text
    assert "Tam Achebe" in people and "Jo Whitlock" not in people
    assert (await oak.get("/account/home")).status_code == 200


async def test_words_of_the_coop_that_were_written_over_stay(steward, oak, coop):
    await fill(coop)
    async with coop.reading() as db:
        about = (await site(db)).about
    await steward.post("/steward/settings", data=OAK | {"motto": "Slowly", "about": about})
    page = (await steward.get("/steward/sample")).text
    assert "The motto" not in page and "What it is" in page
    await steward.post("/steward/sample")
    home = (await oak.get("/")).text
    assert "Slowly" in home and "Nothing sits in a warehouse" not in home


async def test_removed_twice_nothing_more_goes(steward, coop):
    await fill(coop)
    await steward.post("/blog/edit-post/1", data={"title": "Ours", "version": "1", "kind": "page"})
    for _ in range(2):
        assert (await steward.post("/steward/sample")).status_code == 303
    async with coop.reading() as db:
        assert (await blog.post(db, 1)).title == "Ours"
        assert await events.upcoming(db, datetime.now(UTC), (await site(db)).zone) == []


async def test_the_sample_is_neither_mailed_nor_federated(steward, oak, coop):
    machine = {"accept": "application/activity+json"}
    async with coop.writing() as db:
        await account.subscribe(db, "sam@oak.example")
    await fill(coop)
    await settle(coop)
    assert await all_of(coop, Delivery.to) == []
    article = f"/federation/post/{(await of(coop, blog.Post, 'What to do with four leeks')).id}"
    assert (await oak.get("/federation/outbox", headers=machine)).json()["totalItems"] == 0
    assert (await oak.get(article, headers=machine)).status_code == 404
    assert (await oak.get("/nodeinfo/2.1")).json()["usage"]["users"]["total"] == 2
    await steward.post("/blog/new-post", data={"title": "Acorns", "status": "published", "kind": "post"})
    outbox = (await oak.get("/federation/outbox?page=1", headers=machine)).text
    assert "Acorns" in outbox and "leeks" not in outbox
    await steward.post("/steward/sample")
    await settle(coop)
    assert await all_of(coop, Delivery.to) == []


async def of(coop, model, name):
    async with coop.reading() as db:
        named = model.title if hasattr(model, "title") else model.name
        return (await db.scalars(select(model).where(named == name))).one()
