"""What `rose ghost export` writes, as a real Ghost's own importer reads it."""

import json
import re
from html import unescape

import pytest

from tests.e2e.conftest import Rose
from tests.peers.ghost import Ghost

ABOUT = "title", "type", "status", "visibility", "custom_excerpt", "featured"


@pytest.fixture(scope="module")
def moved(ghost, tmp_path_factory):
    """What the sample co-op wrote, and what a new Ghost that has read it exports again."""
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
        again = new.export()
    return [json.loads(text)["db"][0]["data"] for text in (file.read_text(), again)]


def test_every_post_and_page_is_there_as_it_was_here(moved):
    here, there = moved
    found = {post["slug"]: post for post in there["posts"]}
    assert len(here["posts"]) > 10 and found.keys() == {post["slug"] for post in here["posts"]}
    for post in here["posts"]:
        one = found[post["slug"]]
        assert [one[name] for name in ABOUT] == [post[name] for name in ABOUT]
        assert when(one) == when(post) and words(one["html"]) == words(post["html"]), post["slug"]


def test_tags_and_authors_are_there(moved):
    here, there = moved
    found = {post["slug"]: post for post in there["posts"]}
    for post in here["posts"]:
        for table, column in ("tags", "tag_id"), ("users", "author_id"):
            assert of(there, found[post["slug"]], table, column) == of(here, post, table, column)


def test_both_menus_are_there(moved):
    here, there = ({one["key"]: one["value"] for one in side["settings"]} for side in moved)
    for menu in "navigation", "secondary_navigation":
        assert json.loads(there[menu]) == json.loads(here[menu]) != []


def of(side, post, table, column):
    """Those that readers see, in their order."""
    names = {one["id"]: one["name"] for one in side[table] if not one["name"].startswith("#")}
    pairs = side["posts_tags" if table == "tags" else "posts_authors"]
    pairs = sorted((pair for pair in pairs if pair["post_id"] == post["id"]), key=lambda pair: pair["sort_order"])
    return [names[pair[column]] for pair in pairs if pair[column] in names]


def when(post):
    """To the second, in UTC, as its database writes it."""
    return (post["published_at"] or "")[:19].replace("T", " ")


def words(html):
    return unescape(re.sub(r"<[^>]*>", " ", html or "")).split()
