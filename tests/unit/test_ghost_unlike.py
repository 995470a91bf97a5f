"""What of a Ghost is not here as it was is said, each once."""

import pytest

from domains.blog import ghost
from domains.blog.models import Post
from tests import ghosts
from tests.conftest import all_of
from tests.unit.test_ghost import bring


@pytest.fixture
async def coop(coop):
    return await ghosts.founded(coop)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"visibility": "paid"}, "for those who pay"),
        ({"visibility": "tiers"}, "for those who pay"),
        ({"status": "sent"}, "mailed and never on the site"),
        ({"title": "T" * 201}, "title is cut off"),
        ({"custom_excerpt": "E" * 401}, "summary is cut off"),
        ({"codeinjection_foot": "<script></script>"}, "Code of its own"),
        ({"html": "<p>a</p><SCRIPT>x()</script>"}, "Code of its own"),
        ({"html": '<form><input name="q"></form><form>'}, "Forms in it are left out: 2"),
        ({"html": '<iframe src="https://tube.example/1"></iframe>'}, "linked here: 1"),
    ],
)
def test_what_a_post_loses_is_said_beside_it(more, said):
    (note,) = ghost.from_api({"id": "1", "title": "Soup", "html": "<p>Soup.</p>"} | more).notes
    assert said in note


def test_what_comes_as_it_was_says_nothing():
    as_it_was = {"title": "T" * 200, "custom_excerpt": "E" * 400, "visibility": "members", "codeinjection_head": ""}
    assert not ghost.from_api({"id": "1", "html": "<p>A formal script.</p>"} | as_it_was).notes


def test_what_all_of_it_loses_is_said_once_with_how_many_there_are(tmp_path):
    posts = [ghosts.post(n, f"Soup {n}", meta_title="For others", og_image="x") for n in (1, 2, 3)]
    settings = [{"id": "s", "key": "codeinjection_head", "value": "<script></script>"}]
    said = ghosts.export([*posts, ghosts.post(4, "Plain")], members=[{"id": "m1"}, {"id": "m2"}], settings=settings)
    members, code, words = ghost.read_export(ghosts.written(tmp_path / "g.json", said)).refused
    assert "2 members" in members and "code that all" in code and words.endswith("now: 3.")


@pytest.mark.parametrize("id", [["a"], {"a": 1}, None, "", True, 5])
async def test_a_post_with_no_id_to_know_it_by_is_told(coop, tmp_path, id):
    said = ghosts.export([ghosts.post(1, "Odd") | {"id": id}, ghosts.post(2, "Even")])
    report = await bring(coop, ghosts.written(tmp_path / "g.json", said))
    assert report.refused[0] == "A post without an id: Odd." and await all_of(coop, Post.title) == [("Even",)]


async def test_of_two_with_the_same_id_the_first_comes_and_again_nothing_changes(coop, tmp_path):
    said = ghosts.export([ghosts.post(1, "First"), ghosts.post(1, "Second"), ghosts.post(2, "Third")])
    file = ghosts.written(tmp_path / "g.json", said)
    for how in ("new", "same"):
        report = await bring(coop, file)
        assert [post["how"] for post in report.posts] == [how] * 2
        assert report.refused[0] == "Two have the same id, and one is left out: Second."
