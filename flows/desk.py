"""What the stewards' desk asks of the flows: what was mailed, and what got stuck."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record

from .engine.models import Delivery, Run


@dataclass(frozen=True, slots=True)
class Stuck:
    """What goes on no more unless somebody looks at it."""

    mails: int
    late: int
    """Mails that were refused at least once, and are tried again."""
    runs: int


async def deliveries(db: AsyncSession, most: int = 50) -> Sequence[Delivery]:
    """Those that could not be sent, then the newest first."""
    asked = select(Delivery).where(Delivery.kind == "mail")
    asked = asked.order_by(Delivery.status != "dead", Delivery.id.desc()).limit(most)
    return (await db.scalars(asked)).all()


async def stuck(db: AsyncSession, since: float = 0) -> Stuck:
    mails = select(func.count()).where(Delivery.status == "dead", Delivery.at > since).scalar_subquery()
    late = select(func.count()).where(Delivery.status == "waiting", Delivery.error != "").scalar_subquery()
    runs = select(func.count()).where(Run.status.in_(("dead", "held")), Run.ended > since).scalar_subquery()
    return Stuck(*(await db.execute(select(mails, late, runs))).one())


async def resend(db: AsyncSession, id: int, now: float) -> bool:
    """Whether it was dead; now it is tried again, as often as any other."""
    dead = update(Delivery).where(Delivery.id == id, Delivery.status == "dead")
    again = dead.values(status="waiting", attempt=0, due=now, error="").returning(Delivery.to)
    if (to := await db.scalar(again)) is None:
        return False
    about = {"deed": "resend", "to": to}
    await record(db, Activity(type="Update", kind="flow.delivery", ref=id, object=about))
    db.info["due"] = min(now, db.info.get("due", now))
    return True
