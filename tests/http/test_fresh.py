"""Nothing kept outlives what it was made from, whoever changes that, nor its time."""

import asyncio
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import files
from app.commands import create_coop, sign_in_link
from domains import account, events
from tests.http.conftest import MEMBER

LONDON = ZoneInfo("Europe/London")
LEEKS = {"kind": "market.product", "ref": "3", "quantity": "2"}
ROOT = Path(__file__).parents[2]
LUNCH = {"kind": "event", "day": "2026-06-12"}


@pytest.fixture(scope="module")
def furnished(stocked):
    return stocked


@pytest.fixture
def plain(coop):
    """Whatever any tool may do to the file: a connection that this house does not know of."""
    connection = files.connect(coop.file)
    yield connection.execute
    connection.close()


def quiet(*_):
    pass


# ---- a commit ----


async def test_an_edit_shows_at_once(oak, member, steward):
    typed = {"title": "What to do", "body": "Boil them.", "kind": "post", "status": "published"}
    for who in (oak, member):
        assert "Boil them." not in (await who.get("/four-leeks")).text
    id = re.search(r"/blog/edit-post/(\d+)", (await steward.get("/four-leeks")).text)[1]
    await steward.post(f"/blog/edit-post/{id}", data=typed | {"slug": "four-leeks", "version": "1"})
    for who in (oak, member):
        assert "Boil them." in (await who.get("/four-leeks")).text


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/", "UPDATE site SET name = 'Rowan'"),
        ("/market/goods", "UPDATE market_products SET name = 'Rowan' WHERE id = 3"),
        ("/blog/news", "UPDATE blog_posts SET title = 'Rowan' WHERE slug = 'four-leeks'"),
        ("/events/calendar", "UPDATE events_entries SET title = 'Rowan'"),
        ("/four-leeks", "UPDATE blog_menu_items SET label = 'Rowan' WHERE id = 1"),
    ],
)
async def test_what_another_process_writes_shows_at_once(oak, member, coop, path, change):
    for who in (oak, member):
        assert "Rowan" not in (await who.get(path)).text
    write = f"from app import files; files.connect({str(coop.file)!r}).execute({change!r}).connection.close()"
    subprocess.run([sys.executable, "-c", write], check=True, cwd=ROOT)
    for who in (oak, member):
        assert "Rowan" in (await who.get(path)).text


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE site SET name = 'Rowan'",
        "UPDATE blog_menu_items SET label = 'Rowan'",
        "UPDATE blog_posts SET title = 'Rowan' WHERE slug = 'four-leeks'",
        "UPDATE market_products SET supplier = 'Rowan'",
    ],
)
async def test_what_many_pages_ask_is_asked_again_after_a_commit_where_no_page_is_kept(oak, plain, change):
    assert "Rowan" not in (await oak.get("/?nobody-asked=1")).text
    plain(change)
    assert "Rowan" in (await oak.get("/?nobody-asked=2")).text


async def test_what_whoever_writes_has_asked_is_nobody_elses(steward, coop):
    before = dict(coop.known())
    assert (await steward.post("/market/new-product", data={"name": ""})).status_code == 422
    assert coop.known() == before == {}


async def test_what_a_command_does_shows_at_once(house, oak, visit, woken):
    """A stranger at a new co-op's address finds it there, and nobody else's page is made again for a sign-in link."""
    await oak.get("/")
    ash = await visit("ash")
    assert (await ash.get("/")).status_code == 404
    about = {"name": "Ash", "url": "https://ash.example", "steward": "ruth@ash.example"}
    await create_coop(house, quiet, **about)
    assert "<title>Ash</title>" in re.sub(r"<title>.* – ", "<title>", (await ash.get("/")).text)
    woken.clear()
    await sign_in_link(house, quiet, slug="oak", address=MEMBER)
    assert (await oak.get("/")).status_code == 200 and woken == []


async def test_whoever_was_alone_answers_at_their_own_address_once_there_are_two(tmp_path):
    from httpx import ASGITransport, AsyncClient

    from app.main import House
    from tests.http.conftest import settings

    house = House(settings(tmp_path))
    async with house.awake(), AsyncClient(transport=ASGITransport(house.app), base_url="http://10.0.0.7") as client:
        for slug, status in (("oak", 200), ("elm", 404)):
            about = {"name": slug, "url": f"https://{slug}.example", "steward": "ruth@oak.example"}
            await create_coop(house, quiet, **about)
            assert (await client.get("/")).status_code == status


async def test_a_private_row_that_anything_changes_shows_in_the_parts_at_once(oak, member, plain, woken):
    for who in (oak, member):
        await who.post("/cart/lines", data=LEEKS)
        assert [">2<" in (await who.get("/blog/news")).text for _ in range(2)] == [True, True]
    plain("UPDATE cart_lines SET quantity = 5")
    for who in (oak, member):
        assert '<span class="count">5</span>' in (await who.get("/blog/news")).text
    plain("UPDATE account_people SET name = 'Magda May' WHERE name = 'Maud'")
    assert ">Magda</a>" in (await member.get("/blog/news")).text
    plain("UPDATE account_people SET role = 'editor' WHERE name = 'Magda May'")
    assert "/blog/new-post" in (await member.get("/blog/news")).text
    plain("UPDATE account_people SET role = 'member' WHERE name = 'Magda May'")
    assert "/blog/new-post" not in (await member.get("/blog/news")).text
    plain("DELETE FROM account_sessions")
    for who in (oak, member):
        text = (await who.get("/blog/news")).text
        assert ">Sign in</a>" in text and 'class="count"' not in text


