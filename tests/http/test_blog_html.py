"""Posts in html, as it came from elsewhere: how they are shown, edited, and turned into Markdown."""

import re

import pytest

from domains import blog
from domains.blog.keeping import stand
from domains.blog.models import OldAddress

ATTACK = """<p onclick="x()">Soup</p><script>x()</script><style>p{}</style><form action="/x"><input name="q"></form>
<a href="javascript:x()">one</a><a href=" java&#10;script:x()">two</a><img src="https://spy.example/1.gif" alt="A spy">
<iframe src="https://tube.example/1" srcdoc="<script>x()</script>"></iframe><svg onload="x()"><title>t</title></svg>
<p style="position:fixed" id="main" class="masthead">over</p><base href="https://spy.example/"><math><mi>m</mi></math>"""
CARDS = """<p>Leeks.</p><h2 id="how">How</h2>
<div class="kg-card kg-toggle-card"><div class="kg-toggle-heading"><h4 class="kg-toggle-heading-text">More</h4>
<button class="kg-toggle-card-icon">v</button></div><div class="kg-toggle-content"><p>Folded.</p></div></div>
<div class="kg-card kg-button-card"><a href="/market/goods" class="kg-btn kg-btn-accent">To the market</a></div>
<div class="kg-card kg-callout-card"><div class="kg-callout-emoji">!</div>
<div class="kg-callout-text">Mind</div></div>"""


async def came(coop, body=CARDS, status="published", **about):
    """A post as it is when it came in html."""
    async with coop.writing() as db:
        post = blog.Post(title="Soup", slug="soup", body=body, format="html", authors=["Ines", "Tom Oak"], **about)
        db.add(post)
        return await stand(db, post, status, "Ruth")


async def test_html_is_shown_as_it_came_and_nothing_of_it_runs_or_asks_another_site(oak, coop):
    await came(coop, ATTACK)
    page = (await oak.get("/soup")).text
    words = page[page.index('<div class="prose') : page.index("</article>")]
    assert "Soup" in words and "over" in words
    assert not re.search(r"<(script|style|form|input|iframe|svg|base|img)|\son\w+=|javascript|style=|masthead", words)
    assert '<a href="https://spy.example/1.gif" rel="noopener">A spy</a>' in words
    assert '<a href="https://tube.example/1" rel="noopener">tube.example</a>' in words


async def test_cards_become_parts_of_ours(oak, coop):
    await came(coop)
    page = (await oak.get("/soup")).text
    assert re.search(r"<summary>\s*More", page) and "kg-" not in page and 'id="section-how"' in page
    assert '<a href="/market/goods" class="btn">To the market</a>' in page and '<div class="callout">' in page


async def test_a_heading_is_at_most_one_level_below_the_one_before(oak, coop):
    await came(coop, "<h4>One</h4><h1>Two</h1><h2>Three</h2><h5>Four</h5><h3>Five</h3>")
    _, words = (await oak.get("/soup")).text.split('<div class="prose')
    assert re.findall(r"<(h\d)>\w+</h\d>", words) == ["h2", "h2", "h2", "h3", "h3"]


async def test_a_card_that_a_program_shows_is_left_out(oak, coop):
    await came(coop, '<p>Soup</p><div class="kg-card kg-signup-card"><h2>Join</h2><p>Email sent!</p></div><p>Bread</p>')
    page = (await oak.get("/soup")).text
    assert "Soup" in page and "Bread" in page and "Join</h2>" not in page and "Email sent" not in page


@pytest.mark.parametrize("body", ["<div>" * 30_000, "<ul><li>" * 9_000, "<b><i>" * 20_000])
async def test_what_is_nested_to_be_slow_is_shown_as_text(oak, coop, body):
    await came(coop, f"{body}soup")
    assert "soup</pre>" in (await oak.get("/soup")).text


async def test_what_stands_before_the_mark_is_for_everybody_and_the_rest_for_members(oak, member, coop):
    await came(coop, "<p>Before.</p><!--members-only--><p>Behind.</p>", visibility="members")
    page = (await oak.get("/soup")).text
    assert "Before." in page and "Behind." not in page and "The rest is for members" in page
    assert "Behind." in (await member.get("/soup")).text
    for path in ("/soup.md", "/blog/feed.atom", "/search?words=behind"):
        assert "Behind." not in (await oak.get(path)).text, path


async def test_html_is_found_by_what_is_read_of_it(oak, coop):
    await came(coop)
    assert "Soup" in (await oak.get("/search?words=folded")).text
    assert "/soup" not in (await oak.get("/search?words=kg")).text


async def test_its_twin_is_markdown(oak, coop):
    await came(coop)
    twin = (await oak.get("/soup.md")).text
    assert "## How" in twin and "[To the market](/market/goods)" in twin and 'authors: ["Ines", "Tom Oak"]' in twin


