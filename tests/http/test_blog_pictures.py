"""The library of pictures: who brings what, where it is used, and how browsers fetch it."""

import html
import re
import shutil
from dataclasses import replace

from httpx import ASGITransport, AsyncClient

from app.main import House
from app.templates import templates
from domains import blog
from domains.activities import Activity
from domains.blog.models import Picture
from tests.conftest import all_of
from tests.http.conftest import STEWARD, cookies, settings
from tests.http.test_blog import editor, write
from tests.photos import keep, opened, photo

__all__ = ["editor"]  # a fixture


async def bring(client, data=None, alt="Maud with leeks", **more):
    return await client.post("/blog/media", data={"alt": alt}, files={"file": ("leeks.jpg", data or photo())}, **more)


async def here(coop):
    return await all_of(coop, Picture.alt)


# ---- bringing one ----


async def test_an_editor_brings_a_picture_and_finds_it_in_the_library(editor, coop):
    brought = await bring(editor)
    assert (brought.status_code, brought.headers["location"]) == (303, "/blog/picture/1?said=picture")
    page = (await editor.get("/blog/media")).text
    assert "Maud with leeks" in page and "500 × 300" in page and "In no post." in page and "500 MB are used" in page
    line = html.unescape(re.search(r'readonly value="([^"]*)"', page)[1])
    assert line.startswith("![Maud with leeks](/media/") and line in html.unescape(
        (await editor.get("/blog/picture/1")).text
    )
    assert await all_of(coop, Activity.actor, where=Activity.kind == "blog.picture") == [("account.person:3",)]


async def test_the_same_picture_under_other_words_is_here_already_and_offers_to_take_them(editor, coop):
    await bring(editor)
    assert (await bring(editor)).headers["location"] == "/blog/picture/1?said=picture"
    again = await bring(editor, alt="Maud & leeks")
    assert again.headers["location"] == "/blog/picture/1?words=Maud%20%26%20leeks&said=picture-known"
    page = (await editor.get(again.headers["location"])).text
    assert "It was here already" in page and 'value="Maud &amp; leeks"' in page
    assert await here(coop) == [("Maud with leeks",)]


async def test_of_several_each_is_asked_for_its_words_and_none_is_lost_with_another(editor, coop):
    several = [
        ("file", (name, data)) for name, data in (("a.jpg", photo()), ("b.txt", b"x"), ("c.jpg", photo((60, 40))))
    ]
    refused = await editor.post("/blog/media", data={"alt": ""}, files=several)
    assert refused.status_code == 200 and "b.txt: This is no picture" in refused.text
    assert "The others came in." in refused.text
    assert await here(coop) == [("",), ("",)] and 'href="/blog/wordless"' in refused.text
    assert (
        "Line for a post" not in refused.text
        and '<option value="/media' not in (await editor.get("/blog/new-post")).text
    )
    more = [("file", (name, photo((70, side)))) for name, side in (("d.jpg", 30), ("e.jpg", 40))]
    assert (await editor.post("/blog/media", files=more)).headers["location"] == "/blog/wordless?said=pictures"
    words = {"alt-1": "One", "alt-2": "", "alt-3": "Three", "alt-4": "a" * 500}
    some = await editor.post("/blog/wordless", data=words)
    assert 'id="alt-2-error"' in some.text and 'id="alt-4-error"' in some.text and 'id="alt-1"' not in some.text
    assert await here(coop) == [("One",), ("",), ("Three",), ("",)]
    assert (await editor.post("/blog/wordless", data={"alt-2": "Two", "alt-4": "Four"})).status_code == 303
    assert "Every picture has its words" in (await editor.get("/blog/wordless")).text


async def test_a_script_is_told_the_line_or_why_there_is_none(editor, oak, coop):
    script = {"headers": {"accept": "application/json"}}
    for alt in ("Leeks [in] mud", "Again"):  # the words are the post's own; the library keeps what it has
        words = alt.replace("[", "\\[").replace("]", "\\]")
        assert (await bring(editor, alt=alt, **script)).json()["line"].startswith(f"![{words}](/media/")
    assert await here(coop) == [("Leeks [in] mud",)]
    for data, alt, why in ((None, "", "Say what is on it"), (b"x", "x", "This is no picture")):
        said = await bring(editor, data, alt, **script)
        assert said.status_code == 422 and why in said.json()["refused"]
    stranger = await bring(oak, **script)
    assert stranger.status_code == 401 and stranger.json()["error"]


