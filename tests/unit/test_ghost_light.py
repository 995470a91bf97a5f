"""However much is in what a Ghost exported, nobody else waits long for it."""

from dataclasses import replace

import pytest

from app import taking_over
from domains.blog import ghost, keeping
from domains.blog.ghost import archive
from domains.blog.models import Post
from domains.errors import Invalid
from tests import ghosts
from tests.conftest import all_of
from tests.unit.test_ghost import CAME, bring, take


@pytest.fixture
async def coop(coop):
    return await ghosts.founded(coop)


async def test_no_html_is_read_through_while_others_wait_to_write(coop, tmp_path, monkeypatch):
    async def never(body):
        raise AssertionError("it is read in the transaction")

    monkeypatch.setattr(keeping, "read_plain", never)
    report = await bring(coop, ghosts.whole(tmp_path))
    assert {post["how"] for post in report.posts} == {"new"}
    assert any("Mind the pot." in plain for (plain,) in await all_of(coop, Post.plain))


async def test_long_posts_are_kept_one_by_one(coop, tmp_path, monkeypatch):
    monkeypatch.setattr(taking_over, "MOST", 1000)
    posts = [ghosts.post(number, f"Soup {number}", "<p>Soup</p>" * 50) for number in (1, 2, 3)]
    told = []
    await bring(coop, ghosts.written(tmp_path / "g.json", ghosts.export(posts)), say=lambda *about: told.append(about))
    assert told == [(0, 3, "Soup 1"), (1, 3, "Soup 2"), (2, 3, "Soup 3"), (3, 3, "")]


async def test_what_is_found_of_a_post_is_the_same_whenever_it_is_read_through(coop):
    html = f'<p>One <a href="{ghosts.OURS}/x">two</a></p><img src="/content/images/a.png">'
    await take(coop, came := replace(CAME, html=html))
    assert await all_of(coop, Post.plain) == [(await ghost.read_through(came, {}, ghosts.OURS),)]


@pytest.mark.parametrize("part", [b"[],", b'"",', b'{"":0},', b'"a\\"b",'])
def test_a_file_that_would_take_many_times_its_size_of_memory_is_not_read(part, monkeypatch):
    monkeypatch.setattr(archive, "MOST_PARTS", 100)
    assert len(archive.read_json(b"[" + part * 30 + b"0]")) == 31
    with pytest.raises(Invalid) as refused:
        archive.read_json(b"[" + part * 100 + b"0]")
    assert "more in this file" in refused.value.fields["file"]


def test_what_stands_in_words_is_no_part_of_a_file(monkeypatch):
    monkeypatch.setattr(archive, "MOST_PARTS", 5)
    assert archive.read_json(b'["' + rb"[{,\\\"" * 1000 + b'"]')[0].startswith('[{,\\"[')
