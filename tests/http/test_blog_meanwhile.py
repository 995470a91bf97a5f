"""What others do to a post while somebody writes it: nothing that was typed is lost, and nothing of theirs."""

import re
from html import unescape

import pytest

from domains import blog
from domains.blog.models import Unsaved
from tests.conftest import all_of
from tests.http.conftest import PARTIAL
from tests.http.test_blog import LEEKS, editor, write
from tests.http.test_blog_html import came

__all__ = ["editor"]  # a fixture
TYPED = LEEKS | {"title": "Soup", "body": "An evening's work", "visibility": "public", "key": "one"}
UNSEEN = {name: typed for name, typed in TYPED.items() if name != "body"}


async def is_now(coop):
    return (await all_of(coop, blog.Post.format, blog.Post.body, blog.Post.title))[0]


def area(answer, name):
    """What stands in a text area."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', answer.text, re.S)
    return unescape(found[1]) if found else None


def version(answer):
    return re.search(r'name="version" value="(\d*)"', answer.text)[1]


@pytest.fixture
async def html_again(coop, steward):
    """Somebody has opened it as Markdown, at version 2; by now it is html again, at version 3."""
    await came(coop, "<p>Old</p>")
    await steward.post("/blog/convert-post/1", data={"version": "1"})
    await steward.post("/blog/revision/1/1", data={"version": "2"})


# ---- html and Markdown ----


@pytest.mark.parametrize("title", ["Soup", "Broth"])
async def test_markdown_that_was_typed_of_what_is_html_by_now_is_given_back(editor, coop, html_again, title):
    answer = await editor.post("/blog/edit-post/1", data=TYPED | {"title": title, "version": "2"})
    assert answer.status_code == 409 and area(answer, "aside") == "An evening's work"
    assert await is_now(coop) == ("html", "<p>Old</p>", "Soup")


async def test_it_stands_aside_until_the_post_is_markdown_again(editor, steward, coop, html_again):
    both = await editor.post("/blog/edit-post/1", data=TYPED | {"version": "2"})
    again = UNSEEN | {"title": "Broth", "aside": area(both, "aside"), "version": version(both)}
    assert (await editor.post("/blog/edit-post/1", data=again | {"title": ""})).text.count("An evening&#39;s work") == 1
    assert (await editor.post("/blog/edit-post/1", data=again)).status_code == 303
    assert await is_now(coop) == ("html", "<p>Old</p>", "Broth")
    await steward.post("/blog/convert-post/1", data={"version": "4"})
    assert area(await editor.get("/blog/edit-post/1?unsaved=one"), "body") == "An evening's work"


async def test_what_was_typed_and_not_saved_of_what_is_html_by_now_can_be_taken_up(editor, coop, html_again):
    for _ in range(2):
        await editor.post("/blog/unsaved", data=TYPED | {"post": "1", "version": "2"}, headers=PARTIAL)
    assert area(await editor.get("/blog/edit-post/1?unsaved=one"), "aside") == "An evening's work"


async def test_whoever_saw_no_words_empties_none(editor, steward, coop):
    await came(coop, "<p>Old</p>")
    await editor.post("/blog/unsaved", data=UNSEEN | {"post": "1", "version": "1", "title": "Broth"}, headers=PARTIAL)
    await steward.post("/blog/convert-post/1", data={"version": "1"})
    assert area(await editor.get("/blog/edit-post/1?unsaved=one"), "body") == "Old"
    both = await editor.post("/blog/edit-post/1", data=UNSEEN | {"version": "1", "title": "Broth"})
    assert both.status_code == 409 and area(both, "body") == "Old"
    await editor.post(
        "/blog/edit-post/1",
        data=UNSEEN | {"version": version(both), "title": "Broth", "body": area(both, "body")},
    )
    assert await is_now(coop) == ("markdown", "Old", "Broth")


async def test_what_was_not_sent_stays_as_it_is(editor, coop):
    await write(coop, kind="page", visibility="members", tags="soup", excerpt="Short", cover="leeks")
    few = {"title": "Five leeks", "status": "published", "version": "1"}
    assert (await editor.post("/blog/edit-post/1", data=few)).status_code == 303
    names = ("title", "body", "kind", "visibility", "tags", "excerpt", "cover", "slug")
    kept = await all_of(coop, *(getattr(blog.Post, name) for name in names))
    assert kept == [("Five leeks", "Cut *them*.", "page", "members", ["soup"], "Short", "leeks", "four-leeks")]


@pytest.mark.parametrize("some", [{"body": "x"}, {"title": "x"}, {"tags": "x"}, {"excerpt": "x", "version": "1"}])
async def test_some_fields_alone_are_kept_offered_and_taken_up(editor, coop, some):
    await write(coop)
    for post, path in (("0", "new-post"), ("1", "edit-post/1")):
        await editor.post("/blog/unsaved", data=some | {"key": "one", "post": post}, headers=PARTIAL)
        assert "?unsaved=one" in (await editor.get(f"/blog/{path}")).text
        taken = await editor.get(f"/blog/{path}?unsaved=one")
        assert taken.status_code == 200 and (' value="x"' in taken.text or ">\nx</textarea>" in taken.text)


# ---- removed for good ----


@pytest.mark.parametrize("headers", [{}, PARTIAL])
async def test_what_was_typed_of_what_is_gone_is_given_back_as_a_new_post(editor, coop, headers):
    await write(coop)
    async with coop.writing() as db:
        await blog.remove_post(db, 1)
    answer = await editor.post("/blog/edit-post/1", data=TYPED | {"version": "1", "slug": "soup"}, headers=headers)
    assert answer.status_code == 404 and "Somebody removed this for good" in answer.text
    assert area(answer, "body") == "An evening's work" and 'action="/blog/new-post"' in answer.text
    assert (await editor.post("/blog/new-post", data=TYPED | {"slug": "soup"})).status_code == 303


async def test_what_is_not_saved_outlives_its_post(editor, coop):
    await write(coop)
    await editor.post("/blog/unsaved", data=TYPED | {"post": "1", "version": "1"}, headers=PARTIAL)
    async with coop.writing() as db:
        await blog.remove_post(db, 1)
    later = await editor.post("/blog/unsaved", data=TYPED | {"post": "1", "key": "two"}, headers=PARTIAL)
    assert later.status_code == 200
    assert sorted(await all_of(coop, Unsaved.key, Unsaved.post)) == [("one", 0), ("two", 0)]
    assert area(await editor.get("/blog/new-post?unsaved=one"), "body") == "An evening's work"


async def test_nothing_is_removed_for_good_before_it_was_asked(editor, coop):
    await write(coop)
    async with coop.writing() as db:
        await blog.bin_post(db, 1)
    page = (await editor.get("/blog/posts?status=binned")).text
    asked = page.index('<div id="blog-remove" popover role="dialog"')
    assert page.index('popovertarget="blog-remove"') < asked < page.index('value="remove"')


# ---- an address that another post had ----


async def test_an_address_that_leads_to_another_post_is_taken_on_purpose_alone(editor, oak, coop):
    await write(coop)
    await editor.post("/blog/edit-post/1", data=LEEKS | {"slug": "leeks", "version": "1"})
    typed = TYPED | {"slug": "four-leeks"}
    for taken in ({}, {"takes": "other"}):
        told = await editor.post("/blog/new-post", data=typed | taken)
        assert told.status_code == 422 and '<a href="/leeks" target="_blank">Four leeks</a>' in told.text
    assert (await oak.get("/four-leeks")).headers["location"] == "/leeks"
    refused = await editor.post("/blog/new-post", data=typed | {"takes": "four-leeks", "title": ""})
    assert re.search(r'name="takes" value="four-leeks" checked', refused.text)
    assert (await editor.post("/blog/new-post", data=typed | {"takes": "four-leeks"})).status_code == 303
    assert "An evening" in (await oak.get("/four-leeks")).text


async def test_a_post_goes_back_to_where_it_was(editor, coop):
    await write(coop)
    for slug, seen in (("leeks", "1"), ("four-leeks", "2")):
        answer = await editor.post("/blog/edit-post/1", data=LEEKS | {"slug": slug, "version": seen})
        assert answer.status_code == 303


# ---- long ----


async def test_as_many_letters_as_a_post_may_have_arrive_whatever_they_are(editor, coop):
    assert (await editor.post("/blog/new-post", data=TYPED | {"body": "🥬" * 200_000})).status_code == 303
    told = await editor.post("/blog/new-post", data=TYPED | {"body": "🥬" * 200_001})
    assert told.status_code == 422 and "🥬" * 1000 in told.text
