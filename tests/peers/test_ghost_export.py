"""What `rose ghost export` writes, taken by a real Ghost and exported by it again: nothing of it differs."""

import json
import re

import pytest

from tests.peers.ghost import Ghost

FACTS = ("title", "type", "status", "visibility", "custom_excerpt")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("ghost")  # which says when there is none
def test_what_goes_to_a_ghost_is_there_as_it_was_here(oakhill, tmp_path):
    oakhill.told("ghost", "export", "oakhill", str(tmp_path / "ours.json"))
    ours = tables((tmp_path / "ours.json").read_bytes())
    (tmp_path / "fresh").mkdir()
    with Ghost(tmp_path / "fresh") as ghost:
        for kind in ("posts", "pages"):  # what a new Ghost begins with
            for post in ghost.posts(kind):
                ghost.delete(post["id"], kind)
        ghost.take((tmp_path / "ours.json").read_bytes())
        theirs = tables(ghost.export())
    assert posts(theirs) == posts(ours) and len(posts(ours)) > 8


def tables(exported):
    return json.loads(exported)["db"][0]["data"]


def posts(tables):
    """Slug -> what is said of it."""
    names = {tag["id"]: tag["name"] for tag in tables["tags"] if not tag["name"].startswith("#")}
    tags = {}
    for one in sorted(tables["posts_tags"], key=lambda one: one["sort_order"]):
        tags.setdefault(one["post_id"], []).append(names.get(one["tag_id"]))
    return {
        post["slug"]: (
            *(post[name] or "" for name in FACTS),
            [tag for tag in tags.get(post["id"], []) if tag],
            second(post["published_at"]),
            plain(post["html"] or ""),
        )
        for post in tables["posts"]
    }


def second(instant):
    return (instant or "")[:19].replace("T", " ")


def plain(html):
    """Without what a Ghost adds to what it shows: marks of its cards, ids of its headings, lines between blocks."""
    html = re.sub(r"<!--.*?-->| (id|rel)=\"[^\"]*\"", "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", html.replace("&#39;", "'").replace("&quot;", '"'))).strip()
