"""A steward takes the blog of a Ghost over, on a page or by `rose ghost import`."""

import asyncio
from pathlib import Path

import pytest

from app.answers import answer
from domains import blog
from domains.blog import ghost
from domains.blog.models import Post
from tests import ghosts
from tests.conftest import all_of

HERE = "/blog/ghost-import"


def quiet(*_):
    pass


async def bring(client, file, **typed):
    with open(file, "rb") as data:
        return await client.post(HERE, data=typed, files={"file": (file.name, data)})


async def done(client):
    """The page, once nothing is on its way."""
    for _ in range(200):
        page = await client.get(HERE)
        if "refresh" not in page.headers:
            return page.text
        await asyncio.sleep(0.02)
    raise AssertionError("it does not come to its end")


async def test_what_is_brought_comes_by_itself_and_is_told_post_by_post(steward, oak, coop, tmp_path):
    assert (await bring(steward, ghosts.whole(tmp_path), site=ghosts.SITE)).status_code == 303
    on_its_way = await steward.get(HERE)
    assert on_its_way.headers["refresh"] == "3" and "It is on its way" in on_its_way.text
    page = await done(steward)
    assert "What became of ghost.zip" in page and "New here" in page and "pot.jpg is not kept" in page
    assert (
        "Four" in (soup := await oak.get("/leek-soup/", follow_redirects=True)).text and soup.url.path == "/leek-soup"
    )
    assert not list((coop.file.parents[2] / "moving").iterdir())


async def test_again_says_that_all_is_here_and_public_pages_are_what_they_were(house, steward, coop, tmp_path):
    await bring(steward, file := ghosts.whole(tmp_path), site=ghosts.SITE)
    await done(steward)
    posts, version = await all_of(coop, Post), coop.version()
    await bring(steward, file, site=ghosts.SITE)
    assert "Here already, and the same" in await done(steward)
    about = {"slug": "oak", "file": str(file), "site": ghosts.SITE}
    made = await answer(house, {"name": "import_ghost", "about": about}, quiet)
    assert {post["how"] for post in made["result"]["posts"]} == {"same"}
    assert coop.version() == version and len(await all_of(coop, Post)) == len(posts)


async def test_one_that_was_cut_off_says_so_and_goes_on(house, steward, coop, tmp_path):
    await bring(steward, ghosts.whole(tmp_path))
    await house.imports.stop()
    page = (await steward.get(HERE)).text
    assert "was cut off" in page and "Start it again" in page
    assert (await steward.post(HERE, data={}, files={"again": (None, "yes")})).status_code == 303
    assert "New here" in await done(steward)


async def test_another_that_is_brought_after_one_was_cut_off_is_the_only_one_that_waits(house, steward, coop, tmp_path):
    for _ in range(2):
        await bring(steward, ghosts.whole(tmp_path))
        await house.imports.stop()
        assert len(list((coop.file.parents[2] / "moving").iterdir())) == 1


async def test_one_whose_file_is_gone_is_brought_again(house, steward, coop, tmp_path):
    await bring(steward, ghosts.whole(tmp_path))
    await house.imports.stop()
    async with coop.reading() as db:
        Path((await ghost.last_import(db)).file).unlink()
    answer = await steward.post(HERE, files={"again": (None, "yes")})
    assert answer.status_code == 422 and "Bring it once more" in answer.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"{", "breaks off"), (b"<rss>wordpress</rss>", "WordPress"), (b"\xff\xfe", "UTF-8"), (b"", "no export")],
)
async def test_what_is_no_export_is_told_beside_the_file_and_leaves_nothing(steward, coop, data, sentence):
    answer = await steward.post(HERE, data={"site": "https://x.example"}, files={"file": ("x.json", data)})
    assert answer.status_code == 422 and sentence in answer.text and "https://x.example" in answer.text
    assert not list((coop.file.parents[2] / "moving").iterdir()) and "cut off" not in (await steward.get(HERE)).text


@pytest.mark.parametrize("site", ["blog.example", "http://[", "javascript:x()"])
async def test_what_is_no_address_is_told_beside_it(steward, coop, tmp_path, site):
    answer = await bring(steward, ghosts.written(tmp_path / "g.json", ghosts.export()), site=site)
    assert answer.status_code == 422 and 'id="site-error"' in answer.text and "whole address" in answer.text
    assert not await all_of(coop, Post.id)


async def test_its_report_leads_on_to_each_post_and_says_which_nobody_sees_yet(steward, tmp_path):
    await bring(steward, ghosts.whole(tmp_path))
    page = await done(steward)
    assert page.count("New here") == 1
    for slug, state in (("leek-soup", ""), ("a-draft", "Draft"), ("to-come", "Scheduled")):
        item = page.partition(f'<a href="/blog/post/{slug}">')[2].partition("</li>")[0]
        assert item and (state in item if state else "Draft" not in item and "Scheduled" not in item)
        assert (await steward.get(f"/blog/post/{slug}", follow_redirects=True)).status_code == 200


async def test_a_post_that_is_refused_is_in_the_report(steward, tmp_path):
    posts = [ghosts.post(1, "Long", "x" * 1_000_001), ghosts.post(2, "Short")]
    await bring(steward, ghosts.written(tmp_path / "g.json", ghosts.export(posts)))
    page = await done(steward)
    assert "<b>Long</b>" in page and "longer than a post can be" in page and "Not taken" in page


async def test_without_a_file_it_asks_for_one(steward):
    answer = await steward.post(HERE, files={"site": (None, "x")})
    assert answer.status_code == 422 and "Choose the file" in answer.text


async def test_only_stewards_bring_one(oak, member, tmp_path):
    assert (await oak.get(HERE)).status_code == 401
    assert (await bring(member, ghosts.written(tmp_path / "g.json", ghosts.export()))).status_code == 403


async def test_a_command_refuses_in_a_sentence_too(house, coop, tmp_path):
    (tmp_path / "g.json").write_text("{")
    about = {"slug": "oak", "file": str(tmp_path / "g.json")}
    assert "breaks off" in (await answer(house, {"name": "import_ghost", "about": about}, quiet))["error"]
    async with coop.reading() as db:
        assert not (await blog.posts(db)).posts
