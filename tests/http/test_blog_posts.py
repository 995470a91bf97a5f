"""What a post can be beside published: for members, featured, scheduled, shown to one reader, moved, and as it was."""

import re
from datetime import UTC, datetime, timedelta
from random import choice
from time import process_time

import pytest
from sqlalchemy import update

from domains import blog
from domains.base import table_of
from domains.blog.models import Revision
from domains.values import now
from flows.engine.models import Run
from tests.conftest import all_of, settle
from tests.http.test_blog import LEEKS, editor, said, write
from tests.photos import keep

__all__ = ["editor"]  # a fixture


async def edited(coop, post, **typed):
    words = {name: typed.get(name, getattr(post, name)) for name in ("title", "body", "slug", "kind")}
    async with coop.reading() as db:
        version = str((await blog.post(db, post.id)).version)
    async with coop.writing() as db:
        return await blog.edit_post(db, post.id, version, blog.Words(**words), by="Maud")


# ---- for members ----


async def test_what_is_for_members_shows_everybody_its_title_and_summary_and_no_word_more(oak, member, coop):
    await write(coop, visibility="members", excerpt="For the pot", body="Cut *them*.")
    for path in ("/four-leeks", "/blog/post/four-leeks"):
        page = (await oak.get(path)).text
        assert "Four leeks" in page and "For the pot" in page and "The rest is for members" in page
        assert "them" not in re.sub(r"<(script|style).*?</\1>", "", page.split("<main")[1].split("</main")[0])
        assert "Cut <em>them</em>." in (await member.get(path)).text
        assert "Cut" not in (await oak.get(path)).text, "nor from memory, after a member has read it"
    twin = (await oak.get("/four-leeks.md")).text
    assert "The rest is for members. They sign in at https://oak.example/account/sign-in." in twin
    news = (await oak.get("/blog/news")).text
    assert "for members" in news and "Cut" not in news


async def test_what_is_featured_stands_before_what_is_newer_on_the_home_page(oak, coop):
    await write(coop, title="Leek pie", featured="yes")
    await write(coop, title="Kale")
    home, news = [(await oak.get(path)).text for path in ("/blog/latest", "/blog/news")]
    assert home.index("Leek pie") < home.index("Kale") and news.index("Kale") < news.index("Leek pie")


# ---- moved ----


async def test_whoever_asks_at_the_old_address_is_led_on_until_somebody_else_is_there(oak, coop):
    post = await write(coop)
    await edited(coop, post, slug="leeks")
    await edited(coop, post, slug="leek-soup")
    for old in ("four-leeks", "leeks"):
        moved = await oak.get(f"/{old}")
        assert (moved.status_code, moved.headers["location"]) == (301, "/leek-soup")
    other = await write(coop, title="Other", slug="leeks", takes="leeks")
    assert (await oak.get("/leeks")).status_code == 200
    async with coop.writing() as db:
        await blog.remove_post(db, other.id)
    assert (await oak.get("/leeks")).status_code == 404, "it led to whoever was there last"
    async with coop.writing() as db:
        await blog.unpublish_post(db, post.id)
    assert (await oak.get("/four-leeks")).status_code == 404, "a draft has no address"


async def test_a_draft_takes_no_address_that_leads_somewhere(oak, coop):
    await edited(coop, await write(coop), slug="leeks")
    assert (await write(coop, status="draft")).slug == "four-leeks-2"
    await write(coop, title="Typed", slug="four-leeks", takes="four-leeks", status="draft")
    assert (await oak.get("/four-leeks")).headers["location"] == "/leeks"


async def test_a_draft_that_nobody_saw_leaves_no_address_behind(oak, coop):
    post = await write(coop, status="draft")
    await edited(coop, post, slug="leeks")
    async with coop.writing() as db:
        await blog.publish_post(db, post.id)
    assert (await oak.get("/four-leeks")).status_code == 404


# ---- scheduled ----


def later(**more):
    due = now() + timedelta(**(more or {"hours": 2}))
    return {"day": f"{due:%Y-%m-%d}", "time": f"{due:%H:%M}"}


async def test_what_is_scheduled_is_published_by_itself_and_mailed_then(editor, oak, coop):
    answer = await editor.post("/blog/new-post", data=LEEKS | {"status": "scheduled", "tags": "urgent"} | later())
    assert answer.headers["location"].endswith("said=scheduled")
    assert (await oak.get("/four-leeks")).status_code == 404
    assert "by itself on" in (await editor.get("/blog/post/four-leeks")).text
    assert "Scheduled" in (await editor.get("/blog/posts")).text
    await settle(coop)
    async with coop.turn():
        with coop.connect() as db:
            for table in "flow_waits", "flow_runs":
                db.exec_driver_sql(f"UPDATE {table} SET due = 0 WHERE due IS NOT NULL")
            db.commit()
    await settle(coop)
    assert (await oak.get("/four-leeks")).status_code == 200
    assert [type for type, _ in await said(coop)] == ["Schedule", "Create"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [({}, "day"), (later() | {"time": ""}, "time"), (later(hours=-2), "day"), ({"day": "soon", "time": "9"}, "day")],
)
async def test_a_time_that_cannot_be_is_refused_beside_it(editor, coop, typed, field):
    answer = await editor.post("/blog/new-post", data=LEEKS | {"status": "scheduled"} | typed)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and "Cut *them*." in answer.text
    assert await all_of(coop, blog.Post.id) == []


