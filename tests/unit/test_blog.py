import re
from pathlib import Path
from time import process_time

import pytest

from domains import blog
from domains.activities import Activity
from domains.blog import Prose, Widget, Words
from domains.blog.markdown import KNOWN, to_html
from domains.blog.pieces import pieces
from domains.errors import Conflict, Invalid, NotFound
from fragments.widgets import widgets
from tests.conftest import all_of

ART = Path(__file__).parents[2] / "static" / "art"


async def write(coop, title="Leeks", status="published", **words):
    async with coop.writing() as db:
        return await blog.write_post(db, Words(title=title, **words), author="Ines", status=status)


async def said(coop):
    return await all_of(coop, Activity.type, Activity.object)


async def refused(coop, **words):
    with pytest.raises(Invalid) as error:
        await write(coop, **words)
    return error.value.fields


# ---- posts ----


async def test_a_post_says_that_it_is_there_when_it_is_published_and_not_before(coop):
    draft = await write(coop, "The van", "draft", tags="Meeting, #Urgent, urgent,")
    assert draft.published is None and draft.tags == ["meeting", "urgent"]
    async with coop.writing() as db:
        await blog.publish_post(db, draft.id)
    async with coop.writing() as db:
        await blog.publish_post(db, draft.id)  # twice is once
    about = {"post": 1, "title": "The van", "slug": "the-van", "kind": "post", "tags": ["meeting", "urgent"]}
    about |= {"urgent": True, "newsletter": False, "authors": ["Ines"]}
    assert await said(coop) == [("Draft", about), ("Create", about)]


async def test_what_is_taken_down_is_a_draft_and_is_told_to_nobody_again(coop):
    first = await write(coop, tags="urgent, newsletter")
    published = first.published
    async with coop.writing() as db:
        await blog.unpublish_post(db, first.id)
        assert not (await blog.unpublish_post(db, first.id)).is_published
    async with coop.writing() as db:
        again = await blog.publish_post(db, first.id)
    assert again.published == published
    told = [(type, about["urgent"], about["newsletter"]) for type, about in await said(coop)]
    assert told == [("Create", True, True), ("Delete", False, False), ("Create", False, False)]


async def test_an_edit_of_what_everyone_sees_is_an_update(coop):
    post = await write(coop)
    async with coop.writing() as db:
        edited = await blog.edit_post(db, post.id, "1", Words("Four leeks", "Cut them."))
    assert (edited.slug, edited.version, edited.body) == ("leeks", 2, "Cut them.")
    assert [type for type, _ in await said(coop)] == ["Create", "Update"]


async def test_an_edit_may_publish_and_may_take_down(coop):
    post = await write(coop, status="draft")
    for version, status in (("1", "published"), ("2", "draft")):
        async with coop.writing() as db:
            await blog.edit_post(db, post.id, version, Words("Leeks"), status=status)
    assert [type for type, _ in await said(coop)] == ["Draft", "Create", "Delete"]


async def test_whoever_edits_an_old_version_overwrites_nothing(coop):
    post = await write(coop)
    async with coop.writing() as db:
        await blog.edit_post(db, post.id, "1", Words("Leeks", "Hers"))
    for stale in ("1", "", "x"):
        with pytest.raises(Conflict):
            async with coop.writing() as db:
                await blog.edit_post(db, post.id, stale, Words("Leeks", "His"))
    assert await all_of(coop, blog.Post.body) == [("Hers",)]


async def test_what_changes_nothing_is_no_edit_however_old_it_is(coop):
    post = await write(coop, body="Hers")
    for _ in range(2):
        async with coop.writing() as db:
            await blog.edit_post(db, post.id, "0", Words("Leeks", "Hers"))
    assert await all_of(coop, blog.Post.version) == [(1,)] and len(await said(coop)) == 1


async def test_an_address_comes_from_the_title_and_is_never_one_that_is_taken(coop):
    slugs = [(await write(coop, title)).slug for title in ("Leeks", "Leeks!", "Market", "שלום", "شكرا", "Leeks 2")]
    assert slugs == ["leeks", "leeks-2", "market-2", "post", "post-2", "leeks-2-2"]


