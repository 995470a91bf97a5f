"""A post that is scheduled is published when its time comes; one that is given another, published before or taken back
waits for it no longer."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from domains import blog

from .engine import steering
from .engine.builder import flow
from .engine.effects import Call, effect
from .engine.graph import Take
from .engine.store import runs

MEANWHILE = ("Schedule", "Create", "Move", "Draft", "Bin", "Remove")
"""What the ledger says of a post that does not wait for the time it had."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What the story takes from `Schedule blog.post`."""

    post: int
    due: float


@effect("blog.publish_scheduled@1", "tx")
async def publish_scheduled(call: Call, *, post: int, due: float) -> bool:
    """Whether it was still to be published then."""
    is_published = await blog.publish_scheduled_post(call.db, post, datetime.fromtimestamp(due, UTC))
    if is_published:
        await blog.ghost.note_on_time(call.db, post)
    return is_published


FLOW = (
    flow("blog.scheduled", on="Schedule", of="blog.post", In=Scheduled)
    .suspend("due", tag="due", until=Take("input.due"), choices=("publish",), late="published")
    .effect("published", "blog.publish_scheduled@1", post=Take("input.post"), due=Take("input.due"))
    .build()
)


@dataclass(frozen=True, slots=True)
class Changed:
    """What the story takes from any of MEANWHILE."""

    post: int


@effect("blog.forget_time@1", "tx")
def forget_time(call: Call, *, post: int) -> None:
    """Whatever waits for it; not the run that is just publishing it."""
    waiting = select(runs.c.id).where(runs.c.name == FLOW.name, runs.c.status.in_(("ready", "suspended")))
    for id in call.connection.scalars(waiting.where(runs.c.input["post"].as_integer() == post)).all():
        steering.cancel(call.connection, id, call.now)


FORGOTTEN = tuple(
    flow(f"blog.time_forgotten_{deed.lower()}", on=deed, of="blog.post", In=Changed)
    .effect("forgotten", "blog.forget_time@1", post=Take("input.post"))
    .build()
    for deed in MEANWHILE
)
