"""Every week, at night, the flows forget what ended long ago."""

from dataclasses import dataclass
from datetime import timedelta

from .engine import retention
from .engine.builder import flow
from .engine.effects import Call, effect
from .engine.graph import Take
from .engine.schedules import Scheduled

KEPT = timedelta(days=90).total_seconds()


@dataclass(frozen=True, slots=True)
class Tick:
    """What a story takes from a clock."""

    at: float


@effect("flows.forget@1", "tx")
def forget(call: Call, *, at: float) -> dict[str, int]:
    return retention.forget(call.connection, at - KEPT)


FLOW = (
    flow("house.tidying", every="Sunday 03:30", In=Tick)
    .effect("forgotten", "flows.forget@1", at=Take("input.at"))
    .build()
)
SCHEDULED = Scheduled(FLOW, wanted=retention.wanted(KEPT))