@pytest.mark.parametrize("slug", ["leeks", "market", "steward", "Leeks", "a/b", "a--b", ".well-known", "..", "é"])
async def test_an_address_that_cannot_be_is_refused(coop, slug):
    await write(coop)
    assert set(await refused(coop, slug=slug)) == {"slug"}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "a" * 10_000}),
        ("title", {"title": "a\0b"}),
        ("body", {"body": "a\0b"}),
        ("body", {"body": "a" * 200_001}),
        ("excerpt", {"excerpt": "a" * 10_000}),
        ("excerpt", {"excerpt": "one\ntwo"}),
        ("tags", {"tags": ",".join(map(str, range(13)))}),
        ("tags", {"tags": "a" * 10_000}),
        ("kind", {"kind": "novel"}),
        ("cover", {"cover": "../../site"}),
        ("status", {"status": "late"}),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_its_name(coop, field, words):
    assert set(await refused(coop, **words)) == {field}
    assert await all_of(coop, blog.Post.id) == await said(coop) == []


async def test_every_script_is_kept_and_a_title_is_one_line(coop):
    post = await write(coop, " שלום\r\n🌱\u2028leeks ", body="مرحبا 🥕\r\nx")
    assert (post.title, post.body) == ("שלום 🌱 leeks", "مرحبا 🥕\nx")


async def test_the_news_is_paged_and_past_its_end_comes_its_last_page(coop):
    for number in range(12):
        await write(coop, f"Post {number}")
    await write(coop, "A page", kind="page")
    await write(coop, "A draft", "draft")
    async with coop.reading() as db:
        first, last = await blog.news(db, 1), await blog.news(db, 99)
        assert [post.title for post in first.posts][:2] == ["Post 11", "Post 10"] and first.pages == 2
        assert [post.title for post in last.posts] == ["Post 1", "Post 0"] and last.page == 2
        assert [post.title for post in await blog.latest(db)] == [f"Post {n}" for n in (11, 10, 9, 8, 7)]
        assert [post.title for post in await blog.pages(db)] == ["A page"]
        assert len((await blog.posts(db)).posts) == 14


async def test_a_draft_is_found_by_those_who_may_see_drafts(coop):
    await write(coop, status="draft")
    async with coop.reading() as db:
        assert (await blog.post_at(db, "leeks", drafts=True)).title == "Leeks"
        for slug in ("leeks", "nothing", "\ud800", "a\0"):
            with pytest.raises(NotFound):
                await blog.post_at(db, slug)


def test_every_cover_is_a_picture_that_is_there():
    assert all((ART / f"{cover}.svg").exists() for cover in blog.COVERS)


# ---- navigation ----


async def arranged(coop, *items):
    async with coop.writing() as db:
        for label in items:
            await blog.add_menu_item(db, label, f"/{label.lower()}")


async def labels(coop):
    async with coop.reading() as db:
        return [item.label for item in await blog.navigation(db)]


async def test_the_navigation_is_moved_about_and_its_ends_hold(coop):
    await arranged(coop, "A", "B", "C")
    for id, way, there in ((3, "up", "ACB"), (1, "up", "ACB"), (1, "down", "CAB"), (2, "down", "CAB")):
        async with coop.writing() as db:
            await blog.move_menu_item(db, id, way)
        assert "".join(await labels(coop)) == there
    async with coop.writing() as db:
        await blog.remove_menu_item(db, 1)
        await blog.add_menu_item(db, "D", "https://elsewhere.example/d")
    assert await labels(coop) == ["C", "B", "D"]
    assert [type for type, _ in await said(coop)] == ["Add"] * 3 + ["Update"] * 4 + ["Remove", "Add"]


async def test_what_is_not_in_the_navigation_cannot_be_moved(coop):
    await arranged(coop, "A")
    async with coop.writing() as db:
        for deed in (blog.move_menu_item(db, 9, "up"), blog.remove_menu_item(db, 9)):
            with pytest.raises(NotFound):
                await deed
        with pytest.raises(Invalid):
            await blog.move_menu_item(db, 1, "sideways")


@pytest.mark.parametrize(
    "target",
    ["", "about", "javascript:alert(1)", "//evil.example", "/\\evil.example", "/a b", "ftp://a.example", "/a\0"],
)
async def test_the_navigation_leads_to_a_path_or_to_a_whole_address(coop, target):
    async with coop.writing() as db:
        with pytest.raises(Invalid) as error:
            await blog.add_menu_item(db, "A", target)
    assert set(error.value.fields) == {"target"}


async def test_the_navigation_does_not_grow_without_end(coop):
    await arranged(coop, *"ABCDEFGHIJKLMNOPQRSTUVWX")
    with pytest.raises(Invalid):
        await arranged(coop, "Y")