async def test_only_the_last_time_that_was_given_counts(coop):
    post = await write(coop, status="draft")
    for hours in (1, 5):
        async with coop.writing() as db:
            words = blog.Words("Four leeks", **later(hours=hours))
            await blog.edit_post(db, post.id, str(post.version), words, status="scheduled")
            post = await blog.post(db, post.id)
    await settle(coop)
    async with coop.writing() as db:
        assert not await blog.publish_scheduled_post(db, post.id, post.due - timedelta(hours=4))
        assert await blog.publish_scheduled_post(db, post.id, post.due)
        assert not await blog.publish_scheduled_post(db, post.id, post.due)
    assert await waiting(coop) == ["cancelled", "cancelled"]


async def waiting(coop):
    """How each run stands that publishes something by itself."""
    return [status for (status,) in await all_of(coop, Run.status, where=Run.name == "blog.scheduled")]


@pytest.mark.parametrize("deed", [blog.publish_post, blog.unpublish_post, blog.bin_post, blog.remove_post])
async def test_nothing_waits_for_what_is_published_before_its_time_or_taken_back(coop, deed):
    async with coop.writing() as db:
        post = await blog.write_post(db, blog.Words("Four leeks", **later()), status="scheduled")
    await settle(coop)
    assert await waiting(coop) == ["suspended"]
    async with coop.writing() as db:
        await deed(db, post.id)
    assert await waiting(coop) == ["cancelled"]


async def test_what_is_published_already_is_not_scheduled(editor, coop):
    await write(coop)
    typed = LEEKS | {"status": "scheduled", "version": "1"} | later()
    answer = await editor.post("/blog/edit-post/1", data=typed)
    assert answer.status_code == 422 and "published already" in answer.text


# ---- shown to one reader ----


async def test_whoever_has_the_link_reads_the_draft_and_nobody_else_does(editor, oak, elm, coop, house):
    await write(coop, status="draft", visibility="members")
    link = re.search(r'href="(/blog/draft/\S+?)"', (await editor.get("/blog/post/four-leeks")).text)[1]
    page = await oak.get(link)
    assert "Cut <em>them</em>." in page.text and "not published yet" in page.text
    assert page.headers["cache-control"].startswith("private") and page.headers["x-robots-tag"] == "noindex"
    for wrong in (f"{link}x", "/blog/draft/1", "/blog/draft/x.y"):
        assert (await oak.get(wrong)).status_code == 404
    assert (await elm.get(link)).status_code == 404
    async with coop.writing() as db:
        await blog.bin_post(db, 1)
    assert (await oak.get(link)).status_code == 404
    async with coop.writing() as db:
        await blog.publish_post(db, 1)
    led = await oak.get(link)
    assert (led.status_code, led.headers["location"]) == (303, "/four-leeks")


async def test_a_link_to_a_draft_ends(oak, coop, house):
    await write(coop, status="draft")
    old = coop.keyring.sign("draft", f"1:{int((now() - timedelta(seconds=1)).timestamp())}")
    assert (await oak.get(f"/blog/draft/{old}")).status_code == 404


# ---- as it was ----


async def test_what_was_kept_is_shown_beside_what_is_and_comes_back(editor, coop, oak):
    post = await write(coop, body="One\nTwo\nThree <b>")
    await edited(coop, post, title="Five leeks", slug="five-leeks", body="One\nTwo and a half\nThree <b>")
    history = (await editor.get("/blog/revisions/1")).text
    assert "Ines" in history and "Maud" in history and "As it is now" in history
    page = (await editor.get("/blog/revision/1/1")).text
    assert "<del>Four leeks</del> <ins>Five leeks</ins>" in page
    assert "<ins> and a half</ins>" in page and "Three &lt;b&gt;" in page
    assert "Address" not in page and "Its address, its state and who reads it stay as they are." in page
    answer = await editor.post("/blog/revision/1/1", data={"version": "2"})
    assert answer.headers["location"] == "/five-leeks?said=restored"
    async with coop.reading() as db:
        restored = await blog.post(db, 1)
        assert (restored.title, restored.body, restored.version) == ("Four leeks", "One\nTwo\nThree <b>", 3)
        assert [(one.version, one.by) for one in await blog.revisions(db, 1)] == [(3, "Ed"), (2, "Maud"), (1, "Ines")]
    await editor.post("/blog/revision/1/1", data={"version": "3"})
    assert await all_of(coop, blog.Post.version) == [(3,)], "what changes nothing is no edit"


