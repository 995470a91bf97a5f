"""Whose address it is in what comes from Ghost: its own and ours become paths, everybody else's stay."""

from dataclasses import replace

import pytest

from domains import blog
from domains.blog import ghost
from domains.blog.ghost.addresses import at_home, exchanged, pictures_in
from domains.blog.models import Post
from tests import ghosts
from tests.conftest import all_of
from tests.photos import ROOM, photo
from tests.unit.test_ghost import CAME, take

SITE, ADMIN = "https://www.blog.example", "https://blog.ghost.example"
PICTURE = "/content/images/2026/01/leeks.png"


@pytest.fixture
async def coop(coop):
    return await ghosts.founded(coop)


@pytest.mark.parametrize("site", [SITE, "http://blog.example/", "https://WWW.Blog.example"])
@pytest.mark.parametrize(
    ("said", "here"),
    [
        ('<a href="https://blog.example/soup/">', '<a href="/soup/">'),
        ("<a href='//www.blog.example'>", "<a href='/'>"),
        ('<a href="__GHOST_URL__#top">', '<a href="/#top">'),
        ('srcset="https://blog.example/a.png 600w, https://blog.example/b.png 9w"', 'srcset="/a.png 600w, /b.png 9w"'),
        ('<div style="background: url(https://blog.example/a.png)">', '<div style="background: url(/a.png)">'),
        ('<a href="https://blog.example.org/x">', None),
        ('<a href="https://blog.example:8443/x">', None),
        ('<a href="https://share.example/?of=https://blog.example/x">', None),
        ("<p>It was at https://blog.example/soup then.</p>", None),
    ],
)  # fmt: skip
def test_an_address_of_its_own_becomes_a_path_and_no_other_does(site, said, here):
    assert at_home(said, site) == (here or said)


def test_a_site_in_a_folder_has_it_taken_away_from_each_address():
    said = (
        '<a href="https://x.example/blog/soup/"><a href="/blog/soup/"><a href="https://x.example/a"><a href="/blogs/">'
    )
    here = '<a href="/soup/"><a href="/soup/"><a href="https://x.example/a"><a href="/blogs/">'
    assert at_home(said, "https://x.example/blog") == here
    assert (
        at_home('"/content/files/a.pdf"', "https://x.example/blog/") == '"https://x.example/blog/content/files/a.pdf"'
    )


@pytest.mark.parametrize("site", ["", "blog.example", "http://[", "/blog"])
def test_what_is_no_address_of_a_site_changes_nothing(site):
    assert at_home('<a href="https://blog.example/soup/">', site) == '<a href="https://blog.example/soup/">'


def test_pictures_of_another_site_stay_there():
    said = f'<img src="https://friend.example{PICTURE}"><img src="https://friend.example/blog{PICTURE}">'
    assert not pictures_in(said) and exchanged(said, {PICTURE: "/media/x"}) == said
    assert exchanged(f'<img src="{PICTURE}">', {PICTURE: "/media/x"}) == '<img src="/media/x">'


@pytest.mark.parametrize("folder", ["", "/blog"])
def test_a_ghost_that_is_asked_elsewhere_than_it_is_read_has_both_addresses(folder):
    html = (
        f'<a href="{SITE}{folder}/other/"></a><a href="{ADMIN}{folder}/other/"></a><img src="{SITE}{folder}{PICTURE}">'
    )
    said = ghosts.post(1, "Soup", html, url=f"{SITE}{folder}/2026/soup/")
    came = ghost.from_api(said, f"{ADMIN}{folder}")
    assert came.html == f'<a href="/other/"></a><a href="/other/"></a><img src="{PICTURE}">'
    assert ghost.read_at(said, f"{ADMIN}{folder}") == f"{SITE}{folder}"


@pytest.mark.parametrize("url", [None, "", "http://[", "/soup/", 7, "javascript:x()"])
def test_a_post_that_does_not_say_where_it_is_read_is_read_where_it_is_asked(url):
    assert ghost.read_at({"url": url}, ADMIN) == ADMIN


async def test_what_was_sent_there_from_here_comes_home(coop):
    async with coop.writing() as db:
        kept = await blog.keep_picture(db, await blog.read_picture(photo(), "Leeks"), most=ROOM)
    here = str(kept.address)
    html = '<p><a href="{0}/chard">chard</a><img src="{0}{1}" srcset="{0}{1} 40w" alt="Leeks"></p>'
    await take(coop, replace(CAME, html=html.format(ghosts.OURS, here), cover=f"{ghosts.OURS}{here}"))
    ((body, cover),) = await all_of(coop, Post.body, Post.cover)
    assert cover == here and ghosts.OURS not in body and 'href="/chard"' in body and body.count(here) == 2
    await take(coop, replace(CAME, cover=f"{ghosts.OURS}/media/{'0' * 64}/1x1.webp"))
    assert await all_of(coop, Post.cover) == [("",)]