async def test_who_may_not_write_brings_nothing_and_sees_no_library(oak, member, coop):
    await keep(coop, alt="Theirs")
    for client, status in ((oak, 401), (member, 403)):
        assert (await bring(client)).status_code == status
        for path in ("/blog/media", "/blog/picture/1"):
            assert (await client.get(path)).status_code == status
        assert (await client.post("/blog/picture/1", data={"way": "out"})).status_code == status
    assert await here(coop) == [("Theirs",)]


WORDS, PHOTO = (None, "Leeks"), ("leeks.jpg", photo())
REFUSED = (
    ({"alt": (None, ""), "file": PHOTO}, "alt", "Say what is on it"),
    ({"alt": ("a.txt", b"Leeks"), "file": PHOTO}, "alt", "Say what is on it"),
    ({"alt": WORDS}, "file", "Choose a picture"),
    ({"alt": WORDS, "file": (None, "leeks.jpg")}, "file", "Choose a picture"),
    ({"alt": WORDS, "file": ("", b"")}, "file", "Choose a picture"),
    ({"alt": WORDS, "file": ("leeks.png", b"<svg onload='x()'/>", "image/png")}, "file", "SVG"),
    ({"alt": WORDS, "file": ("leeks.jpg", b"x" * (blog.LARGEST + 1))}, "file", "twelve megabytes"),
)
"""Its parts, and what is said beside which field."""


async def test_what_cannot_be_kept_is_told_beside_its_field_with_the_words_kept(editor, coop):
    for parts, field, says in REFUSED:
        answer = await editor.post("/blog/media", files=parts)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and says in answer.text
        assert ('value="Leeks"' in answer.text) == (field == "file")
    nothing = await editor.post("/blog/media")
    assert nothing.status_code == 422 and 'id="file-error"' in nothing.text and 'id="alt-error"' in nothing.text
    assert await here(coop) == []


PARTED, PART = "multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="alt"\r\n'
ODD = (
    (413, PARTED, b"x" * (26 * 2**20)),
    (415, "application/x-www-form-urlencoded", b"alt=Leeks"),
    (415, "image/svg+xml", b"<svg/>"),
    (400, "multipart/form-data", b"alt=Leeks"),
    (400, PARTED, b"alt=Leeks"),
    (400, PARTED, PART + b"\r\ncut"),
    (400, PARTED, PART + b"content-type: text/plain; charset=klingon\r\n\r\nLeeks\r\n--x--\r\n"),
    (400, PARTED, PART + b"\r\n\xff\r\n--x--\r\n"),
)


async def test_an_odd_body_is_refused_with_a_page(editor, coop):
    for status, kind, content in ODD:
        answer = await editor.post("/blog/media", content=content, headers={"content-type": kind})
        assert answer.status_code == status and "<h1>" in answer.text, content[:80]
    assert await here(coop) == []


async def test_other_forms_are_no_larger_than_they_were(editor):
    assert (await editor.post("/blog/posts", data={"words": "x" * 2_100_000})).status_code == 413
    assert (await editor.post("/blog/new-post", data={"body": "x" * 3_200_000})).status_code == 413
    assert (await editor.post("/blog/new-post", files={"body": b"x"})).status_code == 415


async def test_whoever_brings_too_many_waits(editor, monkeypatch):
    monkeypatch.setattr("fragments.blog.pictures.MOST", 1)
    assert [(await bring(editor, b"x")).status_code for _ in range(3)] == [422, 429, 429]


async def test_several_in_one_form_are_counted_as_several(editor, coop, monkeypatch):
    monkeypatch.setattr("fragments.blog.pictures.MOST", 3)
    several = [("file", (f"{side}.jpg", photo((side, 40)))) for side in (50, 60)]
    assert [(await editor.post("/blog/media", files=several)).status_code for _ in range(2)] == [303, 429]
    assert len(await here(coop)) == 2


async def test_nobody_waits_to_write_while_a_picture_is_made(editor, coop, monkeypatch):
    from domains.blog import library

    made = library.make

    async def make(data):
        await write(coop)  # which would wait for the one writer
        return await made(data)

    monkeypatch.setattr(library, "make", make)
    assert (await bring(editor)).status_code == 303 and len(await all_of(coop, blog.Post.id)) == 1


async def test_a_coop_keeps_as_much_as_its_machine_lets_it(furnished, tmp_path):
    shutil.copytree(furnished, tmp_path / "data")
    house = House(replace(settings(tmp_path / "data"), pictures=0))
    transport, jar = ASGITransport(house.app), await cookies(house, "oak", STEWARD)
    async with house.awake(), AsyncClient(transport=transport, base_url="https://oak.example", cookies=jar) as steward:
        refused = await bring(steward)
        assert refused.status_code == 422 and "no room left" in refused.text


# ---- changing and removing one ----


