"""Every week, at night, what ended long ago is forgotten, what was typed and never saved, and who had a ticket."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domains import account, blog, events

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


@effect("blog.tidy_unsaved@1", "tx")
async def tidy_unsaved(call: Call, *, at: float) -> None:
    """Of whoever left, too."""
    people = [person.id for person in await account.people(call.db)]
    await blog.tidy_unsaved(call.db, datetime.fromtimestamp(at - KEPT, UTC), people)


@effect("events.forget_tickets@1", "tx")
async def forget_tickets(call: Call, *, at: float) -> None:
    await events.forget_tickets(call.db, datetime.fromtimestamp(at - KEPT, UTC).date())


FLOW = (
    flow("house.tidying", every="Sunday 03:30", In=Tick)
    .effect("forgotten", "flows.forget@1", at=Take("input.at"))
    .effect("tidied", "blog.tidy_unsaved@1", at=Take("input.at"))
    .effect("guests_forgotten", "events.forget_tickets@1", at=Take("input.at"))
    .build()
)
UNSAVED = (
    f"SELECT 1 FROM blog_unsaved WHERE at < datetime(flow_schedules.next - {KEPT:.0f}, 'unixepoch') "
    "OR person NOT IN (SELECT id FROM account_people)"
)
TICKETS = (
    "SELECT 1 FROM events_tickets JOIN events_entries ON events_entries.id = entry_id "
    f"WHERE last_day < date(flow_schedules.next - {KEPT:.0f}, 'unixepoch')"
)
SCHEDULED = Scheduled(FLOW, wanted=f"{retention.wanted(KEPT)} OR EXISTS ({UNSAVED}) OR EXISTS ({TICKETS})")
