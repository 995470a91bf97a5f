"""What the editor does while somebody types: a preview that follows, and words that are kept before they are saved."""

import re
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from sqlalchemy import select, update

from domains import account, blog
from domains.activities import Activity
from domains.blog.models import Unsaved
from domains.site import Site
from flows.tidying import KEPT
from tests.conftest import all_of
from tests.http.conftest import PARTIAL
from tests.http.test_blog import LEEKS, editor, write

__all__ = ["editor"]  # a fixture
TYPED = {"title": "Mud", "body": "Bring *boots*.", "kind": "post", "visibility": "public", "key": "one"}


async def kept(coop):
    return await all_of(coop, Unsaved.key, Unsaved.post)


def offered(page):
    """The key of what can be taken up, if anything."""
    found = re.search(r'\?unsaved=([^"]*)"', page.text)
    return found[1] if found else ""


# ---- the preview ----


async def test_a_preview_is_a_part_of_its_own_and_keeps_nothing(editor, coop):
    answer = await editor.post("/blog/previews", data=TYPED | {"body": "So *it* is\n\n::calendar"}, headers=PARTIAL)
    assert answer.status_code == 200 and answer.text.startswith('<section id="blog-preview"')
    assert "<p>So <em>it</em> is</p>" in answer.text and 'id="events-upcoming"' in answer.text
    assert await all_of(coop, Activity.id, where=Activity.kind == "blog.post") == await kept(coop) == []


async def test_a_preview_waits_for_nobody_who_writes(editor, coop):
    async with coop.writing() as db:
        await db.execute(update(Site).values(motto="Late"))
        assert (await editor.post("/blog/previews", data=TYPED, headers=PARTIAL)).status_code == 200


async def test_a_preview_of_a_long_post_keeps_up_with_whoever_types(editor):
    def body(number):
        return (
            "\n\n".join("Bring *boots* and [crates](/market/goods), for it rains. " * 10 for _ in range(340)) + number
        )

    waits = []
    for number in ("", "1", "2", "3", "4", "5"):
        before = process_time()
        assert (await editor.post("/blog/previews", data={"body": body(number)}, headers=PARTIAL)).status_code == 200
        waits.append(process_time() - before)
    assert 190_000 < len(body("")) < 200_000
    assert min(waits[1:]) < 0.15  # the machine may be busy


async def test_what_cannot_be_read_is_said_where_it_would_stand(editor):
    answer = await editor.post("/blog/previews", data={"body": "a\0b"}, headers=PARTIAL)
    assert answer.status_code == 422 and "There are characters in it that cannot be seen" in answer.text


async def test_who_may_not_write_previews_nothing_and_keeps_nothing(oak, member, coop):
    for path in ("previews", "unsaved"):
        for who, status in ((oak, 401), (member, 403)):
            assert (await who.post(f"/blog/{path}", data=TYPED, headers=PARTIAL)).status_code == status
    assert await kept(coop) == []


# ---- what is typed and not saved ----


async def test_what_was_typed_is_offered_to_whoever_typed_it_and_taken_up(editor, steward):
    said = await editor.post("/blog/unsaved", data=TYPED, headers=PARTIAL)
    assert said.status_code == 200 and re.search(r">Kept at \d\d:\d\d</small>", said.text)
    assert offered(await editor.get("/blog/new-post")) == "one"
    taken = await editor.get("/blog/new-post?unsaved=one")
    assert ">\nBring *boots*.</textarea>" in taken.text and ">\nMud</textarea>" in taken.text
    assert not offered(taken) and 'name="key" value="one"' in taken.text
    assert not offered(await steward.get("/blog/new-post"))
    for client, key in ((steward, "one"), (editor, "two")):
        assert (await client.get(f"/blog/new-post?unsaved={key}")).status_code == 404


async def test_two_windows_keep_what_is_typed_in_each_and_the_newest_of_one_counts(editor, coop):
    for key, title in (("one", "Mud"), ("two", "Rain"), ("one", "More mud")):
        await editor.post("/blog/unsaved", data=TYPED | {"key": key, "title": title}, headers=PARTIAL)
    assert sorted(await kept(coop)) == [("one", 0), ("two", 0)]
    assert "More mud" in (await editor.get("/blog/new-post?unsaved=one")).text


@pytest.mark.parametrize("status", ["draft", "published"])
async def test_what_is_saved_is_no_longer_unsaved(editor, coop, status):
    await editor.post("/blog/unsaved", data=TYPED, headers=PARTIAL)
    refused = await editor.post("/blog/new-post", data=TYPED | {"title": ""})
    assert refused.status_code == 422 and await kept(coop) == [("one", 0)]
    assert (await editor.post("/blog/new-post", data=TYPED | {"status": status})).status_code == 303
    assert await kept(coop) == []


async def test_what_is_thrown_away_is_gone_and_what_is_typed_meanwhile_is_not(editor, coop):
    await write(coop)
    for path, post in (("new-post", "0"), ("edit-post/1", "1")):
        await editor.post("/blog/unsaved", data=TYPED | {"post": post}, headers=PARTIAL)
        typed = LEEKS | {"body": "Typed since", "key": "two", "forget": "one", "version": "1"}
        answer = await editor.post(f"/blog/{path}", data=typed)
        assert answer.status_code == 200 and ">\nTyped since</textarea>" in answer.text and not offered(answer)
        assert await kept(coop) == []


