"""The addresses of a Ghost's posts follow, whoever had them before."""

import pytest

from domains.blog.models import Post
from tests.conftest import all_of
from tests.in_step import ask, edit, link


@pytest.fixture
async def linked(ghost, steward, coop):
    """With three posts, all here."""
    return await link(ghost, steward, coop, "Leeks", "Chard", "Hives")


async def slugs(coop):
    return dict(await all_of(coop, Post.title, Post.slug, where=Post.status == "published"))


async def test_two_that_swap_their_addresses_have_them(linked, steward, coop, oak):
    leeks, chard, _ = linked.posts
    linked.edit(leeks, slug="chard", html="<p>Of leeks.</p>")
    linked.edit(chard, slug="leeks")
    await ask(steward, coop)
    assert await slugs(coop) == {"Leeks": "chard", "Chard": "leeks", "Hives": "hives"}
    assert "Of leeks." in (await oak.get("/chard")).text


async def test_an_address_that_was_given_up_is_there_for_the_next(linked, steward, coop):
    linked.edit(list(linked.posts)[2], slug="bees")
    await ask(steward, coop)
    linked.write("Hives again", slug="hives")
    await ask(steward, coop)
    assert await slugs(coop) == {"Leeks": "leeks", "Chard": "chard", "Hives": "bees", "Hives again": "hives"}


@pytest.mark.parametrize("kind", ["post", "page"])
async def test_what_was_deleted_and_written_anew_is_where_it_was(linked, steward, coop, kind):
    linked.delete(list(linked.posts)[2])
    await ask(steward, coop)
    linked.write("Hives rewritten", slug="hives", kind=kind)
    await ask(steward, coop)
    assert await slugs(coop) == {"Leeks": "leeks", "Chard": "chard", "Hives rewritten": "hives"}


async def test_what_was_edited_here_gives_no_address_away(linked, steward, coop):
    await edit(steward, coop, "Leeks", slug="leeks")
    linked.edit(list(linked.posts)[0], slug="other")
    linked.write("Theirs", slug="leeks")
    await ask(steward, coop)
    assert (await slugs(coop))["Leeks"] == "leeks" and (await slugs(coop))["Theirs"] == "leeks-2"
