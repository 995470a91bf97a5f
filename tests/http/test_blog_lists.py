"""What is chosen of the news, by a tag or by whoever wrote it; and what programs are told of each page, in its head."""

import json
import re

from domains import blog, look
from tests.http.test_blog import write
from tests.photos import keep, photo

ODD = 'A <b>"]]>" & \U0001f96c שלום </script>'


def head(page):
    return page[: page.index("<body")]


def data(page):
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    return json.loads(text)


def told(page, name):
    """What the Open Graph is told."""
    return re.findall(rf'<meta property="{name}" content="([^"]*)">', page.text)


async def test_a_tag_and_an_author_have_pages_to_which_posts_and_lists_lead(oak, coop):
    await write(coop, tags="Root veg, newsletter")
    await write(coop, title="Kale", tags="greens")
    for path in ("/four-leeks", "/blog/news", "/"):
        page = (await oak.get(path)).text
        assert 'href="/blog/tag/root-veg"' in page and 'href="/blog/author/ines"' in page, path
    tagged, by = (await oak.get("/blog/tag/root-veg")).text, (await oak.get("/blog/author/ines")).text
    assert "Four leeks" in tagged and "Kale" not in tagged and "Kale" in by and "Four leeks" in by


async def test_a_list_has_pages_of_its_own(oak, coop):
    for number in range(11):
        await write(coop, title=f"Post {number}", tags="kitchen")
    last = await oak.get("/blog/tag/kitchen?page=2")
    assert "Post 0<" in last.text and "Post 10" not in last.text and 'href="/blog/tag/kitchen?page=1"' in last.text
    assert '<link rel="canonical" href="https://oak.example/blog/tag/kitchen?page=2">' in last.text


async def test_a_tag_in_any_script_has_an_address(oak, coop):
    for number, tag in enumerate(("日本/東京", "c++", "50%?#&", "\U0001f96c", ".", "שלום")):
        await write(coop, title=f"Post {number}", tags=tag)
        (path,) = set(re.findall(r'href="(/blog/tag/[^"]*)"', (await oak.get(f"/post-{number}")).text))
        assert f"Post {number}" in (await oak.get(path)).text and "Post" in (await oak.get(f"{path}/feed.atom")).text


async def test_what_says_what_to_do_with_a_post_is_shown_nowhere(oak, coop):
    await write(coop, tags="urgent, newsletter, kitchen")
    pages = ("/four-leeks", "/blog/news", "/")
    for path in (*pages, "/blog/feed.atom", "/blog/feed.rss", "/four-leeks.md", "/sitemap.xml"):
        text = (await oak.get(path)).text
        assert "urgent" not in text and not re.search("newsletter[<\"']", text), path
    for path in ("/blog/tag/urgent", "/blog/tag/newsletter", "/blog/tag/newsletter/feed.rss"):
        assert (await oak.get(path)).status_code == 404


async def test_nothing_is_listed_that_is_no_news(oak, coop):
    await write(coop, tags="kitchen", status="draft")
    await write(coop, tags="kitchen", title="A page", kind="page")
    for path in ("/blog/tag/kitchen", "/blog/author/ines", "/blog/tag/%00", "/blog/author/x/feed.atom"):
        assert (await oak.get(path)).status_code == 404, path
    assert "/blog/tag/" not in (await oak.get("/a-page")).text, "it would lead nowhere"


# ---- in the head ----


async def test_a_post_says_where_it_belongs_and_what_its_other_forms_are(oak, coop):
    await write(coop, tags="kitchen, urgent")
    for path in ("/four-leeks", "/blog/post/four-leeks"):
        page = await oak.get(path)
        assert head(page.text).count('<link rel="canonical" href="https://oak.example/four-leeks">') == 1
        assert '<link rel="alternate" type="text/markdown" href="/four-leeks.md">' in page.text
        assert 'type="application/atom+xml" title="Oak" href="/blog/feed.atom">' in page.text
        assert told(page, "og:url") == ["https://oak.example/four-leeks"] and told(page, "og:type") == ["article"]
        assert told(page, "article:tag") == ["kitchen"]


async def test_a_title_of_any_letters_stays_what_it_is_in_the_head(oak, coop):
    await write(coop, title=ODD, slug="odd")
    page = await oak.get("/odd")
    assert data(page)["headline"] == ODD and data(page)["@type"] == "Article"
    assert data(page)["author"] == [{"@type": "Person", "name": "Ines", "url": "https://oak.example/blog/author/ines"}]
    assert "<b>" not in head(page.text) and "</script> –" not in head(page.text)


async def test_the_home_page_says_which_co_op_this_is(oak, coop):
    site, us = data(await oak.get("/"))["@graph"]
    assert (site["@type"], site["url"], us["@type"], us["name"]) == (
        "WebSite",
        "https://oak.example/",
        "Organization",
        "Oak",
    )
    assert site["publisher"]["@id"] == us["@id"]


async def test_a_draft_is_told_to_no_program(steward, coop):
    await write(coop, status="draft")
    page = (await steward.get("/four-leeks")).text
    assert "canonical" not in page and "ld+json" not in page


async def test_a_card_of_a_post_shows_its_cover_at_its_widest_or_else_the_logo(oak, coop):
    picture = await keep(coop, photo((1000, 500)))
    await write(coop, cover=str(picture.address))
    await write(coop, title="Plain", cover="leeks")
    assert not told(await oak.get("/plain"), "og:image") and "image" not in data(await oak.get("/plain"))
    page = await oak.get("/four-leeks")
    address = f"https://oak.example{picture.address}"
    assert [told(page, f"og:image{what}") for what in ("", ":width", ":height", ":alt", ":type")] == [
        [address], ["1000"], ["500"], ["Maud with leeks"], ["image/webp"]
    ]  # fmt: skip
    assert 'name="twitter:card" content="summary_large_image"' in page.text
    assert data(page)["image"] | {"url": address, "width": 1000, "height": 500} == data(page)["image"]
    async with coop.writing() as db:
        logo = look.marks([await blog.draw_logo(photo((64, 64)))], "webp")
        await look.dress(db, look.Look(), logo)
    for path in ("/plain", "/", "/blog/news"):
        page = await oak.get(path)
        (shown,) = told(page, "og:image")
        assert shown.endswith("-64x64.webp") and told(page, "og:image:alt") == ["Oak"], path
        assert 'name="twitter:card" content="summary"' in page.text
        assert (await oak.get(shown)).status_code == 200
    assert data(await oak.get("/plain"))["publisher"]["logo"]["url"] == shown


async def test_every_list_of_news_shows_the_way_to_its_feed(oak, coop):
    await write(coop, tags="kitchen")
    lists = ("/blog/tag/kitchen", "/blog/author/ines")
    for path, feed in (("/market/goods", "/blog"), ("/blog/news", "/blog"), *zip(lists, lists, strict=True)):
        shown = re.findall(r'<a href="([^"]+)/feed.atom" type="application/atom\+xml">', (await oak.get(path)).text)
        assert feed in shown, path
        assert (await oak.get(f"{feed}/feed.atom")).status_code == 200
