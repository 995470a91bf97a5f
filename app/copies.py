"""What is known of a co-op's copies, gathered for its stewards: from memory and the registry, in microseconds."""

from typing import TYPE_CHECKING

from fragments.copies import Copies

from .backup import is_elsewhere
from .coop import Coop

if TYPE_CHECKING:
    from .main import House


def copies(house: "House", coop: Coop) -> Copies:
    entry, drill = house.registry.by_id(coop.id), house.registry.drill(coop.id)
    weight, litestream = house.scales.weight(coop.file), house.backup.litestream
    url = litestream.replica if litestream else ""
    return Copies(
        to=url.partition("?")[0],
        are_elsewhere=bool(url) and is_elsewhere(url, house.settings.data_dir),
        standing=house.lookout.standing(coop),
        since=house.lookout.since(coop),
        size=weight.size if weight else None,
        weighed=weight.at if weight else None,
        drilled=drill.at if drill else None,
        fault=drill.fault if drill else "",
        slug=entry.slug if entry else "",
    )
