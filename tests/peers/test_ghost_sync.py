"""A blog in step with a real Ghost: what is done there while nobody listens is here afterwards, and nothing twice."""

import json
import re
import sqlite3
import time
from contextlib import closing
from html.parser import HTMLParser

import httpx
import pytest

from app import files
from tests.e2e.conftest import Rose

PATIENCE = 90
"""Seconds until the two are in step."""
KINDS = {"posts": "post", "pages": "page"}


@pytest.fixture(scope="module")
def rose(tmp_path_factory):
    rose = Rose(tmp_path_factory.mktemp("in-step") / "data", ROSE_NEAR="yes")
    rose.url = f"http://127.0.0.1:{rose.port}"  # Ghost asks a name server where localhost is, and may be told nothing
    rose.file = rose.data / "coops" / rose.create()["id"] / "site.db"
    yield rose.serve("--replica", "none")
    rose.stop()


@pytest.fixture(scope="module")
def steward(rose):
    with httpx.Client(base_url=rose.url, timeout=60) as steward:
        link = rose.told("coop", "sign-in", "oak", "ruth@oak.example")
        page = steward.get(link).text
        came = steward.post(re.search(r'action="(/account/sign-in-link/[^"]+)"', page)[1])
        steward.headers["cookie"] = came.headers["set-cookie"].split(";")[0]  # a browser keeps it for this machine
        yield steward


@pytest.fixture(scope="module")
def linked(ghost, steward):
    page = steward.post("/blog/ghost", data={"address": ghost.url, "admin_key": ghost.key, "deed": "link"})
    assert page.status_code == 303, page.text
    return ghost


def there(ghost):
    """Ghost's id -> what is there."""
    found = [(kind, one) for kinds, kind in KINDS.items() for one in ghost.posts(kinds)]
    return {one["id"]: (kind, one["title"], one["status"], one["slug"], words(one["html"])) for kind, one in found}


def here(rose):
    """The same of ours, but for what is in the bin."""
    asked = (
        "SELECT ghost_id, kind, title, status, slug, body FROM blog_posts JOIN blog_ghost_posts ON post = id "
        "WHERE status != 'binned'"
    )
    try:
        with closing(files.connect(rose.file)) as connection:
            found = connection.execute(asked).fetchall()
    except sqlite3.OperationalError:  # it is busy
        return None
    return {id: (*facts, words(body)) for id, *facts, body in found}


def in_step(ghost, rose, steward=None):
    """Within PATIENCE, asked or not."""
    deadline = time.monotonic() + PATIENCE
    while here(rose) != there(ghost):
        if steward:
            steward.post("/blog/ghost", data={"deed": "ask"})
        assert time.monotonic() < deadline, differences(ghost, rose)
        time.sleep(1)
    return True


def differences(ghost, rose):
    ours, theirs = here(rose) or {}, there(ghost)
    return [(id, ours.get(id), theirs.get(id)) for id in {*ours, *theirs} if ours.get(id) != theirs.get(id)][:3]


def words(html):
    reader = _Words()
    reader.feed(html or "")
    return " ".join(" ".join(reader.said).split())


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.said = []

    def handle_data(self, data):
        self.said.append(data)


def test_what_is_there_comes_when_it_is_linked_and_what_is_published_then_calls(rose, linked):
    until(lambda: re.search(r"blog.ghost_hooks\t.*\tdone\t", rose.told("flow", "list", "oak")))
    assert in_step(linked, rose)
    began = time.monotonic()
    linked.publish("Called of at once", html="<p>Words.</p>")
    assert in_step(linked, rose)
    print(f"\na post was here {time.monotonic() - began:.1f} s after it was published there")


def test_what_was_done_while_nobody_listened_is_found(rose, linked, steward):
    """For a minute, in which thirty posts are published, edited, and some of them deleted."""
    rose.stop()
    began = time.monotonic()
    made = [linked.publish(f"While away {number}", html="<p>Words.</p>") for number in range(30)]
    for number, post in enumerate(made):
        if number % 3 == 1:
            linked.edit(post["id"], title=f"Edited {number}", html="<p>Other words.</p>")
        elif number % 3 == 2:
            linked.delete(post["id"])
    time.sleep(max(0.0, 60 - (time.monotonic() - began)))
    rose.serve("--replica", "none")
    assert in_step(linked, rose, steward)


