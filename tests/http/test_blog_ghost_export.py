"""A steward takes the posts away on a page, as `rose ghost export` writes them."""

import asyncio

import pytest

from domains import blog
from domains.activities import Activity
from domains.blog import ghost
from tests.conftest import all_of

HERE = "/blog/ghost-export"


@pytest.fixture
async def written(coop):
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words("Soup", body="Leeks."))


async def taken(coop):
    return await all_of(coop, Activity.actor, Activity.object, where=Activity.kind == "blog.ghost_export")


async def test_a_steward_gets_all_posts_in_a_file_and_the_ledger_says_so(steward, coop, written):
    assert "Download the posts" in (await steward.get(HERE)).text
    answer = await steward.post(HERE)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="oak.example-')
    assert [post["title"] for post in answer.json()["db"][0]["data"]["posts"]] == ["Soup"]
    assert await taken(coop) == [("account.person:1", {"name": "Oak"})]
    assert "took away the posts of “Oak”" in (await steward.get("/steward")).text


async def test_nobody_else_gets_them(oak, member, coop, written):
    for who, status in ((oak, 401), (member, 403)):
        assert [(await who.get(HERE)).status_code, (await who.post(HERE)).status_code] == [status, status]
    assert not await taken(coop)


async def test_nobody_waits_to_write_while_they_are_read(steward, coop, written, monkeypatch):
    going, go = asyncio.Event(), asyncio.Event()
    leaving = ghost.leaving

    async def slow(*about):
        going.set()
        await go.wait()
        return await leaving(*about)

    monkeypatch.setattr(ghost, "leaving", slow)
    asked = asyncio.create_task(steward.post(HERE))
    await going.wait()
    async with asyncio.timeout(5), coop.writing() as db:
        await blog.write_post(db, blog.Words("Bread"))
    go.set()
    assert (await asked).status_code == 200


async def test_where_posts_are_listed_stewards_find_the_way(steward):
    for path in ("/blog/posts", "/steward/export"):
        assert f'href="{HERE}"' in (await steward.get(path)).text
