"""What a steward does with a blog that keeps in step with a Ghost."""

import re

from domains.blog.models import Post
from tests.conftest import all_of, settle
from tests.ghost import ADDRESS, KEY

LINK = {"address": ADDRESS, "admin_key": KEY, "deed": "link", "mirrors_menus": "yes"}


async def link(ghost, steward, coop, *titles, **wishes):
    """With a post of each of these titles, all here."""
    for title in titles:
        ghost.write(title)
    await steward.post("/blog/ghost", data=LINK | wishes)
    await settle(coop)
    return ghost


async def ask(steward, coop):
    await steward.post("/blog/ghost", data={"deed": "ask"})
    await settle(coop)


async def of(coop, title):
    """The post of that title: id, version, body."""
    ((id, version, body),) = await all_of(coop, Post.id, Post.version, Post.body, where=Post.title == title)
    return id, version, body


async def edit(steward, coop, was, **words):
    """Turned into Markdown first."""
    id, version, _ = await of(coop, was)
    await steward.post(f"/blog/convert-post/{id}", data={"version": str(version)})
    await type_into(steward, id, {"title": was, "version": str(version + 1), "body": "Ours."} | words)
    return id


async def mend(steward, coop, was, **words):
    """All but its body."""
    id, version, _ = await of(coop, was)
    await type_into(steward, id, {"title": was, "version": str(version)} | words)
    return id


async def type_into(steward, id, words):
    answer = await steward.post(f"/blog/edit-post/{id}", data={"kind": "post", "visibility": "public"} | words)
    assert answer.status_code == 303


async def decide(steward, coop, id, keep):
    """Having looked at both."""
    answer = await steward.post(f"/blog/ghost-post/{id}", data={"keep": keep, "seen": await seen(steward, id)})
    assert answer.status_code == 303
    await settle(coop)


async def seen(steward, id):
    return re.search('name="seen" value="([^"]*)"', (await steward.get(f"/blog/ghost-post/{id}")).text)[1]