# ---- Markdown ----


def html(body):
    return "\n".join(part.html for part in to_html(body))


def test_markdown_is_as_people_know_it():
    text = html(
        "# One\n\ntwo *three* **four** ~~five~~ `six`\n\n- a\n- b\n\n> q\n\n```py\nx < 1\n```\n\nSay[^1].\n\n[^1]: Why."
    )
    for piece in (
        '<h2 id="section-one">One</h2>',
        "<em>three</em> <strong>four</strong> <s>five</s> <code>six</code>",
        "<ul>\n<li>a</li>",
        "<blockquote>",
        '<pre tabindex="0"><code>x &lt; 1',
        '<sup><a href="#fn1" id="fnref1">[1]</a></sup>',
        '<li id="fn1">',
    ):
        assert piece in text


COMMONMARK = (
    ("\\*not emphasized*", "<p>*not emphasized*</p>"),
    ("foo\\\nbar", "<p>foo<br>\nbar</p>"),
    ("***strong** in emph*", "<p><em><strong>strong</strong> in emph</em></p>"),
    ("foo*bar*baz _a_b_", "<p>foo<em>bar</em>baz <em>a_b</em></p>"),
    ("``foo ` bar``", "<p><code>foo ` bar</code></p>"),
    ("> foo\nbar", "<blockquote>\n<p>foo\nbar</p>\n</blockquote>"),
    ("- a\n\n  b\n- c", "<ul>\n<li>\n<p>a</p>\n<p>b</p>\n</li>\n<li>\n<p>c</p>\n</li>\n</ul>"),
    ("3) ok", '<ol start="3">\n<li>ok</li>\n</ol>'),
    ("[foo]\n\n[FOO]: /url 'title'", '<p><a href="/url" title="title">foo</a></p>'),
    ("&copy; &#35; &ouml;", "<p>© # ö</p>"),
    ("\tfoo", '<pre tabindex="0"><code>foo\n</code></pre>'),
    ("aaa\n    bbb\n\n***", "<p>aaa\nbbb</p>\n<hr>"),
)


@pytest.mark.parametrize(("body", "shown"), COMMONMARK)
def test_what_the_commonmark_specification_says_is_so(body, shown):
    assert html(body) == shown


PASTED = "https://a.example/watch?v=x_y_z"


@pytest.mark.parametrize(
    ("around", "href"),
    [
        *((around, PASTED) for around in ("{}", "See {}.", "({})", "**{}**", "_{}_", "“{}”, so", "<{}>", "[^{}")),
        ("{}(b)", f"{PASTED}(b)"),
        ("{}\\_1", f"{PASTED}_1"),
        ("{}&amp;t=1", f"{PASTED}&amp;t=1"),
    ],
)
def test_an_address_that_is_pasted_alone_is_a_link_like_others(around, href):
    assert f'<a href="{href}" rel="noopener">{href}</a>' in html(around.format(PASTED))


@pytest.mark.parametrize("around", ["`{}`", "    {}", "```\n{}\n```", "x{}", "[{}](/here)", "![{}](/here.webp)"])
def test_an_address_in_code_in_a_word_or_in_a_link_is_none_of_its_own(around):
    assert f'href="{PASTED}"' not in html(around.format(PASTED)) and "x_y_z" in html(around.format(PASTED))


@pytest.mark.parametrize(
    "typed", ["http://", "https://...", "ftp://a.example", "javascript://a", "www.a.example", "a@b.example"]
)
def test_what_is_no_whole_address_of_the_web_stays_words(typed):
    assert "<a" not in html(typed)


def test_a_table_can_scroll_and_its_figures_stand_right_without_a_style():
    text = html("| a | b |\n|---|--:|\n| x | 1 |")
    assert '<div class="scroller" tabindex="0"><table>' in text and '<td class="num">1</td>' in text
    assert "style" not in text


def test_a_cell_that_says_nothing_is_no_head():
    assert re.findall(r"<t[hd]\b.*?>.*?</t[hd]>", html("|  | a |\n|---|---|\n| x | y |")) == [
        "<td></td>",
        '<th scope="col">a</th>',
        "<td>x</td>",
        "<td>y</td>",
    ]