@pytest.mark.parametrize(
    ("meanwhile", "again", "unseen"),
    [
        ("UPDATE cart_lines SET quantity = 5", "UPDATE cart_lines SET quantity = 2", ">5</span>"),
        ("UPDATE account_people SET role = 'steward'", "UPDATE account_people SET role = 'member'", "/steward"),
        ("UPDATE account_people SET name = 'Magda'", "UPDATE account_people SET name = 'Maud'", "Magda"),
    ],
)
async def test_what_changes_while_a_page_is_made_and_then_back_is_not_kept(
    house, member, plain, monkeypatch, meanwhile, again, unseen
):
    await member.post("/cart/lines", data=LEEKS)
    app = house.app.app

    async def change(*asked):
        plain(meanwhile)
        await app(*asked)
        plain(again)

    with monkeypatch.context() as changing:
        changing.setattr(house.app, "app", change)
        assert unseen in (await member.get("/blog/news")).text
    assert [unseen in (await member.get("/blog/news")).text for _ in range(2)] == [False, False]


async def test_a_price_changes_what_a_basket_comes_to(oak, plain):
    await oak.post("/cart/lines", data=LEEKS)
    for price, total in ((250, "£5.00"), (300, "£6.00")):
        plain("UPDATE market_products SET price = ? WHERE id = 3", (price,))
        for _ in range(2):
            assert f'<span class="wide">{total}</span>' in (await oak.get("/blog/news")).text


async def test_nobody_is_given_an_old_page_while_others_write(coop, oak, member):
    """What a reader sees is never older than the last commit before it asked."""
    kept, done = 0, asyncio.Event()

    async def write():
        nonlocal kept
        for number in range(1, 31):
            async with coop.writing() as db:
                await (await db.connection()).exec_driver_sql(f"UPDATE site SET motto = 'Motto {number}.'")
            kept = number
            await asyncio.sleep(0)
        done.set()

    async def read(client):
        while not done.is_set():
            before = kept
            shown = re.search(r"Motto (\d+)\.", (await client.get("/")).text)
            assert (int(shown[1]) if shown else 0) >= before
            await asyncio.sleep(0)  # as a socket would: nothing on the way to this page waits for anybody

    await asyncio.gather(write(), *(read(client) for client in (oak, member) for _ in range(4)))
    assert ["Motto 30." in (await client.get("/")).text for client in (oak, member)] == [True, True]


async def test_a_file_that_was_put_in_its_place_is_read_anew(house, oak, coop, plain):
    """A restore may bring back the same version with other words."""
    assert (await oak.get("/")).status_code == 200
    coop.users -= 1
    await house.tenants.close()
    plain("UPDATE site SET name = 'Rowan'")
    plain("UPDATE site SET version = version - 2")
    assert "Rowan" in (await oak.get("/")).text
    coop.users += 1


# ---- the clock ----


async def test_the_home_page_changes_when_something_in_it_is_over_and_nobody_wrote(oak, member, coop, clock, woken):
    async with coop.writing() as db:
        await events.add_entry(db, title="Long lunch", starts="12:00", ends="14:00", **LUNCH)
        await events.add_entry(db, title="Early tea", starts="12:30", ends="13:30", **LUNCH)
    for moment, there in (("12:29", True), ("12:29:59", True), ("12:30", False)):
        clock(f"2026-06-12T{moment}")  # half past one in London
        for who in (oak, member):
            assert ("Early tea" in (await who.get("/")).text) is there
    assert woken.count("/") == 4


async def test_a_page_of_parts_keeps_the_earliest_time(oak, house, coop, clock):
    async with coop.writing() as db:
        await events.add_entry(db, title="Early tea", starts="12:30", ends="13:30", **LUNCH)
        await events.add_entry(db, title="Late tea", starts="16:30", ends="17:30", **LUNCH)
    clock("2026-06-12T08:00")
    for path, until in (("/", (12, 13, 30)), ("/blog/news", (13, 0, 0)), ("/events/upcoming", (12, 13, 30))):
        await oak.get(path)
        day, hour, minute = until
        (found,) = (kept.until for key, kept in house.app.pages.kept.items() if path in key)
        assert datetime.fromtimestamp(found, LONDON) == datetime(2026, 6, day, hour, minute, tzinfo=LONDON)


async def test_a_session_that_has_ended_is_nobodys_without_a_commit(member, plain, clock, monkeypatch):
    plain("UPDATE account_sessions SET ends = '2026-06-12 09:00:00.000000'")
    for moment, there in (("08:00", True), ("08:59", True), ("09:00", False), ("23:00", False)):
        clock(f"2026-06-12T{moment}")
        now = datetime.fromisoformat(f"2026-06-12T{moment}+00:00")
        monkeypatch.setattr(account.queries, "now", lambda now=now: now)
        assert [">Maud</a>" in (await member.get("/blog/news")).text for _ in range(2)] == [there, there]
