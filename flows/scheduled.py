"""A post that is scheduled is published when its time comes, unless it was given another, or taken back."""

from dataclasses import dataclass
from datetime import UTC, datetime

from domains import blog

from .engine.builder import flow
from .engine.effects import Call, effect
from .engine.graph import Take


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
