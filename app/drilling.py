"""What can be asked of the owner of a data folder about its copies: whether all of it can be brought back from them.

Functions as in `commands.py`; once a week it is asked by itself.
"""

import asyncio
import logging
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from domains.errors import NotFound

from .control import Say
from .registry import Drill, Entry
from .restoring import copier
from .tenants import Away
from .trial import Drilled, Opening, trial

if TYPE_CHECKING:
    from .main import House

log = logging.getLogger("drill")
WEEK = 7 * 86400
OTHERS = 20
"""Closed co-ops that are drilled each week, beside the open ones."""
PAUSE = 5.0
"""Seconds between two of them, for everybody else."""


async def drill_coops(house: "House", say: Say, *, slugs: list[str]) -> dict[str, Any]:
    """The registry, and every co-op or those. Raises Trouble, LitestreamTrouble."""
    entries = [house.registry.known(slug) for slug in slugs] or house.registry.all()
    await copier(house).start()  # what nobody copies cannot be compared, so it runs for a command alone too
    say(0, len(entries) + 1, "registry")
    registry, coops = await _drill_registry(house), []
    for number, entry in enumerate(entries, 1):
        say(number, len(entries) + 1, entry.slug)
        coops.append({"id": entry.id, "slug": entry.slug} | asdict(await _drill(house, entry)))
    say(len(entries) + 1, len(entries) + 1, "drilled")
    return {"registry": asdict(registry), "coops": coops}


COMMANDS = (drill_coops,)


async def drill_weekly(house: "House") -> None:
    """The registry, the open ones, and those of the others whose last drill is the longest ago."""
    if not house.backup.litestream or 0 <= time() - house.registry.last_done("drill") < WEEK:
        return
    await _drill_registry(house)
    for id in dict.fromkeys([*house.tenants.open, *house.registry.longest_undrilled(OTHERS)]):
        await asyncio.sleep(PAUSE)
        if entry := house.registry.by_id(id):
            await _drill(house, entry)
    house.registry.note_done("drill", time())


async def _drill_registry(house: "House") -> Drilled:
    return await _drilled(house, "the registry", house.settings.data_dir / "registry.db", nullcontext)


async def _drill(house: "House", entry: Entry) -> Drilled:
    """What is found is kept in the registry. One whose file is in its copies alone sleeps on."""
    try:
        file = house.tenants.file(entry.id)
        found = await _drilled(house, entry.slug, file, lambda: house.tenants.use(entry.id))
    except (Away, NotFound):
        return Drilled("", 0, 0, "It is being restored or removed just now; ask again.")
    house.registry.note_drill(entry.id, Drill(time(), found.wrong))
    return found


async def _drilled(house: "House", name: str, file: Path, opening: Opening) -> Drilled:
    """One at a time; twice where something is wrong, for rows may come and go between two counts."""
    async with house.drills:
        for _ in range(2):
            found = await trial(copier(house), house.settings.data_dir, file, opening)
            if not found.wrong:
                return found
    log.error("%s could not be brought back from its copies: %s", name, found.wrong)
    return found
