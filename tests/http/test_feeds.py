"""What readers of feeds and search engines are given."""

import json
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from domains import blog, events, market
from tests.http.test_blog import write

A, CONTENT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/rss/1.0/modules/content/}encoded"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ODD = 'A <b>"]]>" & \U0001f96c שלום &amp;'
FEEDS = ("/blog/feed.atom", "/blog/feed.rss", "/blog/author/ines/feed.atom", "/blog/author/ines/feed.rss")
DOCUMENTS = (*FEEDS, "/sitemap.xml", "/robots.txt", "/four-leeks.md")


async def read(client, path):
    return ElementTree.fromstring((await client.get(path)).content)


async def test_both_feeds_tell_the_same_of_a_post(oak, coop):
    await write(coop, title=ODD, slug="odd", excerpt=ODD, tags="kitchen", body="Cut *them* ]]> `</b>`.")
    entry = (await read(oak, "/blog/feed.atom")).find(f"{A}entry")
    item = (await read(oak, "/blog/feed.rss")).find("channel/item")
    assert entry.findtext(f"{A}title") == item.findtext("title") == entry.findtext(f"{A}summary") == ODD
    assert entry.findtext(f"{A}id") == item.findtext("guid") == "https://oak.example/federation/post/1"
    assert entry.find(f"{A}link").get("href") == item.findtext("link") == "https://oak.example/odd"
    html = "<p>Cut <em>them</em> ]]&gt; <code>&lt;/b&gt;</code>.</p>"
    assert entry.findtext(f"{A}content") == item.findtext(CONTENT) == html
    published = entry.findtext(f"{A}published")
    assert parsedate_to_datetime(item.findtext("pubDate")).isoformat() == published


async def test_what_is_read_elsewhere_leads_back_with_whole_addresses(oak, coop):
    await write(coop, body="[a](/b) [c](#d) [e](//[) [f](https://g.example/h)\n\n::calendar")
    html = (await read(oak, "/blog/feed.atom")).findtext(f"{A}entry/{A}content")
    for address in ("https://oak.example/b", "https://oak.example/four-leeks#d", "https://g.example/h"):
        assert f'href="{address}"' in html
    assert "calendar" not in html


async def test_a_letter_that_xml_does_not_know_spoils_no_feed(oak, coop):
    written = await write(coop)
    async with coop.writing() as db:
        found = await blog.post(db, written.id)
        found.title, found.body = "a\x0bb\ufffe", "c\x1bd"
    for path in FEEDS:
        assert "a\ufffdb\ufffd" in ElementTree.tostring(await read(oak, path), "unicode")


async def test_of_what_is_for_members_the_title_and_the_summary_alone_leave_the_house(oak, member, steward, coop):
    await write(coop, visibility="members", excerpt="For the pot", body="Cut *them*.")
    for client in (member, steward, oak):
        for path in FEEDS:
            text = (await client.get(path)).text
            assert "Four leeks" in text and "For the pot" in text and "Cut" not in text
    assert "Cut *them*." in (await member.get("/four-leeks.md")).text
    text = (await oak.get("/four-leeks.md")).text
    assert "For the pot" in text and "Cut" not in text, "nor from memory, after a member has read it"


async def test_neither_drafts_nor_pages_are_in_a_feed_and_it_ends(oak, coop):
    await write(coop, title="Draft", status="draft")
    await write(coop, title="A page", kind="page")
    assert (await read(oak, "/blog/feed.atom")).find(f"{A}entry") is None
    for number in range(21):
        await write(coop, title=f"News {number}")
    titles = [title.text for title in (await read(oak, "/blog/feed.atom")).iter(f"{A}title")][1:]
    assert titles == [f"News {number}" for number in reversed(range(1, 21))]


async def test_a_post_is_there_as_it_was_written_too(oak, steward, coop):
    await write(coop, title=ODD, slug="odd", tags="kitchen, urgent", body="Cut *them*.\n\n::calendar")
    answer = await oak.get("/odd.md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["link"] == '<https://oak.example/odd>; rel="canonical"'
    _, known, body = answer.text.split("---\n")
    said = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in known.splitlines())}
    assert body == "\nCut *them*.\n\n::calendar\n" and (said["title"], said["tags"]) == (ODD, ["kitchen"])


async def test_the_twin_is_found_with_a_slash_too_many(oak, coop):
    await write(coop)
    assert (await oak.get("/four-leeks.md/")).headers["location"] == "/four-leeks.md"
    assert (await oak.get("/four-leeks/")).headers["location"] == "/four-leeks"


async def test_the_twin_goes_where_its_post_goes(oak, steward, coop):
    written = await write(coop)
    await write(coop, title="Draft", status="draft")
    async with coop.writing() as db:
        await blog.edit_post(db, written.id, "1", blog.Words("Four leeks", slug="leeks"))
    moved = await oak.get("/four-leeks.md")
    assert (moved.status_code, moved.headers["location"]) == (301, "/leeks.md")
    for path in ("/draft.md", "/none.md", "/.md", "/leeks.md.md"):
        assert (await oak.get(path)).status_code == 404, path
    assert (await steward.get("/draft.md")).status_code == 200


async def test_what_programs_read_is_kept_like_a_page(oak, coop, woken):
    await write(coop)
    first = {path: await oak.get(path) for path in DOCUMENTS}
    for path, answer in first.items():
        again, bare = await oak.get(path), await oak.head(path)
        assert answer.status_code == 200 and (answer.headers, answer.content) == (again.headers, again.content)
        assert answer.headers["content-encoding"] == "gzip" and not bare.content
        assert bare.headers["content-length"] == answer.headers["content-length"]
        known = await oak.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert known.status_code == 304 and not known.content
    assert woken == list(DOCUMENTS)
    await write(coop, title="Kale")
    for path in DOCUMENTS:
        changed = (await oak.get(path)).content != first[path].content
        assert changed == (path not in ("/robots.txt", "/four-leeks.md")), path
    assert woken == 2 * list(DOCUMENTS)


async def test_the_sitemap_names_what_everybody_may_read_each_once(oak, coop):
    await write(coop, tags="c, c++")
    await write(coop, title="Members", visibility="members")
    await write(coop, title="Draft", status="draft")
    async with coop.writing() as db:
        for name in ("Leeks", "Gone"):
            await market.add_product(db, market.Facts(name, "Low Field", "Roots", "2.10"), "GBP")
        await market.withdraw_product(db, 2, "GBP")
        await events.add_entry(db, title="Supper", kind="event", day="2026-12-12")
        await events.add_entry(db, title="Hired", kind="booking", day="2026-12-12")
    places = (await read(oak, "/sitemap.xml")).iter(f"{MAP}loc")
    found = [place.text.removeprefix("https://oak.example") for place in places]
    assert sorted(found) == sorted(
        ["/", "/blog/news", "/market/goods", "/events/calendar", "/four-leeks", "/members", "/blog/tag/c"]
        + ["/blog/author/ines", "/market/product/1", "/events/entry/1"]
    )
    for path in found:
        assert (await oak.get(path)).status_code == 200, path


async def test_search_engines_are_told_where_not_to_go_and_what_there_is(oak):
    lines = (await oak.get("/robots.txt")).text.splitlines()
    refused = ("/account/sign-in-link", "/blog/draft", "/cart", "/steward")
    assert {f"Disallow: {path}/" for path in refused} <= set(lines) and "Disallow: /account/" not in lines
    assert lines[0] == "User-agent: *" and lines[-1] == "Sitemap: https://oak.example/sitemap.xml"
