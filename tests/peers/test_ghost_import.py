"""A blog that a real Ghost exported, taken over by `rose ghost import`: as it was there, and twice as once."""

import json
import re
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from html import unescape
from urllib.request import Request, urlopen

import pytest

from app import files
from tests.bench.visitors import member
from tests.e2e.conftest import Rose
from tests.http.test_html import JUDGE, NODE
from tests.peers.ghost import blog, cards

FACTS = "slug, title, kind, status, visibility, featured, tags, authors, coalesce(published, due)"
KEPT = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'blog_%' AND name <> 'blog_picture_files'"
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def written(ghost):
    return blog.write(ghost)


@pytest.fixture(scope="module")
def rose(ghost, written, tmp_path_factory):
    """A co-op that has taken all of it."""
    rose = Rose(tmp_path_factory.mktemp("taken") / "data")
    rose.url = f"http://{HOST}:{rose.port}"
    rose.file = rose.data / "coops" / rose.create()["id"] / "site.db"
    rose.said = taken(rose, ghost)
    yield rose.serve("--replica", "none")
    rose.stop()


def taken(rose, ghost):
    """What is said of it."""
    archive = rose.data.parent / "ghost.zip"
    archive.write_bytes(ghost.archive())
    return json.loads(rose.told("ghost", "import", str(archive), "--coop", "oak", "--from", ghost.url, "--json"))


def asked(rose, question):
    with closing(files.connect(rose.file)) as connection:
        return connection.execute(question).fetchall()


def page(rose, path, cookie=""):
    with urlopen(Request(rose.url + path, headers={"Cookie": cookie})) as answer:
        return answer.read().decode()


def test_every_post_is_as_it_was_there(ghost, rose):
    there = {post["id"]: facts(post, kind) for kind in ("post", "page") for post in ghost.posts(f"{kind}s")}
    rows = asked(rose, f"SELECT ghost_id, {FACTS} FROM blog_posts JOIN blog_ghost_posts ON post = blog_posts.id")
    assert {id: read(*row) for id, *row in rows} == there


def facts(post, kind):
    """What is expected of one: a room of ours keeps its address, and who pays is a member here."""
    tags = [tag["name"].lower() for tag in post["tags"] if tag["visibility"] == "public"]
    moment = post["published_at"] and datetime.fromisoformat(post["published_at"])
    visibility = "public" if post["visibility"] == "public" else "members"
    authors = [author["name"] for author in post["authors"]]
    slug = post["slug"].replace("market", "market-2")
    return slug, post["title"], kind, post["status"], visibility, post["featured"], tags, authors, moment


def read(slug, title, kind, status, visibility, featured, tags, authors, moment):
    moment = moment and datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return slug, title, kind, status, visibility, bool(featured), json.loads(tags), json.loads(authors), moment


def test_every_card_shows_its_words_and_those_for_mails_or_for_scripts_are_not_shown(rose, written):
    pages = {name: unescape(page(rose, f"/{written[name]['slug']}")) for name in cards.cards("")}
    shown = {name: words for name, (_, words) in cards.cards("").items()}
    assert not {(name, word) for name, words in shown.items() for word in words if word not in pages[name]}
    assert not {name for name, text in pages.items() if cards.HIDDEN in text or "Email sent" in text}


def test_every_page_is_valid_html(rose):
    slugs = [slug for (slug,) in asked(rose, "SELECT slug FROM blog_posts WHERE status = 'published'")]
    answers = [(slug, page(rose, f"/{slug}"), True) for slug in slugs]
    judged = subprocess.run([NODE, JUDGE], input=json.dumps(answers), capture_output=True, text=True)
    assert judged.returncode == 0 and len(answers) > 30, judged.stderr
    assert json.loads(judged.stdout) == []


def test_pictures_are_brought_and_nothing_is_fetched_from_there(ghost, rose, written):
    for name in ("image", "gallery", "featured"):
        text = page(rose, f"/{written[name]['slug']}")
        pictures = re.findall(r'<img[^>]* src="(/media/[^"]+)"', text)
        assert pictures and "/content/images/" not in text and ghost.url not in text
        with urlopen(rose.url + pictures[0]) as answer:
            assert answer.headers["Content-Type"] == "image/webp"


def test_behind_the_wall_is_for_members(rose, written):
    cookie = member(rose.told("coop", "sign-in", "oak", "ruth@oak.example"), HOST)
    for name in ("members", "paid"):
        path = f"/{written[name]['slug']}"
        assert blog.FREE in page(rose, path) and blog.PAID not in page(rose, path)
        assert blog.FREE in page(rose, path, cookie) and blog.PAID in page(rose, path, cookie)


def test_old_addresses_lead_on(rose):
    assert "Plain words." in page(rose, "/first-post/") and "First post" in page(rose, "/tag/growers/")
    assert "By two" in page(rose, "/author/ines-okafor/") and "<rss" in page(rose, "/rss/")
    assert "Plain words." in page(rose, "/old-leeks/")
    redirect, portal = rose.said["refused"]
    assert "archive" in redirect and "more than one address" in redirect
    assert "#/portal " in portal and "left out of the menus" in portal  # what a new Ghost has at its foot


def test_the_menu_is_taken(rose):
    assert [target for (target,) in asked(rose, "SELECT target FROM blog_menu_items ORDER BY position")] == [
        item["url"].rstrip("/") or "/" for item in blog.MENU
    ]


def test_twice_is_once_and_one_change_is_one_change(ghost, rose, written):
    before = kept(rose)
    assert {post["how"] for post in taken(rose, ghost)["posts"]} == {"same"} and kept(rose) == before
    ghost.edit(written["old"]["id"], title="First post, mended")
    changed = [post for post in taken(rose, ghost)["posts"] if post["how"] != "same"]
    assert [(post["how"], post["title"]) for post in changed] == [("changed", "First post, mended")]


def kept(rose):
    return {table: asked(rose, f"SELECT * FROM {table} ORDER BY 1") for (table,) in asked(rose, KEPT)}
