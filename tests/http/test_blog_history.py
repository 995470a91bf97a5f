"""What a post was before: what of it comes back, and what is never forgotten."""

from importlib import import_module

from domains import blog
from domains.blog.models import Revision
from tests.conftest import all_of
from tests.http.test_blog import LEEKS, editor, write
from tests.http.test_blog_html import came

__all__ = ["editor"]  # a fixture


async def test_words_come_back_and_their_readers_stay_who_they_are(editor, oak, coop):
    await write(coop, body="Everybody's")
    theirs = LEEKS | {"body": "Members'", "visibility": "members", "version": "1"}
    await editor.post("/blog/edit-post/1", data=theirs)
    page = (await editor.get("/blog/revision/1/1")).text
    assert "who reads it stay as they are" in page and 'name="version" value="2"' in page
    assert (await editor.post("/blog/revision/1/1", data={"version": "2"})).status_code == 303
    assert await all_of(coop, blog.Post.body, blog.Post.visibility) == [("Everybody's", "members")]
    assert "Everybody" not in (await oak.get("/four-leeks")).text
    assert "Make it as it was then" not in (await editor.get("/blog/revision/1/1")).text


async def test_what_was_saved_since_somebody_looked_is_shown_before_it_goes(editor, coop):
    await write(coop, body="One")
    for body, seen in (("Two", "1"), ("Three", "2")):
        await editor.post("/blog/edit-post/1", data=LEEKS | {"body": body, "version": seen})
    for late in ({"version": "2"}, {"version": "x"}, {}):
        answer = await editor.post("/blog/revision/1/1", data=late)
        assert answer.status_code == 409 and "Somebody saved this meanwhile" in answer.text
        assert "<ins>Three</ins>" in answer.text and 'name="version" value="3"' in answer.text
    assert await all_of(coop, blog.Post.body) == [("Three",)]


async def test_a_long_history_keeps_its_beginning_and_what_was_last_in_html(editor, coop, monkeypatch):
    monkeypatch.setattr(import_module("domains.blog.revisions"), "MOST", 2)  # where a function is called so too
    await came(coop, "<p>First</p>")
    for title, seen in (("Broth", "1"), ("Stew", "2")):
        await editor.post("/blog/edit-post/1", data={"title": title, "status": "published", "version": seen})
    await editor.post("/blog/convert-post/1", data={"version": "3"})
    for body, seen in (("a", "4"), ("b", "5"), ("c", "6")):
        await editor.post("/blog/edit-post/1", data=LEEKS | {"body": body, "version": seen})
    kept = [(version, words["format"]) for version, words in await all_of(coop, Revision.version, Revision.words)]
    assert kept == [(1, "html"), (3, "html"), (6, "markdown"), (7, "markdown")]
