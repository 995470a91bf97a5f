"""How a co-op comes to be here, made or brought: with its name and address once all is well, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import moving
from .coop import Coop
from .registry import Entry, Taken, hosts_of

if TYPE_CHECKING:
    from .main import House


def check_room(house: "House", entry: Entry) -> None:
    """Raises Taken."""
    if there := house.registry.by_id(entry.id):
        raise Taken(f"This co-op is here already, as {there.slug} at {there.url}.")
    if house.registry.by_slug(entry.slug):
        raise Taken(f"Another co-op here has the slug {entry.slug}; choose one with --slug.")
    if any(house.registry.names(host) for host in hosts_of(entry)):
        raise Taken(f"Another co-op here has the address {entry.url}.")


@asynccontextmanager
async def arriving(house: "House", entry: Entry, file: Path | None = None) -> AsyncIterator[Coop]:
    """Open, in `file`, which is used up, or in an empty one; undone if the block raises. Raises Taken.

    One at a time, so that what lies under its id was left by somebody who was killed: that is moved out of the way.
    """
    async with house.arrivals:
        check_room(house, entry)
        left = house.tenants.file(entry.id).parent
        if left.exists():
            left.rename(moving.keep(house.settings.data_dir, entry.id, "left"))
        try:
            await house.tenants.make_room(entry.id, file)
            async with house.tenants.use(entry.id) as coop:
                yield coop
                house.registry.add(entry)
        except BaseException:
            await house.tenants.forget(entry.id)
            raise