async def test_of_a_post_only_what_differs_from_it_is_kept(editor, coop):
    await write(coop, tags="kitchen, mud")
    form = {"title": "Four leeks", "slug": "four-leeks", "body": "Cut *them*.", "tags": "kitchen, mud", "version": "1"}
    form |= {
        "kind": "post",
        "visibility": "public",
        "key": "one",
        "post": "1",
        "day": "",
        "time": "",
        "authors": "Ines",
    }
    for changed in ({"body": "Cut\r\nthem."}, {"tags": "kitchen"}, {"featured": "yes"}):
        await editor.post("/blog/unsaved", data=form | changed, headers=PARTIAL)
        assert await kept(coop) == [("one", 1)], changed
        answer = await editor.post("/blog/unsaved", data=form, headers=PARTIAL)
        assert await kept(coop) == [] and "Kept at" not in answer.text
    await editor.post("/blog/unsaved", data={"kind": "post", "visibility": "public", "key": "two"}, headers=PARTIAL)
    assert await kept(coop) == []  # a new one that says nothing


async def test_what_was_typed_of_an_older_version_overwrites_nothing(editor, steward, coop, oak):
    await write(coop)
    his = TYPED | {"post": "1", "version": "1", "slug": "four-leeks"}
    await editor.post("/blog/unsaved", data=his, headers=PARTIAL)
    await steward.post("/blog/edit-post/1", data=LEEKS | {"body": "Hers", "version": "1"})
    assert offered(await editor.get("/blog/edit-post/1")) == "one"
    taken = await editor.get("/blog/edit-post/1?unsaved=one")
    assert 'name="version" value="1"' in taken.text and "Bring *boots*." in taken.text
    both = await editor.post("/blog/edit-post/1", data=his)
    assert both.status_code == 409 and "Hers</textarea>" in both.text and "Bring *boots*.</textarea>" in both.text
    assert "Hers" in (await oak.get("/four-leeks")).text and await kept(coop) == [("one", 1)]


async def test_no_public_page_is_made_anew_because_somebody_types(editor, oak, coop, woken):
    await write(coop)
    await oak.get("/four-leeks")
    await editor.post("/blog/unsaved", data=TYPED, headers=PARTIAL)
    woken.clear()
    assert (await oak.get("/four-leeks")).status_code == 200 and woken == []


async def test_so_much_is_kept_of_one_person_and_none_of_it_goes_because_more_comes(editor, coop, monkeypatch):
    monkeypatch.setattr("domains.blog.typed.MOST", 2)
    for key, status in (("c" * 100, 200), ("%00\ud7ff🥬", 200), ("more", 422), ("c" * 100, 200)):
        answer = await editor.post("/blog/unsaved", data=TYPED | {"key": key}, headers=PARTIAL)
        assert (answer.status_code, "This is not kept" in answer.text) == (status, status == 422), key
    assert [key for key, _ in await kept(coop)] == ["c" * 40, "%00\ud7ff🥬"]


async def test_odd_forms_break_nothing(editor):
    for odd in ({"post": "99"}, {"post": "x"}, {"post": "9" * 400}, {"title": "a\0"}, {"body": "x" * 300_000}):
        assert (await editor.post("/blog/unsaved", data=TYPED | odd, headers=PARTIAL)).status_code == 200
        assert (await editor.get("/blog/new-post")).status_code == 200
    assert (await editor.post("/blog/unsaved", headers=PARTIAL)).status_code in (200, 400)


async def test_what_lies_long_and_what_is_of_nobody_is_tidied_away(editor, coop):
    await write(coop)
    long_ago = datetime.now(UTC) - timedelta(seconds=KEPT + 60)
    for key, post in (("old", "0"), ("new", "0"), ("posts", "1")):
        await editor.post("/blog/unsaved", data=TYPED | {"key": key, "post": post}, headers=PARTIAL)
    async with coop.writing() as db:
        await db.execute(update(Unsaved).where(Unsaved.key == "old").values(at=long_ago))
        await blog.keep_unsaved(db, 99, "theirs", 0, TYPED)
    async with coop.writing() as db:
        people = [person.id for person in await account.people(db)]
        await blog.tidy_unsaved(db, datetime.now(UTC) - timedelta(seconds=KEPT), people)
    assert sorted(await kept(coop)) == [("new", 0), ("posts", 1)]


@pytest.mark.parametrize("path", ["new-post", "edit-post/1"])
async def test_an_expired_session_gives_back_all_that_was_typed(oak, coop, path):
    await write(coop)
    answer = await oak.post(f"/blog/{path}", data=TYPED | {"body": "<b>Mine</b>", "version": "1"})
    assert answer.status_code == 401 and f'action="/blog/{path}"' in answer.text
    for name, value in (("title", "Mud"), ("body", "&lt;b&gt;Mine&lt;/b&gt;"), ("key", "one"), ("version", "1")):
        assert f'name="{name}" value="{value}"' in answer.text
    assert len(await all_of(coop, select(blog.Post.id).subquery().c.id)) == 1


# ---- pictures that are gone ----


async def test_a_post_that_names_a_picture_that_is_gone_says_so_where_it_is_edited(editor, coop):
    gone = str(blog.Address("0" * 64, 9, 9))
    await write(coop, body=f"![Leeks in the mud]({gone})", cover="leeks")
    page = (await editor.get("/blog/edit-post/1")).text
    assert "Pictures that this names are not here any more" in page and "<li>Leeks in the mud</li>" in page
    await editor.post("/blog/edit-post/1", data=LEEKS | {"version": "1"})
    assert "are not here any more" not in (await editor.get("/blog/edit-post/1")).text
