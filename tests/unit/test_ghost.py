"""How a blog comes over from Ghost: what becomes of each post, twice, edited, cut off; and what is refused."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from app.taking_over import AT_ONCE, take_over
from domains import blog
from domains.activities import Activity
from domains.base import Table
from domains.blog import ghost
from domains.blog.models import MenuItem, OldAddress, Picture, Post
from domains.errors import Invalid
from flows.engine.models import Delivery, Run
from tests import ghosts
from tests.conftest import all_of, settle
from tests.photos import ROOM

CAME = ghost.Arrived(ghosts.id_of(9), "Soup", "soup", "post", "<p>Soup.</p>", "published", "public", authors=("Ines",))


@pytest.fixture
async def coop(coop):
    return await ghosts.founded(coop)


def quiet(*_):
    pass


async def bring(coop, file, room=ROOM, say=quiet):
    export = ghost.read_export(file, ghosts.SITE)
    try:
        return await take_over(coop, export, say, room=room)
    finally:
        export.archive.close()


async def take(coop, came=CAME, pictures=None):
    async with coop.writing() as db:
        return await ghost.take_post(db, came, pictures or {})


async def at(coop, slug):
    async with coop.reading() as db:
        return await blog.post_at(db, slug, drafts=True)


async def rows(coop):
    async with coop.reading() as db:
        names = [table.name for table in Table.metadata.sorted_tables]
        return {name: (await db.execute(text(f"SELECT * FROM {name}"))).all() for name in names}


# ---- the whole of an export ----


async def test_all_of_an_export_comes_as_it_was(coop, tmp_path):
    report = await bring(coop, ghosts.whole(tmp_path))
    assert [post["how"] for post in report.posts] == ["new"] * 7
    soup = await at(coop, "leek-soup")
    assert (soup.title, soup.excerpt, soup.featured) == ("Leek soup", "How we make it", True)
    assert (soup.authors, soup.tags) == (["Ines Okafor", "Tom Oak"], ["cold days!"])
    assert [f"{moment:%d.%m.%y %H}" for moment in (soup.published, soup.updated)] == ["03.05.24 10", "01.06.24 10"]
    assert (await at(coop, "about-us")).kind == "page" and (await at(coop, "members-letter")).visibility == "members"
    assert (await at(coop, "a-draft")).status == "draft"
    later = await at(coop, "to-come")
    assert (later.status, later.due) == ("scheduled", datetime(2090, 1, 1, 8, tzinfo=UTC))


async def test_its_pictures_are_ours_and_say_what_is_on_them(coop, tmp_path):
    report = await bring(coop, ghosts.whole(tmp_path))
    ((alt,),) = await all_of(coop, Picture.alt)
    soup = await at(coop, "leek-soup")
    assert alt == "Leeks on a board" and soup.cover.startswith("/media/") and soup.body.count(soup.cover) == 3
    assert report.pictures == 1 and any("pot.jpg is not kept" in note for note in report.posts[0]["notes"])


async def test_its_addresses_lead_here(coop, tmp_path):
    await bring(coop, ghosts.whole(tmp_path))
    body = (await at(coop, "leek-soup")).body
    assert 'href="/about-us/"' in body and 'href="/tag/cold-days/"' in body
    assert 'src="https://old.example/content/media/song.mp3"' in body and "__GHOST" not in body
    async with coop.reading() as db:
        picture = await blog.old_address(db, "/content/images/size/w600/2024/05/leeks.jpg")
    assert picture and picture.startswith("/media/")
    led = dict(await all_of(coop, OldAddress.path, OldAddress.target))
    assert led == {"/soup-of-old": "/leek-soup/", "/author/ines": "/blog/author/ines-okafor"}


async def test_its_navigation_is_taken_where_there_is_none_and_what_stands_for_many_paths_is_told(coop, tmp_path):
    report = await bring(coop, ghosts.whole(tmp_path))
    taken = [("main", "Home", "/"), ("main", "About", "/about-us"), ("foot", "About", "/about-us")]
    assert await all_of(coop, MenuItem.menu, MenuItem.label, MenuItem.target) == taken
    assert report.refused == ["The redirect from ^/old/(.*)$ stands for more than one address."]


async def test_what_leads_nowhere_is_left_out_of_the_menus_and_told(coop, tmp_path):
    items = [{"label": "Sign up", "url": "#/portal/"}, {"label": "Else", "url": "https://else.example/"}]
    said = [{"id": "s1", "key": "secondary_navigation", "value": json.dumps(items)}]
    report = await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export(settings=said)))
    assert await all_of(coop, MenuItem.menu, MenuItem.label) == [("foot", "Else")]
    assert report.refused == ["Sign up is left out of the menus: #/portal is no page here and no address elsewhere."]


async def test_a_draft_without_html_is_made_of_what_it_was_written_in(coop, tmp_path):
    report = await bring(coop, ghosts.whole(tmp_path))
    old, new = (await at(coop, "an-old-one")).body, (await at(coop, "in-lexical")).body
    assert "<h2>Old &lt;days&gt;</h2>" in old and "<strong>Bold</strong>" in old and '<a href="/leek-soup/">' in old
    assert "<li>two</li>" in old and "<em><strong>Bold &amp; slanted</strong></em><br>" in new
    assert "<em>Slanted</em>" in new and "<script" not in new and "<code>a &lt; b</code>" in new
    assert [post["notes"] for post in report.posts[5:]] == [
        ["Not all of it can be read here: gallery.", "The picture /content/images/2024/05/pot.jpg is not kept: "
         "This is no picture that can be read here. Bring a JPEG, PNG, WebP or GIF."],
        ["Not all of it can be read here: signup."],
    ]  # fmt: skip


async def test_nobody_is_mailed_what_is_old_and_no_story_is_set_off(coop, mailer, tmp_path):
    await bring(coop, ghosts.whole(tmp_path))
    await settle(coop)
    assert not mailer.sent and not await all_of(coop, Delivery.key)
    assert await all_of(coop, Run.name) == [("blog.scheduled",)]
    said = [type for (type,) in await all_of(coop, Activity.type, where=Activity.kind == "blog.post")]
    assert sorted(said) == ["Draft"] * 3 + ["Move"] * 3 + ["Schedule"]


async def test_twice_is_once(coop, tmp_path):
    await bring(coop, file := ghosts.whole(tmp_path))
    before = await rows(coop), coop.version()
    report = await bring(coop, file)
    assert {post["how"] for post in report.posts} == {"same"} and report.pictures == report.addresses == 0
    assert (await rows(coop), coop.version()) == before


async def test_cut_off_it_goes_on_where_it_was(coop, tmp_path):
    posts = [ghosts.post(number, f"Soup {number}") for number in range(1, 2 * AT_ONCE + 2)]
    file = ghosts.written(tmp_path / "g.json", ghosts.export(posts))

    def killed(done, of, what):
        if done == AT_ONCE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await bring(coop, file, say=killed)
    assert len(await all_of(coop, Post.id)) == AT_ONCE
    report = await bring(coop, file)
    assert [post["how"] for post in report.posts] == ["same"] * AT_ONCE + ["new"] * (AT_ONCE + 1)


async def test_a_picture_for_which_there_is_room_later_comes_later(coop, tmp_path):
    await bring(coop, file := ghosts.whole(tmp_path), room=10)
    assert not (await at(coop, "leek-soup")).cover
    report = await bring(coop, file)
    assert report.posts[0]["how"] == "changed" and (await at(coop, "leek-soup")).cover.startswith("/media/")


# ---- one post ----


async def test_what_changed_there_changes_here_and_its_old_address_leads_on(coop):
    await take(coop)
    taken = await take(coop, replace(CAME, title="Broth", slug="broth", status="published"))
    assert taken.how == "changed" and (await at(coop, "broth")).title == "Broth"
    async with coop.reading() as db:
        assert await blog.moved(db, "soup") == "broth"


async def test_what_was_edited_here_is_never_written_over(coop):
    id = (await take(coop)).post
    async with coop.writing() as db:
        await blog.edit_post(db, id, "1", blog.Words("Ours", slug="soup"))
    for _ in range(2):
        taken = await take(coop, replace(CAME, title="Theirs"))
        assert taken.how == "kept" and taken.notes and (await at(coop, "soup")).title == "Ours"


@pytest.mark.parametrize("was", ["draft", "scheduled", "published"])
@pytest.mark.parametrize("status", ["draft", "scheduled", "published"])
async def test_a_post_may_become_whatever_it_becomes_there(coop, was, status):
    later = {"scheduled": datetime(2090, 1, 1, tzinfo=UTC)}
    await take(coop, replace(CAME, status=was, published=later.get(was)))
    await take(coop, replace(CAME, title="Broth", status=status, published=later.get(status)))
    found = await at(coop, "soup")
    assert (found.status, found.title) == (status, "Broth")
    assert (await take(coop, replace(CAME, title="Broth", status=status, published=later.get(status)))).how == "same"


async def test_what_is_gone_there_goes_into_the_bin_unless_it_was_edited_here(coop):
    id = (await take(coop)).post
    async with coop.writing() as db:
        assert (await ghost.lose_post(db, CAME.id)).how == "changed"
        assert (await ghost.lose_post(db, CAME.id)).how == "same"
        assert await ghost.lose_post(db, "none") is None
        assert (await blog.post(db, id)).status == blog.BINNED
    assert (await take(coop)).how == "changed" and (await at(coop, "soup")).is_published
    async with coop.writing() as db:
        await blog.tag_post(db, id, "winter", on=True)
        assert (await ghost.lose_post(db, CAME.id)).how == "kept"


@pytest.mark.parametrize(
    ("slug", "here"), [("market", "market-2"), ("Größe", "groe"), ("", "soup"), ("x" * 191, "x" * 60)]
)
async def test_an_address_that_cannot_be_is_another_and_that_is_told(coop, slug, here):
    taken = await take(coop, replace(CAME, slug=slug))
    assert any(f"/{here}" in note for note in taken.notes) and await at(coop, here)


async def test_two_with_one_address_have_two(coop):
    await take(coop)
    await take(coop, replace(CAME, id=ghosts.id_of(10)))
    assert (await at(coop, "soup-2")).title == "Soup"


async def test_a_post_from_the_api_is_the_same_as_from_an_export(coop, tmp_path):
    (tag, internal, _), (ines, tom) = ({"name": a, "slug": b, "visibility": c} for a, b, c in ghosts.TAGS), ghosts.USERS
    of_api = ghosts.POSTS[0] | {"html": ghosts.CARDS.replace("__GHOST_URL__", ghosts.SITE), "featured": True}
    of_api |= {
        "feature_image": f"{ghosts.SITE}/content/images/2024/05/leeks.jpg",
        "feature_image_alt": "Leeks on a board",
    }
    urgent = {"name": "Urgent", "slug": "urgent", "visibility": "public"}
    of_api |= {"tags": [tag, internal, urgent], "authors": [{"name": ines[0]}, {"name": tom[0]}]}
    export = ghost.read_export(ghosts.written(tmp_path / "g.json", ghosts.export()), ghosts.SITE)
    assert ghost.from_api(of_api, ghosts.SITE) == export.posts[0]


# ---- what nobody meant to bring ----


@pytest.mark.parametrize(
    "more",
    [
        {"title": None, "slug": None, "html": 7, "published_at": "soon", "updated_at": {}, "featured": "?"},
        {"title": "T" * 5000, "custom_excerpt": "E\x00\u202e" * 900, "feature_image": "javascript:x()"},
        {"title": "\ud800", "html": "<p>\ud800\x00</p>", "status": "nonsense", "visibility": None},
        {"published_at": "0001-01-01T00:00:00Z", "updated_at": 10**30, "created_at": "9999-12-31T23:59:59Z"},
        {"html": "", "lexical": "{", "mobiledoc": "[]"},
        {"html": "", "lexical": json.dumps({"root": {"type": "x", "children": [{"type": 1, "format": "a"}]}})},
    ],
)
async def test_whatever_a_post_holds_it_comes_or_is_refused_and_the_others_come(coop, tmp_path, more):
    posts = [ghosts.post(1, "One") | more, ghosts.post(2, "Two")]
    report = await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export(posts)))
    assert [post["how"] for post in report.posts] == ["new", "new"] and await at(coop, "two")


async def test_tables_that_are_nonsense_harm_nothing(coop, tmp_path):
    odd = {"tags": "x", "posts_tags": [{"post_id": [], "tag_id": {}}, 7], "users": [{"id": []}], "settings": None}
    odd |= {"posts_authors": None, "posts_meta": [None]}
    report = await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export(**odd)))
    assert len(report.posts) == 7 and "Nobody is named as its author." in report.posts[0]["notes"]


async def test_a_post_that_is_too_long_is_refused_alone(coop, tmp_path):
    posts = [ghosts.post(1, "Long", "<p>soup</p>" * 1_900_000), ghosts.post(2, "Short")]
    report = await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export(posts)))
    assert [post["how"] for post in report.posts] == ["refused", "new"]


async def test_tags_are_kept_short_and_few(coop, tmp_path):
    tags = [{"id": f"t{n}", "name": f"{n} {'a' * 300}, b", "slug": f"t{n}"} for n in range(14)]
    tagged = [{"post_id": ghosts.id_of(1), "tag_id": f"t{n}", "sort_order": n} for n in range(14)]
    report = await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export(tags=tags, posts_tags=tagged)))
    tags = (await at(coop, "leek-soup")).tags
    assert len(tags) == 12 and max(map(len, tags)) <= 60 and not any("," in tag for tag in tags)
    assert any("more than twelve" in note for note in report.posts[0]["notes"])


def bomb(file):
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
        made.open("ghost.json", "w", force_zip64=True) as one,
    ):
        for _ in range(129):
            one.write(b" " * 2**20)


def text_of(said):
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (text_of(ghosts.export())[:-200], "breaks off"),
        (text_of(ghosts.export(version="1.26.0")), "Ghost 1.26.0"),
        (b'<?xml version="1.0"?><!-- generator="WordPress/6.1" --><rss></rss>', "WordPress"),
        (b"<html></html>", "no export"),
        (text_of(ghosts.export()).decode().encode("utf-16"), "UTF-8"),
        (b"{}", "no export"),
        (b"", "no export"),
        (b"[" * 200_000, "no export"),
        (b"PK\x03\x04 and nothing more", "Not all of this file came"),
    ],
)
def test_what_is_no_export_is_refused_in_a_sentence(tmp_path, data, sentence):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(Invalid) as refused:
        ghost.read_export(tmp_path / "file")
    assert sentence in refused.value.fields["file"]


def test_a_zip_of_something_else_one_that_is_cut_and_one_that_swells_are_refused(tmp_path):
    ghosts.written(tmp_path / "other.zip", {"a": 1}, **{"readme.txt": b"x"})
    (tmp_path / "cut.zip").write_bytes(ghosts.whole(tmp_path).read_bytes()[:-40])
    bomb(tmp_path / "bomb.zip")
    for name, sentence in (("other", "no export"), ("cut", "Not all"), ("bomb", "more in this file")):
        with pytest.raises(Invalid) as refused:
            ghost.read_export(tmp_path / f"{name}.zip")
        assert sentence in refused.value.fields["file"], name


async def test_a_picture_that_swells_or_lies_elsewhere_is_not_kept_and_the_post_comes(coop, tmp_path):
    html = "".join(f'<img src="/content/images/{name}">' for name in ("big.png", "../../etc/passwd", "no.png"))
    said = ghosts.export([ghosts.post(1, "Soup", html)])
    file = ghosts.written(tmp_path / "g.zip", said, **{"content/images/big.png": b"\0" * (13 * 2**20)})
    report = await bring(coop, file)
    assert report.posts[0]["how"] == "new" and len(report.posts[0]["notes"]) == 2 + 3
    async with coop.reading() as db:
        assert await db.scalar(select(func.count(Picture.id))) == 0