async def test_its_words_are_not_edited_but_all_else_is(steward, coop):
    await came(coop)
    page = (await steward.get("/blog/edit-post/1")).text
    assert 'name="body"' not in page and "Turn it into Markdown" in page and "Leeks." in page
    sent = {"version": "1", "title": "Broth", "tags": "winter", "authors": "Maud, Ines"}
    assert (await steward.post("/blog/edit-post/1", data=sent | {"status": "published"})).status_code == 303
    page = (await steward.get("/soup")).text
    assert "Broth" in page and "winter" in page and "Leeks." in page
    assert 'href="/blog/author/maud"' in page and 'href="/blog/author/ines"' in page and "tom-oak" not in page


async def test_nobody_is_turned_into_markdown_before_they_have_seen_what_it_changes(steward, coop):
    await came(coop)
    page = (await steward.get("/blog/convert-post/1")).text
    for sentence in ("A button becomes a link.", "stands open", "A callout becomes"):
        assert sentence in page
    async with coop.reading() as db:
        assert (await blog.post(db, 1)).format == "html"
    assert (await steward.post("/blog/convert-post/1", data={"version": "1"})).status_code == 303
    assert "## How" in (await steward.get("/blog/edit-post/1")).text
    assert (await steward.post("/blog/convert-post/1", data={"version": "1"})).status_code == 303  # twice is once
    assert (await steward.get("/blog/convert-post/1")).status_code == 404


async def test_what_was_changed_since_it_was_seen_is_not_turned(steward, coop):
    await came(coop)
    assert (await steward.post("/blog/convert-post/1", data={"version": "0"})).status_code == 409
    async with coop.reading() as db:
        assert (await blog.post(db, 1)).format == "html"


async def test_what_was_turned_into_markdown_can_be_html_again(steward, coop):
    await came(coop)
    await steward.post("/blog/convert-post/1", data={"version": "1"})
    assert (await steward.post("/blog/revision/1/1", data={"version": "2"})).status_code == 303
    async with coop.reading() as db:
        post = await blog.post(db, 1)
    assert (post.format, post.body) == ("html", CARDS) and "Folded" in post.plain


async def test_only_whoever_writes_turns_it(oak, member, coop):
    await came(coop)
    assert (await oak.get("/blog/convert-post/1")).status_code == 401
    assert (await member.post("/blog/convert-post/1", data={"version": "1"})).status_code == 403


async def test_several_authors_are_named_everywhere_the_first_first(oak, coop):
    await came(coop)
    page = (await oak.get("/soup")).text
    assert page.index(">Ines</a>") < page.index(">Tom Oak</a>")
    assert page.count('"@type": "Person"') == 2
    for name in ("ines", "tom-oak"):
        assert 'href="/soup"' in (await oak.get(f"/blog/author/{name}")).text
    assert (await oak.get("/blog/feed.atom")).text.count("<author>") == 3
    assert (await oak.get("/blog/feed.rss")).text.count("<dc:creator>") == 2
    assert "/soup" in (await oak.get("/search?words=tom+oak")).text


# ---- addresses of the site that was here before ----


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/soup/", "/soup"),
        ("/2024/05/03/soup/", "/soup"),
        ("/2024/05/soup", "/soup"),
        ("/tag/winter/", "/blog/tag/winter"),
        ("/tag/cold-days/", "/blog/tag/winter"),
        ("/tag/cold-days/rss/", "/blog/tag/winter/feed.rss"),
        ("/tag/cold-days/page/2/", "/blog/tag/winter?page=2"),
        ("/page/2/", "/blog/news?page=2"),
        ("/soup/amp/", "/soup"),
        ("/soup/rss/", "/soup"),
        ("/sitemap-posts.xml", "/sitemap.xml"),
        ("/author/tom-oak/", "/blog/author/tom-oak"),
        ("/author/ines/rss/", "/blog/author/ines/feed.rss"),
        ("/rss/", "/blog/feed.rss"),
        ("/feed/", "/blog/feed.rss"),
        ("/about/us/team", "/soup"),
    ],
)
async def test_old_addresses_lead_on(oak, coop, old, new):
    await came(coop, tags=["winter"])
    async with coop.writing() as db:
        db.add_all([OldAddress(path="/about/us/team", target="/soup")])
        db.add_all([OldAddress(path="/tag/cold-days", target="/blog/tag/winter")])
    for ask in (oak.get, oak.head):
        answer = await ask(old)
        assert (answer.status_code, answer.headers["location"]) == (301, new)
    assert (await oak.get(new)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tag/none/",
        "/tag/none/page/2/",
        "/none/amp/",
        "/page/x/",
        "/author/%00/",
        "/2024/05/x/",
        "/content/images/1.png",
        "/a/" + "b" * 3000,
    ],
)
async def test_what_never_was_here_is_nowhere(oak, coop, path):
    assert (await oak.get(path)).status_code == 404