def test_no_two_texts_take_long_to_compare():
    words = [" ".join(choice("ab") for _ in range(990)) + f" {number}\n" for number in range(200)]
    began = process_time()
    for before, after in (words[:100], words[100:]), (["a\n", "b\n"] * 900, ["b\n", "a\n"] * 900):
        pieces = blog.difference("".join(before), "".join(after))
        for how, text in ("added", before), ("removed", after):
            assert "".join(piece.text for piece in pieces if piece.how != how) == "".join(text)
    assert process_time() - began < 4


async def test_only_editors_see_what_was(oak, member, coop):
    await write(coop)
    for path in ("/blog/revisions/1", "/blog/revision/1/1"):
        assert (await oak.get(path)).status_code == 401
        assert (await member.get(path)).status_code == 403
    assert (await member.post("/blog/revision/1/1")).status_code == 403


async def test_what_never_was_is_not_found(editor, coop):
    await write(coop)
    for path in ("/blog/revisions/9", "/blog/revision/1/9", "/blog/revision/9/1", f"/blog/revision/1/{2**70}"):
        assert (await editor.get(path)).status_code == 404


async def test_nothing_typed_is_lost_when_a_session_has_ended(oak):
    answer = await oak.post("/blog/new-post", data=LEEKS | {"body": "A long evening's work."})
    assert answer.status_code == 401 and 'action="/blog/new-post"' in answer.text
    assert "A long evening&#39;s work." in answer.text and 'target="_blank"' in answer.text


async def test_what_was_is_told_in_words(editor, coop):
    picture = await keep(coop)
    written = await write(coop, cover=str(picture.address), visibility="members", tags="roots, soup")
    async with coop.writing() as db:
        await blog.edit_post(db, written.id, "1", blog.Words("Four leeks", kind="page", cover="pot", featured="yes"))
    text = (await editor.get(f"/blog/revision/{written.id}/1")).text
    for called, was, new in (
        ("Kind", "Post", "Page"),
        ("Picture", "Picture: Maud with leeks", "Pot"),
        ("Tags", "roots, soup", "None"),
        ("Who reads it", "Members", "Everybody"),
        ("Stands before the others", "no", "yes"),
    ):
        assert f"<dt>{called}</dt><dd><del>{was}</del> <ins>{new}</ins></dd>" in text, called
    typed = LEEKS | {"slug": "four-leeks", "visibility": "members", "version": "1", "cover": ""}
    text = (await editor.post(f"/blog/edit-post/{written.id}", data=typed)).text
    for called, value in (("Kind", "Page"), ("Picture", "Pot"), ("Who reads it", "Everybody")):
        assert f"<dt>{called}</dt><dd>{value}</dd>" in text, called
    assert "<dt>Title</dt>" not in text


@pytest.mark.parametrize(("minute", "told"), [(0, [", 10:00:42", ", 10:00:07"]), (1, [", 10:01", ", 10:00"])])
async def test_two_of_one_minute_are_told_apart(editor, coop, minute, told):
    written = await write(coop)
    await edited(coop, written, body="Boil them.")
    revision = table_of(Revision)
    async with coop.writing() as db:
        for version, at in ((1, datetime(2026, 1, 5, 10, 0, 7)), (2, datetime(2026, 1, 5, 10, minute, 42))):
            kept = update(revision).where(revision.c.version == version)
            await db.execute(kept.values(at=at.replace(tzinfo=UTC)))
    page = (await editor.get(f"/blog/revisions/{written.id}")).text
    assert re.findall(r'<th scope="row"><time[^>]*>[^<]*</time>([^<]*)</th>', page) == told


async def test_an_address_of_something_in_the_bin_says_so_and_leads_there(editor, coop):
    written = await write(coop, slug="leeks")
    taken = LEEKS | {"title": "Kale", "slug": "leeks"}
    text = (await editor.post("/blog/new-post", data=taken)).text
    assert "That address is taken." in text and "Look into the bin" not in text
    async with coop.writing() as db:
        await blog.bin_post(db, written.id)
    refused = await editor.post("/blog/new-post", data=taken)
    assert refused.status_code == 422 and "Something in the bin has that address." in refused.text
    assert '<a href="/blog/posts?status=binned" target="_blank">' in refused.text and 'value="leeks"' in refused.text


async def test_what_was_published_elsewhere_first_says_so_to_programs(oak, editor, coop):
    await write(coop, canonical="https://first.example/leeks")
    page = (await oak.get("/four-leeks")).text
    assert '<link rel="canonical" href="https://first.example/leeks">' in page
    refused = await editor.post("/blog/edit-post/1", data=LEEKS | {"version": "1", "canonical": "javascript:alert(1)"})
    assert refused.status_code == 422 and 'id="canonical-error"' in refused.text
