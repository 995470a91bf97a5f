"""What can be asked of the owner of a data folder about the runs of one co-op; functions as in `commands.py`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import time
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

import flows
from domains.activities import acting
from domains.errors import NotFound
from flows import twin, viewer

from .control import Say
from .coop import Coop
from .trouble import Trouble

if TYPE_CHECKING:
    from .main import House

OPERATOR = "operator"


async def list_runs(house: "House", say: Say, *, slug: str, state: str = "", search: str = "") -> list[dict[str, Any]]:
    """The newest first. Raises Trouble."""
    async with _open(house, slug) as coop, coop.reading() as db:
        found = await viewer.runs(db, state, search)
        titles = await viewer.titles(db, found)
        return [twin.line(run, titles[run.id]) for run in found]


async def show_run(house: "House", say: Say, *, slug: str, id: int) -> dict[str, Any]:
    """Raises Trouble."""
    async with _open(house, slug) as coop, coop.reading() as db:
        return twin.whole(await _told(db, slug, id))


async def retry_run(house: "House", say: Say, *, slug: str, id: int) -> str:
    """Raises Trouble."""
    return await _steer(house, slug, id, lambda db: flows.retry(db, id, time()))


async def skip_node(house: "House", say: Say, *, slug: str, id: int, value: str) -> str:
    """`value` is JSON. Raises Trouble."""
    return await _steer(house, slug, id, lambda db: flows.skip(db, id, flows.read(value), OPERATOR, time()))


async def cancel_run(house: "House", say: Say, *, slug: str, id: int) -> str:
    """Raises Trouble."""
    return await _steer(house, slug, id, lambda db: flows.cancel(db, id, time()))


async def resume_run(house: "House", say: Say, *, slug: str, id: int, value: str, tag: str = "") -> str:
    """`value` is JSON. Raises Trouble."""

    async def resume(db: AsyncSession) -> bool:
        wait = (await _told(db, slug, id)).wait
        asked = tag or (wait.tag if wait else "")
        done = bool(asked) and await flows.resume(db, id, asked, flows.read(value), OPERATOR, time())
        if tag and not done:
            raise Trouble(f"Run {id} waits for no {tag}{f', but for {wait.tag}' if wait else ''}.")
        return done

    return await _steer(house, slug, id, resume)


COMMANDS = (list_runs, show_run, retry_run, skip_node, cancel_run, resume_run)


async def _steer(house: "House", slug: str, id: int, deed: Callable[[AsyncSession], Awaitable[bool]]) -> str:
    """How it stands afterwards. Raises Trouble, and then nothing was done."""
    async with _open(house, slug) as coop, coop.writing() as db:
        acting(db, OPERATOR)
        before = (await _told(db, slug, id)).run.status
        try:
            done = await deed(db)
        except flows.WrongAnswer as wrong:
            raise Trouble(f"Run {id} does not take that: {wrong}.") from None
        if not done:
            raise Trouble(f"Run {id} is {before}, so that cannot be done.")
        after = (await _told(db, slug, id)).run.status
        is_left = after == "ready" and not house.worker.is_at_work
        return f"Run {id} is {after}{'; it goes on at the next `rose serve`' if is_left else ''}."


async def _told(db: AsyncSession, slug: str, id: int) -> viewer.Told:
    """Raises Trouble."""
    try:
        return await viewer.told(db, id)
    except NotFound:
        raise Trouble(f"There is no run {id} in {slug}.") from None


@asynccontextmanager
async def _open(house: "House", slug: str) -> AsyncIterator[Coop]:
    """Raises Trouble."""
    async with house.tenants.use(house.registry.known(slug).id) as coop:
        yield coop
