"""What `rose ghost export` writes, as a real Ghost's own importer reads it."""

import json
import re
from html import unescape

import pytest

from tests.e2e.conftest import Rose
from tests.peers.ghost import Ghost

ABOUT = "title", "type", "status", "visibility", "custom_excerpt", "published_at"


@pytest.fixture(scope="module")
def moved(ghost, tmp_path_factory):
    """The posts and pages of a file that the sample co-op wrote, and those of a new Ghost that has read it, by slug."""
    folder = tmp_path_factory.mktemp("moved")
    rose, file = Rose(folder / "data"), folder / "ghost.json"
    rose.told("coop", "create", "Oak", "--url", rose.url, "--steward", "ruth@oak.example", "--sample")
    rose.told("ghost", "export", "oak", str(file))
    (place := folder / "ghost").mkdir()
    with Ghost(place) as new:
        for kind in ("posts", "pages"):
            for own in new.posts(kind):
                new.delete(own["id"], kind)
        new.take(file.read_bytes())
        there = [{**post, "type": kind} for kind in ("post", "page") for post in new.posts(f"{kind}s")]
    here = json.loads(file.read_text())["db"][0]["data"]
    return here, {post["slug"]: post for post in there}


def test_every_post_and_page_is_there_as_it_was_here(moved):
    here, there = moved
    assert len(here["posts"]) > 10
    for post in here["posts"]:
        found = there[post["slug"]]
        assert [found[name] for name in ABOUT] == [post[name] for name in ABOUT]
        assert found["featured"] == bool(post["featured"]) and words(found["html"]) == words(post["html"]), post["slug"]


def test_tags_and_authors_are_there(moved):
    here, there = moved
    for post in here["posts"]:
        found = there[post["slug"]]
        tags = [tag["name"] for tag in found["tags"] if tag["visibility"] == "public"]
        assert tags == of(here, post, "tags", "tag_id")
        assert [author["name"] for author in found["authors"]] == of(here, post, "users", "author_id")


def of(here, post, table, column):
    names = {one["id"]: one["name"] for one in here[table]}
    pairs = here["posts_tags" if table == "tags" else "posts_authors"]
    return [names[pair[column]] for pair in pairs if pair["post_id"] == post["id"]]


def words(html):
    return unescape(re.sub(r"<[^>]*>", " ", html or "")).split()
