"""What is mailed of posts, for those who write them: what waits for its newsletter, and whom an urgent one went to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.activities import Activity

from . import newsletter, urgent
from .engine.clocks import hour_of
from .engine.keys import token_of
from .engine.models import Delivery, Run, Wait

_OPEN = (Run.name == newsletter.FLOW.name, Run.status.in_(("ready", "running", "suspended")))
_UNANSWERED = or_(Wait.id.is_(None), Wait.status == "open")
_GOING = select(Run.id, Run.input, Wait.due).outerjoin(Wait, Wait.run == Run.id).where(*_OPEN, _UNANSWERED)


@dataclass(frozen=True, slots=True)
class Going:
    """A post that goes out with the newsletter, unless a steward says otherwise."""

    title: str
    run: int
    at: float


async def going(db: AsyncSession, zone: ZoneInfo, now: float, most: int = 50) -> Mapping[int, Going]:
    """By post, whatever was published first; what was taken down meanwhile goes to nobody."""
    waiting = {input["post"]: (run, due) for run, input, due in await db.execute(_GOING.order_by(Run.id).limit(most))}
    titles = await blog.titles(db, waiting.keys())
    digest = hour_of(newsletter.DIGEST)
    assert digest
    soon = digest.after(now, zone)  # of a run that has not come to its wait yet
    return {post: Going(titles[post], run, due or soon) for post, (run, due) in waiting.items() if post in titles}


async def unsent(db: AsyncSession, post: int) -> Sequence[int]:
    """The runs that its newsletter has, and that have not come to their end."""
    asked = select(Run.id).where(Run.name == newsletter.FLOW.name, Run.status.not_in(("done", "cancelled")))
    return (await db.scalars(asked.where(Run.input["post"].as_integer() == post))).all()


async def is_mailed(db: AsyncSession, post: int) -> bool:
    """Whether any reader was mailed of it, at once or with a newsletter."""
    made = select(Activity.cid).where(Activity.kind == "blog.post", Activity.ref == post, Activity.type == "Create")
    cids = (await db.scalars(made)).all()
    tokens = [token_of(f"{flow.FLOW.name}:{cid}") for cid in cids for flow in (urgent, newsletter)]
    asked = select(Delivery.id).where(or_(false(), *(_of(token) for token in tokens))).limit(1)
    return await db.scalar(asked) is not None


async def mailed_at_once(db: AsyncSession, post: int) -> int | None:
    """How many readers were mailed when it was published; None when it was not urgent then."""
    made = select(Activity.cid).where(Activity.kind == "blog.post", Activity.ref == post, Activity.type == "Create")
    if not (cid := await db.scalar(made.where(Activity.object["urgent"].as_boolean()).limit(1))):
        return None
    token = token_of(f"{urgent.FLOW.name}:{cid}")
    return await db.scalar(select(func.count()).where(_of(token)))


def _of(token: str) -> ColumnElement[bool]:
    """Deliveries of the run that has it."""
    return and_(Delivery.key > f"{token}:", Delivery.key < f"{token};")
