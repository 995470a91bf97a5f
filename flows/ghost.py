"""A co-op keeps in step with its Ghost: a webhook is a hint, and what is true is asked for; whatever no webhook told of
is found by asking what was changed since, and once a day by looking at all that there is."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains import site as sites
from domains.blog import ghost

from .engine import retention
from .engine.builder import flow
from .engine.effects import Call, effect
from .engine.graph import END, Flow, Take
from .engine.models import Run
from .engine.schedules import Scheduled
from .engine.store import within
from .ghost_look import outcome
from .ghost_posts import NotLinked, admin
from .tidying import Tick

KEPT = 24 * 60 * 60
"""Seconds for which its runs are remembered that came to their end; there are many."""
IS_LINKED = "EXISTS (SELECT 1 FROM blog_ghosts)"


@effect("ghost.owing@1", "tx")
async def owing(call: Call) -> list[int]:
    return list(await ghost.owing(call.db))


@effect("ghost.nudge@1", "tx")
async def nudge(call: Call, *, post: int) -> None:
    """Whoever edits what came from Ghost has it sent there, where that is wished."""
    if post in await ghost.owing(call.db):
        await ask_anew(call.db, call.key, call.now)


@effect("ghost.hook@1", "idempotent")
async def hook(call: Call) -> dict[str, Any]:
    """Has it call us whenever something changes there."""
    async with call.world.reading() as db:
        site, keys = await sites.site(db), await sites.keys(db)
    secret = call.world.unseal(ghost.HOOK_SECRET, keys[ghost.HOOK_SECRET]).decode()
    address = f"{site.url}/webhooks/ghost?k={ghost.door(secret)}"
    with suppress(NotLinked):
        return {"hooks": await (await admin(call.world)).call(address, secret)}
    return {}


@effect("ghost.ask@1", "tx")
async def ask(call: Call) -> None:
    """What changed before it was to call us, it did not call us of."""
    await ask_anew(call.db, call.key, call.now)


@effect("ghost.settle@1", "tx")
async def settle(
    call: Call,
    *,
    begun: dict[str, Any],
    listed: dict[str, Any],
    gathered: dict[str, Any],
    taken: list[dict[str, Any]],
    sent: list[dict[str, Any]],
) -> dict[str, Any]:
    told = outcome(begun, listed, gathered, taken, sent)
    is_more = await ghost.settle(call.db, told)
    if is_more or await ghost.has_hints(call.db):
        await _start(call.db, call.key, call.now)
    await within(call.db, lambda connection: retention.forget(connection, call.now - KEPT, FLOW.name, SWEEP.name))
    return {"failed": len(told.failed), "is_more": is_more}


@effect("ghost.put_off@1", "tx")
async def put_off(call: Call, *, why: str) -> None:
    """It is asked again at the next hour; nothing is held for a person."""
    await ghost.note_trouble(call.db, why)


def _story(name: str, every: str, *, is_whole: bool) -> Flow:
    return (
        flow(name, every=every, In=Tick)
        .effect("begun", "ghost.begin@1", is_whole=is_whole)
        .branch("is_unlinked", Take("begun"), is_empty=True, then=END, otherwise="listed")
        .effect("listed", "ghost.list@1", retry=3, since=Take("begun.since"), size=Take("begun.size"))
        .branch("is_reached", Take("listed.trouble"), equals="", then="compared", otherwise="put_off")
        .each(
            "compared",
            Take("listed.pages"),
            "ghost.compare@1",
            retry=3,
            on_error="collect",
            limit=2,
            page=Take("item"),
            since=Take("begun.since"),
        )
        .effect("gathered", "ghost.gather@1", begun=Take("begun"), compared=Take("compared"))
        .each("taken", Take("gathered.wanted"), "ghost.take@1", retry=3, on_error="collect", limit=2, post=Take("item"))
        .effect("owing", "ghost.owing@1")
        .each("sent", Take("owing"), "ghost.put@1", retry=3, on_error="collect", post=Take("item"))
        .effect("mirrored", "ghost.menus@1", retry=3, is_whole=Take("begun.is_whole"))
        .effect(
            "settled",
            "ghost.settle@1",
            begun=Take("begun"),
            listed=Take("listed"),
            gathered=Take("gathered"),
            taken=Take("taken"),
            sent=Take("sent"),
            next=END,
        )
        .effect("put_off", "ghost.put_off@1", why=Take("listed.trouble"))
        .build()
    )


FLOW = _story("blog.ghost", "every 10 minutes", is_whole=False)
SWEEP = _story("blog.ghost_sweep", "daily 04:10", is_whole=True)


@dataclass(frozen=True, slots=True)
class Linked:
    """What the story takes from `Add blog.ghost`."""

    ref: int


@dataclass(frozen=True, slots=True)
class Edited:
    """What the story takes from an activity of a post: which one."""

    ref: int


HOOKS = (
    flow("blog.ghost_hooks", on="Add", of="blog.ghost", In=Linked)
    .effect("hooked", "ghost.hook@1", retry=8)
    .effect("asked", "ghost.ask@1")
    .build()
)
EDITED = tuple(
    flow(f"blog.ghost_{deed.lower()}", on=deed, of="blog.post", In=Edited)
    .effect("nudged", "ghost.nudge@1", post=Take("input.ref"))
    .build()
    for deed in ("Create", "Update", "Delete", "Draft", "Schedule")
)
SCHEDULED = (Scheduled(FLOW, wanted=IS_LINKED), Scheduled(SWEEP, wanted=IS_LINKED))


async def go(db: AsyncSession, key: str, now: float) -> None:
    """Somebody goes and asks, unless one is at it: who is goes again by themselves where hints came meanwhile.

    `key` comes never again.
    """
    at_it = Run.name.in_((FLOW.name, SWEEP.name)) & Run.ended.is_(None)
    if not await db.scalar(select(exists().where(at_it))):
        await _start(db, key, now)


async def ask_anew(db: AsyncSession, key: str, now: float, why: str = ghost.SITE) -> None:
    """As if the Ghost had called; it is asked from now on at the earliest."""
    await ghost.take_hint(db, key, ghost.Hint(why, ""), datetime.fromtimestamp(now, UTC))
    await go(db, key, now)


async def _start(db: AsyncSession, key: str, now: float) -> None:
    from .runs import start  # which knows all stories, this one too

    await start(db, FLOW, {"at": now}, f"{FLOW.name}:{key}", now)