async def test_its_words_are_changed_and_public_pages_say_so_at_once(editor, oak, coop):
    kept = await keep(coop)
    await write(coop, cover=str(kept.address))
    assert 'alt="Maud with leeks"' in (await oak.get("/four-leeks")).text
    assert (await editor.post("/blog/picture/1", data={"alt": "Maud, laughing"})).status_code == 303
    assert 'alt="Maud, laughing"' in (await oak.get("/four-leeks")).text
    refused = await editor.post("/blog/picture/1", data={"alt": " "})
    assert refused.status_code == 422 and 'id="alt-error"' in refused.text and "Maud, laughing</h1>" in refused.text


async def test_what_is_used_says_where_and_is_not_removed(editor, coop):
    kept = await keep(coop)
    await write(coop, body=f"![x]({kept.address})", status="draft")
    assert "In 1 post." in (await editor.get("/blog/media")).text
    refused = await editor.post("/blog/picture/1", data={"way": "out"})
    assert refused.status_code == 422 and 'href="/blog/edit-post/1">Four leeks</a>' in refused.text
    assert "It is in use" in refused.text and await here(coop) == [("Maud with leeks",)]
    async with coop.writing() as db:
        await blog.bin_post(db, 1)
    binned = (await editor.get("/blog/picture/1")).text
    assert 'href="/blog/revisions/1">Four leeks</a>' in binned and "In the bin" in binned


async def test_what_is_not_used_is_removed_and_its_address_is_nobodys(editor, oak, coop):
    kept = await keep(coop)
    assert (await oak.get(str(kept.address))).status_code == 200
    assert (await editor.post("/blog/picture/1", data={"way": "out"})).headers["location"].startswith("/blog/media")
    assert (await oak.get(str(kept.address))).status_code == 404 and await here(coop) == []
    for path in ("/blog/picture/1", f"/blog/picture/{10**30}"):
        assert (await editor.get(path)).status_code == 404
    assert (await editor.post("/blog/picture/1", data={"alt": "x"})).status_code == 404


# ---- in a post ----


async def test_a_post_has_one_as_its_cover_or_among_its_words(editor, oak, coop):
    kept = await keep(coop)
    assert f'<option value="{kept.address}">Picture: Maud with leeks' in (await editor.get("/blog/new-post")).text
    typed = {
        "title": "Leeks",
        "kind": "post",
        "visibility": "public",
        "status": "published",
        "cover": str(kept.address),
    }
    await editor.post("/blog/new-post", data=typed | {"body": f"![In the mud]({kept.address})"})
    page = (await oak.get("/leeks")).text
    cover, inside = re.findall(r"<img [^>]*>", page)
    for picture in (cover, inside):
        assert f'src="{kept.address}"' in picture and "480w" in picture and 'width="500"' in picture
    assert 'alt="Maud with leeks"' in cover and 'alt="In the mud"' in inside and "lazy" in inside
    assert f'value="{kept.address}" selected' in (await editor.get("/blog/edit-post/1")).text


async def test_a_post_whose_cover_is_gone_is_shown_without(oak, coop):
    post = await write(coop)
    async with coop.writing() as db:
        (await blog.post(db, post.id)).cover = str(blog.Address("0" * 64, 9, 9))
    page = await oak.get("/four-leeks")
    assert page.status_code == 200 and "<img" not in page.text


# ---- fetching one ----


async def test_a_picture_is_kept_by_browsers_for_good_and_is_never_a_page(oak, coop):
    kept = await keep(coop)
    for address in kept.address.all:
        answer = await oak.get(str(address))
        assert opened(answer.content).size == address[1:] and answer.headers["content-type"] == "image/webp"
        assert "immutable" in answer.headers["cache-control"] and answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        head = await oak.head(str(address))
        assert head.content == b"" and head.headers["content-length"] == str(len(answer.content))
        again = await oak.get(str(address), headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])


async def test_no_other_address_has_a_picture_and_no_other_coop_has_it(oak, elm, coop):
    kept = await keep(coop)
    address = str(kept.address)
    assert (await elm.get(address)).status_code == 404
    odd = (address.upper(), address + "x", address.replace("500x", "0500x"), address.replace("x300", "x301"))
    for path in (*odd, "/media/x/y", "/media/x", "/media", f"/media/{'0' * 64}/1x1.webp"):
        answer = await oak.get(path)
        assert answer.status_code == 404 and answer.headers["cache-control"] == "no-store"


def test_a_size_is_told_in_bytes():
    assert [templates("en-GB").filters["size"](size) for size in (1, 66, 1500)] == ["1 byte", "66 bytes", "1.5 kB"]
