"""One look at a Ghost: what is there is compared with what is here, and what differs is asked for, one by one."""

import math
from contextlib import suppress
from typing import Any

from domains.blog import ghost
from domains.values import now

from .engine.effects import Call, effect
from .ghost_posts import TROUBLES, NotLinked, admin, whole

FEW = 10
"""Posts in one answer, after a look that met with trouble: one that is too large, or too slow, may be had in parts."""
MOST_PAGES = 990
"""Answers of so few; of whole ones it is never more than an each has items."""


@effect("ghost.begin@1", "tx")
async def begin(call: Call, *, is_whole: bool) -> dict[str, Any]:
    begun = await ghost.begin(call.db, is_whole=is_whole)
    if not begun:
        return {}
    size = FEW if begun.is_wary else ghost.PAGE
    return {"since": begun.since, "is_whole": begun.is_whole, "hints": begun.hints, "size": size}


@effect("ghost.list@1", "idempotent")
async def list_pages(call: Call, *, since: str, size: int = ghost.PAGE) -> dict[str, Any]:
    """Which pages of answers there are; or the trouble, for whoever is to try again later."""
    try:
        asked = await admin(call.world)
        many = {kind: await asked.count(kind, since) for kind in ghost.KINDS}
        total = sum([await asked.count(kind) for kind in ghost.KINDS]) if since else sum(many.values())
    except (*TROUBLES, NotLinked) as error:
        return {"trouble": str(error), "pages": [], "total": 0}
    if sum(many.values()) > size * MOST_PAGES:
        size = ghost.PAGE
    pages = [[kind, page + 1, size] for kind in many for page in range(math.ceil(many[kind] / size))]
    return {"trouble": "", "pages": pages, "total": total}


@effect("ghost.compare@1", "idempotent", at_once=2)
async def compare(call: Call, *, page: tuple[str, int, int], since: str) -> dict[str, Any]:
    """Of one page: which are not as they were taken, which there are, and when the last of them was changed."""
    kind, number, size = page
    asked = await admin(call.world)
    found = await asked.posts(kind, number, size, since)
    arrived = [ghost.from_api(whole(kind, one), asked.address) for one in found]
    async with call.world.reading() as db:
        differ = {one.id: one.title for one in await ghost.unlike(db, arrived)}
        if not since:  # pictures that could not be had may be there by now
            wanted = {one.id: ghost.paths(one) for one in arrived}
            known = await ghost.known_pictures(db, {path for paths in wanted.values() for path in paths})
            differ |= {one.id: one.title for one in arrived if not known.keys() >= set(wanted[one.id])}
        older = await ghost.set_back(db, arrived)
    moments = (ghost.written(one.updated) for one in arrived)
    return {
        "differ": [(kind, id) for id in differ],
        "titles": differ,
        "older": older,
        "seen": [one.id for one in arrived],
        "last": max((moment for moment in moments if moment <= ghost.written(now())), default=""),
    }


@effect("ghost.gather@1", "tx")
async def gather(call: Call, *, begun: dict[str, Any], compared: list[dict[str, Any]]) -> dict[str, Any]:
    """What is to be asked for, each once; of those that were to be there and are not, too, unless they are many."""
    wanted = [tuple(one) for page in compared for one in page.get("differ", ())]
    wanted += [tuple(hint) for hint in begun["hints"] if hint[0] in ghost.KINDS]
    trouble = next((page["error"] for page in compared if "error" in page), "")
    withheld = ""
    if begun["is_whole"] and not trouble:
        await ghost.forget_refused(call.db)
        gone = await ghost.missing(call.db, {id for page in compared for id in page["seen"]})
        known = await ghost.count_known(call.db)
        if ghost.is_much(len(gone), known) and [ghost.GONE, ""] not in map(list, begun["hints"]):
            withheld = f"{len(gone)} of the {known} that came from there are there no more, so they stay as they are"
        else:
            wanted += [("post", id) for id in gone]
    wanted = list(dict.fromkeys(wanted))
    await ghost.take_again(call.db, [id for page in compared for id in page.get("older", ())][: ghost.MOST])
    return {
        "wanted": wanted[: ghost.MOST],
        "is_all": len(wanted) <= ghost.MOST,
        "last": max((page.get("last", "") for page in compared), default=""),
        "titles": {id: title for page in compared for id, title in page.get("titles", {}).items()},
        "trouble": trouble,
        "withheld": withheld,
    }


@effect("ghost.menus@1", "idempotent")
async def menus(call: Call, *, is_whole: bool) -> dict[str, Any]:
    """Its two menus, where they are mirrored; whoever may not be told of them goes without."""
    if not is_whole:
        return {}
    with suppress(*TROUBLES, NotLinked):
        found = await (await admin(call.world)).menus()
        async with call.world.writing() as db:
            await ghost.mirror_menus(db, found)
        return {"mirrored": {name: len(items) for name, items in found.items()}}
    return {}


def outcome(
    begun: dict[str, Any],
    listed: dict[str, Any],
    gathered: dict[str, Any],
    taken: list[dict[str, Any]],
    sent: list[dict[str, Any]],
) -> ghost.Outcome:
    """Each trouble with the title of the post that it is of."""
    titles = gathered["titles"]
    failed = [gathered["trouble"]] if gathered["trouble"] else []
    for (_, id), one in zip(gathered["wanted"], taken, strict=True):
        if "error" in one:
            failed.append(f"“{titles.get(id, id)}”: {one['error']}")
    refused = [one["why"] for one in taken if one.get("how") == "refused"]
    refused += [one["error"] for one in sent if "error" in one]
    return ghost.Outcome(
        since=gathered["last"],
        total=listed["total"],
        is_whole=begun["is_whole"],
        is_sound=not gathered["trouble"],
        is_all=gathered["is_all"],
        taken=sum(one.get("how") in ("new", "changed", "lost") for one in taken),
        failed=failed,
        refused=[*refused, gathered["withheld"]] if gathered["withheld"] else refused,
    )
