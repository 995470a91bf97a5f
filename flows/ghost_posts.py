"""One post of a Ghost, on its way here or there: asked for, kept, sent; nothing of either side is overwritten."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains import site as sites
from domains.blog import ghost
from domains.errors import Invalid
from domains.outside import Unreachable

from .engine.effects import Call, effect
from .engine.lent import World

TROUBLES = (Unreachable, ghost.Declined)
PATIENCE = 18.0
"""Seconds for the pictures of one post; a third of them for each."""


class NotLinked(Exception):
    """There is no Ghost any more, or no key to it."""


async def admin(world: World) -> ghost.Admin:
    """Raises NotLinked."""
    async with world.reading() as db:
        linked, keys = await ghost.ghost(db), await sites.keys(db)
    if not linked or ghost.ADMIN_KEY not in keys:
        raise NotLinked("there is no Ghost to ask, or no key to it")
    key = world.unseal(ghost.ADMIN_KEY, keys[ghost.ADMIN_KEY]).decode()
    return ghost.Admin(world.transport, linked.address, key)


@effect("ghost.take@1", "idempotent", at_once=2)
async def take(call: Call, *, post: tuple[str, str]) -> dict[str, Any]:
    """Asks for one, brings its pictures, and keeps it as it is there now; one that is gone there is put away here."""
    kind, id = post
    asked = await admin(call.world)
    kinds = [kind, *(other for other in ghost.KINDS if other != kind)]  # one may have become the other
    found = [whole(one, said) for one in kinds if (said := await asked.post(one, id))][:1]
    if not found:
        async with call.world.writing() as db:
            await ghost.forget_refused(db, id)
            lost = await ghost.lose_post(db, id)
        return {"how": "lost" if lost and lost.how == "changed" else "kept", "notes": lost.notes if lost else ()}
    arrived = ghost.from_api(found[0], asked.address)
    moved = await _moved(call.world, asked, arrived)
    pictures, notes = await _pictures(call.world, asked, arrived)
    async with call.world.writing() as db:
        await ghost.forget_refused(db, arrived.id)
        if moved:
            await ghost.call_otherwise(db, moved, arrived.id)
        try:
            taken = await ghost.take_post(db, arrived, pictures)
        except Invalid as refused:
            await ghost.refuse(db, arrived.id)
            return {"how": "refused", "why": f"“{arrived.title}”: {' '.join(refused.fields.values()).rstrip('.')}"}
        if taken.how == "kept":
            await _lay_beside(db, taken.post, found[0], asked.address)
    return {"how": taken.how, "notes": [*notes, *taken.notes]}


@effect("ghost.put@1", "idempotent", at_once=1)
async def put(call: Call, *, post: int) -> dict[str, Any]:
    """Sends what was edited here. Where it was changed there too nothing is overwritten: it is laid beside ours."""
    async with call.world.reading() as db:
        owed = await ghost.owed(db, post)
        words = await _words(db, owed) if owed else {}
    if not owed:
        return {"how": "same"}
    asked = await admin(call.world)
    try:
        said = await asked.put(owed.kind, owed.id, words)
    except ghost.Collision:
        said = await asked.post(owed.kind, owed.id) or {}
        async with call.world.writing() as db:
            return {"how": await _lay_beside(db, post, whole(owed.kind, said), asked.address)}
    async with call.world.writing() as db:
        await ghost.note_sent(db, owed, ghost.from_api(whole(owed.kind, said), asked.address))
    return {"how": "sent"}


def whole(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """With its kind, which a running Ghost does not say."""
    return {**said, "type": kind}


async def _lay_beside(db: AsyncSession, post: int, said: Mapping[str, Any], site: str) -> str:
    """What is there beside ours, for a steward; unless it is what we sent, and nobody heard the answer."""
    owed = await ghost.owed(db, post)
    if owed and ghost.says(said, await _words(db, owed)):
        await ghost.note_sent(db, owed, ghost.from_api(said, site))
        return "sent"
    await ghost.offer(db, said, site)
    return "offered"


async def _words(db: AsyncSession, owed: ghost.Owed) -> dict[str, Any]:
    """As they are sent."""
    if owed.body is None:
        return dict(owed.words)
    site = await sites.site(db)
    return dict(owed.words) | {"html": await blog.read_abroad(owed.body, f"{site.url}/")}


async def _moved(world: World, asked: ghost.Admin, arrived: ghost.Arrived) -> str:
    """The id that it had in another Ghost, whose export this one took in; empty for what was in none."""
    async with world.reading() as db:
        was = await ghost.namesake(db, arrived)
    return was if was and not any([await asked.post(kind, was) for kind in ghost.KINDS]) else ""


async def _pictures(world: World, asked: ghost.Admin, arrived: ghost.Arrived) -> tuple[dict[str, str], list[str]]:
    """Its pictures by their addresses there, and what is to be said of those that could not be brought: they are asked
    for again whenever all that there is is looked at.

    Raises Unreachable, where there are more than come in one go.
    """
    async with world.reading() as db:
        known = await ghost.known_pictures(db, ghost.wanted(arrived))
    notes = []
    until, brings = asyncio.get_running_loop().time() + PATIENCE, 0
    for path, alt in ghost.wanted(arrived).items():
        if path in known:
            continue
        left = until - asyncio.get_running_loop().time()
        if left <= 0 and brings:
            raise Unreachable("it has many pictures, and more of them come the next time")
        try:
            async with asyncio.timeout(min(left, PATIENCE / 3)):
                data = await asked.image(ghost.image_url(asked.address, path), blog.LARGEST + 1)
            brought = await blog.read_picture(data, alt)
            async with world.writing() as db:
                kept = await blog.keep_picture(db, brought, most=world.room)
                await ghost.remember_picture(db, path, kept.id)
            known[path], brings = str(kept.address), brings + 1
        except Invalid as refused:
            notes.append(f"{path}: {' '.join(refused.fields.values())}")
        except TROUBLES as error:
            notes.append(f"{path}: {error}")
        except TimeoutError:
            notes.append(f"{path}: it took too long to answer")
    return known, notes