def test_headings_have_ids_of_their_own_that_no_page_has():
    text = html("# Main\n\n## Main\n\n### Main 2\n\n## \u05e9\n\n## \u05e9")
    ids = re.findall(r'id="([^"]*)"', text)
    assert ids == ["section-main", "section-main-2", "section-main-2-2", "section", "section-2"] and "<h1" not in text


def test_a_link_to_elsewhere_gives_nothing_away():
    text = html("[a](https://a.example) [b](/b) [c](mailto:c@a.example) <https://d.example> [e](//e.example)")
    assert re.findall(r'href="([^"]*)"( rel="noopener")?', text) == [
        ("https://a.example", ' rel="noopener"'),
        ("/b", ""),
        ("mailto:c@a.example", ""),
        ("https://d.example", ' rel="noopener"'),
        ("//e.example", ' rel="noopener"'),
    ]


def test_a_picture_from_elsewhere_is_a_link_to_it():
    assert html("![Leeks](/media/leeks.png)") == '<p><img src="/media/leeks.png" alt="Leeks"></p>'
    assert html("![Leeks](https://a.example/l.png)") == (
        '<p><a href="https://a.example/l.png" rel="noopener">Leeks</a></p>'
    )
    assert html("[![Leeks](//a.example/l.png)](/b)") == '<p><a href="/b">Leeks</a></p>'


EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='https://a.example'></iframe>",
    "<svg onload=alert(1)>",
    "<style>*{display:none}</style>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](vbscript:x) [a](file:///etc/passwd)",
    "[a](data:text/html,<script>alert(1)</script>)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "![a](data:image/png;base64,iVBORw0KGgo=)",
    "<javascript:alert(1)>",
    "[a](https://a.example \"' onmouseover='alert(1)\")",
    '[a](<https://a.example" onmouseover="alert(1)>)',
    '![a" onerror="alert(1)](/x.png)',
    '![](/x.png"onerror=alert(1))',
    '# a" onclick="alert(1)',
    '``` " onclick="alert(1)\nx\n```',
    "[a]: javascript:alert(1)\n\n[a]",
    '| a" onclick="x |\n|---|\n| <b onclick=x> |',
    "[^1]\n\n[^1]: <script>alert(1)</script> [a](javascript:alert(1))",
    '[^"onclick="alert(1)]\n\n[^"onclick="alert(1)]: x',
    "![m](https:evil.example/a.png) ![m](https:/evil.example/a.png)",
    "<a href='x' hx-get='/steward'>a</a> <form action=/x><input name=a autofocus onfocus=alert(1)>",
]


@pytest.mark.parametrize("body", EVIL)
def test_nothing_evil_comes_through(body):
    attributes = {name for tag in re.findall(r"<[a-z][^<>]*>", html(body)) for name in re.findall(r'([\w-]+)="', tag)}
    assert attributes <= {"href", "rel", "id", "title", "src", "alt", "tabindex", "class", "start", "scope"}
    tags = set(re.findall(r"<([a-z0-9]+)", html(body)))
    assert not tags & {"script", "iframe", "svg", "style", "form", "input", "b", "object", "embed", "link", "meta"}
    assert not re.findall(r'src="(?!/[a-z])', html(body)), "a picture from elsewhere"
    urls = re.findall(r'(?:href|src)="([^"]*)"', html(body))
    assert all(re.match(r"(https:|/|#|x$)", url) for url in urls), urls


def test_a_widget_is_a_known_name_alone_in_its_paragraph():
    parts = to_html(
        "one\n\n::calendar\n\ntwo ::calendar\n\n::products{no=7}\n\n::script\n\n> ::calendar\n\n::calendar\nthree"
    )
    assert [part if isinstance(part, Widget) else "prose" for part in parts] == [
        "prose",
        Widget("calendar"),
        "prose",
        Widget("products"),
        "prose",
    ]
    assert isinstance(parts[4], Prose) and "::script" in parts[4].html and "::calendar" in parts[4].html


def test_every_widget_that_can_be_written_is_a_fragment():
    assert set(widgets()) == set(blog.WIDGETS)


def test_footnotes_hold_together_around_a_widget():
    first, widget, last = to_html("a[^1]\n\n::calendar\n\n[^1]: Why.")
    assert "#fn1" in first.html and widget == Widget("calendar") and 'id="fn1"' in last.html


