"""What `rose ghost export` writes: for a Ghost, and for another of ours."""

import json

import pytest

from domains import blog
from domains.blog import ghost
from domains.blog.abroad import came_abroad
from domains.blog.ghost.blocks import in_cards
from domains.blog.models import Post
from domains.site import Site
from tests import ghosts
from tests.conftest import all_of
from tests.unit.test_ghost import at, bring

ABOUT = "title", "kind", "status", "visibility", "excerpt", "cover", "tags", "authors", "published", "due", "featured"


@pytest.fixture
async def coop(coop):
    return await ghosts.founded(coop)


async def leave(coop, url=ghosts.OURS):
    async with coop.reading() as db:
        return await ghost.leaving(db, Site(url=url))


async def write(coop, title, **words):
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words(title, **words))


def test_what_its_editor_would_break_leaves_in_a_card():
    table = '<div class="scroller"><table><tr><td>1</td></tr></table></div>'
    assert in_cards(f'<p>One <b>two</b></p>\n<h2 id="section-a">A</h2>{table}words<hr>more').split("\n") == [
        "<p>One <b>two</b></p>",
        '<h2 id="section-a">A</h2>',
        "<!--kg-card-begin: html-->",
        table,
        "<!--kg-card-end: html-->",
        "<!--kg-card-begin: html-->",
        "words",
        "<!--kg-card-end: html-->",
        "<hr>",
        "<!--kg-card-begin: html-->",
        "more",
        "<!--kg-card-end: html-->",
    ]


def test_the_mark_for_members_stands_alone():
    mark = "<!--members-only-->"
    assert in_cards(f"<p>a</p>{mark}<p>b</p>").split("\n") == ["<p>a</p>", mark, "<p>b</p>"]


BROKEN = (
    *("<p>word</p", "word<", "</p>word", "<p><div>word", "word<wbr>", "word</", "<p>word<!--members-only-->"),
    *("<!--word", "<p>word<hr/>", "<![CDATA[x]]>word", "</br>word", "<table><tr>word"),
)


@pytest.mark.parametrize("html", BROKEN)
async def test_html_that_is_broken_leaves_whole(html):
    left = in_cards(await came_abroad(html, ghosts.OURS))
    assert left.count("word") == ("<!--word" not in html) and left.count("<p>") == left.count("</p>")


async def test_pictures_and_links_of_html_that_came_have_whole_addresses_and_nothing_of_it_runs(coop, tmp_path):
    html = (
        '<p onclick="x()">See <a href="/chard/">chard</a></p><script>x()</script><iframe src="https://tube.example/1">'
        '</iframe><!--members-only--><img src="/media/a.webp"><a href="http://[">odd</a>'
    )
    await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export([ghosts.post(1, "Soup", html)])))
    (post,) = (await leave(coop))["db"][0]["data"]["posts"]
    assert f'href="{ghosts.OURS}/chard/"' in post["html"] and f'src="{ghosts.OURS}/media/a.webp"' in post["html"]
    assert "x()" not in post["html"] and '<iframe src="https://tube.example/1">' in post["html"]
    assert "\n<!--members-only-->\n" in post["html"]


async def test_tags_and_authors_that_are_written_alike_stay_apart(coop):
    await write(coop, "Soup", tags="c++, c, c#, 日本", authors="Ines, Ines!")
    data = (await leave(coop))["db"][0]["data"]
    for rows in data["tags"], data["users"]:
        assert len({row["slug"] for row in rows}) == len({row["id"] for row in rows}) == len(rows) > 1


async def test_its_ids_are_as_a_ghost_writes_them_and_no_other_site_has_them(coop):
    await write(coop, "Soup", tags="winter")

    def ids(left):
        data = left["db"][0]["data"]
        return {row["id"] for table in ("posts", "tags", "users") for row in data[table]}

    ours, theirs = ids(await leave(coop)), ids(await leave(coop, "https://elm.example"))
    assert all(len(id) == 24 and int(id, 16) for id in ours) and not ours & theirs and ours == ids(await leave(coop))


async def test_what_we_export_we_import(coop, tmp_path):
    await bring(coop, ghosts.whole(tmp_path))
    await write(coop, "Bread", excerpt="Long " * 70, body="Ours, *slanted*, see [soup](/leek-soup)")
    before = await all_of(coop, *(getattr(Post, name) for name in ABOUT))
    report = await bring(coop, ghosts.written(tmp_path / "ours.json", await leave(coop)))
    assert [post["how"] for post in report.posts] == ["new"] * 8
    after = (await all_of(coop, *(getattr(Post, name) for name in ABOUT)))[8:]
    assert after[:7] == before[:7] and len(after[7][4]) <= 300
    assert ghosts.OURS not in (soup := await at(coop, "leek-soup-2")).body and 'src="/media/' in soup.body
    assert 'href="/leek-soup"' in (await at(coop, "bread-2")).body
    again = await bring(coop, tmp_path / "ours.json")
    assert {post["how"] for post in again.posts} == {"same"}


async def test_what_leaves_for_a_ghost_is_all_that_is_here(coop, tmp_path):
    await bring(coop, ghosts.whole(tmp_path))
    there = (await leave(coop))["db"][0]["data"]
    names = {tag["id"]: tag["name"] for tag in there["tags"]}
    slugs = {post["id"]: post["slug"] for post in there["posts"]}
    tagged = [(slugs[one["post_id"]], names[one["tag_id"]]) for one in there["posts_tags"]]
    ours = await all_of(coop, Post.title, Post.slug, Post.kind, Post.status)
    assert ours == [tuple(post[name] for name in ("title", "slug", "type", "status")) for post in there["posts"]]
    assert tagged == [(slug, tag) for slug, tags in await all_of(coop, Post.slug, Post.tags) for tag in tags]
    menus = {one["key"]: [item["url"] for item in json.loads(one["value"])] for one in there["settings"]}
    assert menus["navigation"][0].startswith(ghosts.OURS) and len(menus["secondary_navigation"]) == 1
