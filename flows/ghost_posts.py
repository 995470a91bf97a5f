"""One post of a Ghost, on its way here or there: asked for, kept, sent; nothing of either side is overwritten."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains import site as sites
from domains.blog import ghost
from domains.errors import Invalid, say
from domains.outside import Unreachable

from .engine.effects import Call, effect
from .engine.lent import World

TROUBLES = (Unreachable, ghost.Declined)
NEVER = (400, 413, 422)
"""With these it says that what was sent is wrong, and will be tomorrow."""
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
    if not (found := await _found(asked, kind, id)):
        async with call.world.writing() as db:
            await ghost.forget_refused(db, id)
            lost = await ghost.lose_post(db, id)
        return {"how": "lost" if lost and lost.how == "changed" else "kept", "notes": lost.notes if lost else ()}
    arrived = ghost.from_api(found, asked.address)
    moved = await _moved(call.world, asked, arrived)
    pictures, notes = await _pictures(call.world, asked, arrived, ghost.read_at(found, asked.address))
    async with call.world.reading() as db:
        ours = (await sites.site(db)).url
    plain = await ghost.read_through(arrived, pictures, ours)
    async with call.world.writing() as db:
        await ghost.forget_refused(db, arrived.id)
        if moved:
            await ghost.call_otherwise(db, moved, arrived.id)
        try:
            taken = await ghost.take_post(db, arrived, pictures, plain=plain)
        except Invalid as refused:
            await ghost.refuse(db, arrived.id)
            return {"how": "refused", "why": f"“{arrived.title}”: {' '.join(refused.fields.values()).rstrip('.')}"}
        if taken.how == "kept":
            sent = await ghost.sending(db, taken.post, found, asked.address)
            if sent.is_other:
                await _settle(db, sent, found, asked.address)
    return {"how": taken.how, "notes": [*notes, *taken.notes]}


@effect("ghost.put@1", "idempotent", at_once=1)
async def put(call: Call, *, post: int) -> dict[str, Any]:
    """Sends what was edited here. Where it was changed there too nothing is overwritten: it is laid beside ours.

    What will never be taken there is noted with its post, and in nobody's way.
    """
    async with call.world.reading() as db:
        owed = await ghost.owed(db, post)
    if not owed:
        return {"how": "same"}
    asked = await admin(call.world)
    if not (said := await _found(asked, owed.kind, owed.id)):
        async with call.world.writing() as db:
            await ghost.lose_post(db, owed.id)
        return {"how": "lost"}
    sent = await _sending(call.world, asked, post, said)
    try:
        if sent.words and not sent.is_other:
            about = {**sent.words, "updated_at": said["updated_at"]}
            said = whole(said["type"], await asked.put(said["type"], owed.id, about))
    except ghost.Collision:
        said = await _found(asked, owed.kind, owed.id) or said
        sent = replace(await _sending(call.world, asked, post, said), is_other=True)
    except ghost.Declined as error:
        if error.status not in NEVER:
            raise
        why = say("Ghost does not take it: {why}.").format(why=str(error).rstrip("."))
        async with call.world.writing() as db:
            await ghost.note_refused(db, sent, why)
        return {"how": "refused", "why": why}
    async with call.world.writing() as db:
        return {"how": await _settle(db, sent, said, asked.address), "why": list(sent.left.values())}


def whole(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """With its kind, which a running Ghost does not say."""
    return {**said, "type": kind}


async def _found(asked: ghost.Admin, kind: str, id: str) -> dict[str, Any] | None:
    """Whole; one may have become of the other kind."""
    for one in (kind, *(other for other in ghost.KINDS if other != kind)):
        if said := await asked.post(one, id):
            return whole(one, said)
    return None


async def _sending(world: World, asked: ghost.Admin, post: int, said: Mapping[str, Any]) -> ghost.Sending:
    """Who writes there is asked for where it matters alone."""
    async with world.reading() as db:
        sent = await ghost.sending(db, post, said, asked.address)
    if "authors" not in sent.left:
        return sent
    people = await asked.people()
    async with world.reading() as db:
        return await ghost.sending(db, post, said, asked.address, people)


async def _settle(db: AsyncSession, sent: ghost.Sending, said: Mapping[str, Any], site: str) -> str:
    """How it stands, beside what is there now: `sent`, or `offered` to a steward, for it was changed there too."""
    if sent.is_other and not sent.is_same:
        await ghost.offer(db, said, site)
        return "offered"
    await ghost.note_sent(db, sent, ghost.from_api(said, site))
    return "sent"


async def _moved(world: World, asked: ghost.Admin, arrived: ghost.Arrived) -> str:
    """The id that it had in another Ghost, whose export this one took in; empty for what was in none."""
    async with world.reading() as db:
        was = await ghost.namesake(db, arrived)
    return was if was and not any([await asked.post(kind, was) for kind in ghost.KINDS]) else ""


async def _pictures(
    world: World, asked: ghost.Admin, arrived: ghost.Arrived, site: str
) -> tuple[dict[str, str], list[str]]:
    """Its pictures by their addresses at `site`, and what is to be said of those that could not be brought: they are
    asked for again whenever all that there is is looked at.

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
                data = await asked.image(ghost.image_url(site, path), blog.LARGEST + 1)
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