PATHOLOGICAL = {
    "brackets": "[" * 10_000,
    "closed brackets": "[" * 5_000 + "a" + "](b)" * 5_000,
    "quotes": ">" * 10_000 + "a",
    "addresses": "http://a " * 8_000,
    "addresses without an end": "https:" * 33_000,
    "fences": "".join("`" * n + "\n\na\n\n" for n in range(600, 2, -1)),
    "lists": "".join("  " * depth + "- a\n" for depth in range(400)),
    "one line of lists": "- " * 5_000,
    "stars": "*a_" * 5_000,
    "backticks": "".join("`" * n + "a" for n in range(1, 300)),
    "lazy quotes": ">" * 20 + "a\n" + "b\n" * 5_000,
    "references": "[a]: b\n" * 3_000,
    "footnotes": "^[" * 5_000,
    "dashes": "a\n" + "-" * 20_000 + "b\n",
    "a wide table": "|a" * 900 + "|\n" + "|-" * 900 + "|\n" + "|a|\n" * 900,
    "headings": "# a\n" * 3_000,
    "entities": "&" * 10_000 + "&#x110000;",
    "nothing": "",
    "half a letter": "a \ud800 b",
    "no letter": "\0\x07",
}


def seconds(body):
    to_html.cache_clear()
    before = process_time()
    to_html(body)
    return process_time() - before


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_no_text_takes_long_or_raises(name):
    assert any(seconds(PATHOLOGICAL[name]) < 1 for _ in range(3))  # the machine may be busy


SENTENCE = "Bring *boots* and a crate, for whoever comes takes [home](/a) what they carry."
AROUND = (
    "- one\n\n{}\n\n- two",
    "1. one\n\n{}\n\n   more\n\n2. two",
    "> said\n\n{}\nlazy\n\n> again",
    "{}\n===\n\n{}\n\n    code\n\n{}",
    "| a |\n|---|\n| x |\n\n{}",
    "```\nx\n\n{}\n\ny\n```\n\n{}",
    "[a]\n\n{} [b]\n\n[a]: /x\n\n{}\n\n> [b]: /y",
    "a[^1]\n\n{}\n\n[^1]: Why.\n\n{}",
    "{}\n\n[^n]: Why.\n\n    Because.\n\n{}^[Now]\n\nb[^n]\n\n::calendar\n\n{}[^n]",
    "- ```\n  x\n\n{}\n\n```\n\n{}\n\n~~~\n```\n\n{}\n\n ~~~",
    "``` a`b\n\n{}\n\n````\n```\n\n{}\n\n`````\n{}\n\n```",
    "\ue000\n\n{}\n\n\ue000 [^1]\n\n[^1]: \ue000",
    "*open\n\n{}\n\nshut*",
    "# Same\n\n{}\n\n# Same\n\n::calendar\n\n{}\n\n::products\n\n# Same",
)


@pytest.mark.parametrize("around", AROUND)
def test_a_text_read_in_pieces_is_what_it_is_in_one(around, monkeypatch):
    monkeypatch.setattr("domains.blog.pieces.MOST", 0)
    body = around.format(*(SENTENCE for _ in range(3)))
    in_pieces = to_html(body)
    to_html.cache_clear()
    monkeypatch.setattr("domains.blog.markdown.pieces", lambda body: (body.replace("\ue000", "\ufffd"), []))
    assert in_pieces == to_html(body)


@pytest.mark.parametrize("around", ["{}", "a[^1]\n\n{}\n\n[^1]: Why.", "```\nx\n```\n\n{}"])
@pytest.mark.parametrize("words", [SENTENCE * 5, SENTENCE, "Short."])
def test_whoever_changes_a_paragraph_leaves_most_pieces_as_they_were(around, words):
    paragraphs = [f"Day {number}: {words}" for number in range(1500)]

    def known():
        together, apart = pieces(around.format("\n\n".join(paragraphs)))
        return {together, *(piece for run in apart for piece in run)}

    before = known()
    paragraphs[800] += " And so on."
    assert len(known() - before) <= 2 and len(before) > 8 and max(map(len, before)) < KNOWN


def test_a_long_honest_text_is_set_and_an_endless_one_is_shown_as_it_was_typed():
    sentence = "The **quick** [brown](/a) fox jumps over the lazy dog, and then it went & slept for an hour. "
    text = "\n\n".join(f"## Part {n}\n\n{sentence * 20}" for n in range(100))
    assert 150_000 < len(text) < 200_000 and "<strong>quick</strong>" in html(text)
    assert html("[" * 200_000).startswith('<pre tabindex="0">[[[')