def test_what_an_import_brought_there_is_found_though_it_calls_nobody(rose, linked, steward):
    posts = [
        {
            "id": str(n),
            "title": f"Imported {n}",
            "slug": f"imported-{n}",
            "html": "<p>Old words.</p>",
            "status": "published",
        }
        | {"updated_at": "2020-01-01T00:00:00.000Z", "published_at": "2020-01-01T00:00:00.000Z"}
        for n in range(50)
    ]
    made = {"meta": {"exported_on": 0, "version": "6.65.0"}, "data": {"posts": posts}}
    linked.take(json.dumps({"db": [made]}).encode())
    assert in_step(linked, rose, steward)


def test_more_than_a_page_and_ten_edits_in_a_second(rose, linked, steward):
    made = [linked.publish(f"Many {number}", html="<p>Words.</p>") for number in range(120)]
    assert in_step(linked, rose, steward)
    for number in range(10):
        linked.edit(made[number]["id"], title=f"At once {number}")
    assert in_step(linked, rose, steward)


def test_a_tag_that_is_called_otherwise_there_is_here(rose, linked, steward):
    post = linked.publish("Tagged", html="<p>Words.</p>", tags=["Turnips"])
    assert in_step(linked, rose, steward)
    tag = linked.posts(filter=f"id:{post['id']}")[0]["tags"][0]
    linked.admin("PUT", f"tags/{tag['id']}/", {"tags": [{"name": "Swedes", "updated_at": tag["updated_at"]}]})
    deadline = time.monotonic() + PATIENCE
    while "swedes" not in (httpx.get(f"{rose.url}/tagged").text.lower()):
        assert time.monotonic() < deadline
        time.sleep(1)


def test_what_ghost_alone_knows_of_a_post_stays_and_what_it_does_not_take_is_said(rose, linked, steward):
    post = linked.publish("Tagged there", html="<p>Words.</p>", tags=["#inner", "Field", "Newsletter"])
    steward.post("/blog/ghost", data={"deed": "wish", "writes_back": "yes"})
    assert in_step(linked, rose)
    words = {"title": "Tagged here", "tags": "field, kitchen", "authors": "Ruth", "excerpt": "e" * 301}
    assert edit(steward, "tagged-there", **words).status_code == 303
    until(lambda: "Nobody who writes there is called Ruth" in steward.get("/blog/ghost").text)
    there = linked.posts(filter=f"id:{post['id']}")[0]
    assert [tag["name"] for tag in there["tags"]] == ["#inner", "Field", "Newsletter", "kitchen"]
    assert there["title"] == "Tagged here" and "longer than the 300 letters" in steward.get("/blog/ghost").text
    linked.edit(post["id"], tags=["Written there"])
    assert edit(steward, "tagged-there", **words, canonical="https://elsewhere.example/").status_code == 303
    until(lambda: "Changed there too" in steward.get("/blog/ghost").text)
    assert [tag["name"] for tag in linked.posts(filter=f"id:{post['id']}")[0]["tags"]] == ["Written there"]


def test_what_is_edited_here_is_sent_and_what_both_have_edited_is_not(rose, linked, steward):
    post = linked.publish("Ours and theirs", html="<p>Words.</p>")
    steward.post("/blog/ghost", data={"deed": "wish", "writes_back": "yes"})
    assert in_step(linked, rose, steward)
    assert edit(steward, "ours-and-theirs", title="Edited here").status_code == 303
    until(lambda: linked.posts(filter=f"id:{post['id']}")[0]["title"] == "Edited here")
    rose.stop()
    linked.edit(post["id"], title="Edited there")
    rose.serve("--replica", "none")
    assert edit(steward, "ours-and-theirs", title="Edited here again").status_code == 303
    until(lambda: "Changed there too" in steward.get("/blog/ghost").text)
    assert linked.posts(filter=f"id:{post['id']}")[0]["title"] == "Edited there"
    assert "Edited here again" in httpx.get(f"{rose.url}/ours-and-theirs").text


def edit(steward, slug, **words):
    """All but its body, which is html."""
    id = re.search(r"/blog/edit-post/(\d+)", steward.get(f"/blog/post/{slug}").text)[1]
    page = steward.get(f"/blog/edit-post/{id}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    typed = {"title": "", "slug": slug, "kind": "post", "visibility": "public", "version": version}
    return steward.post(f"/blog/edit-post/{id}", data=typed | words)


def until(holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(1)
