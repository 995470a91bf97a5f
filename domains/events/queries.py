from calendar import monthrange
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import is_none_of
from domains.errors import NotFound

from .models import BOOKING, LONGEST, MARKET, Entry

ORDER = (Entry.day, Entry.starts, Entry.id)  # SQLite puts None first: all day, then by the clock
_EVERYBODYS = select(Entry).where(Entry.kind != BOOKING, is_none_of(Entry.id, "but"))
_TAKES_PLACE = _EVERYBODYS.where(Entry.cancelled.is_(None)).order_by(*ORDER)
_LATER = _TAKES_PLACE.where(Entry.last_day > bindparam("today")).limit(bindparam("most"))
_IS_LATER = Entry.id.in_(_LATER.with_only_columns(Entry.id))
_UPCOMING = _TAKES_PLACE.where(or_(Entry.last_day == bindparam("today"), _IS_LATER))
_MARKET = select(Entry).where(Entry.kind == MARKET, Entry.cancelled.is_(None)).order_by(*ORDER)
_MARKET_DAYS = _MARKET.where(Entry.day.between(bindparam("first"), bindparam("last")))
_NOT_BEGUN = or_(
    Entry.day > bindparam("today"), and_(Entry.day == bindparam("today"), Entry.starts > bindparam("clock"))
)
_TICKETED = _TAKES_PLACE.where(Entry.places.is_not(None), _NOT_BEGUN).order_by(None)
_TICKETED = _TICKETED.order_by(Entry.taken >= Entry.places, *ORDER).limit(bindparam("most"))


async def entry(db: AsyncSession, id: int) -> Entry:
    """Raises NotFound."""
    if found := await db.get(Entry, id):
        return found
    raise NotFound(f"no entry {id}")


async def calendar(db: AsyncSession, month: date) -> Sequence[Entry]:
    """What touches the month that `month` lies in, cancelled or not, in the order in which it begins."""
    first, last = month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1])
    touching = select(Entry).where(Entry.day.between(first - LONGEST, last), Entry.last_day >= first)
    return (await db.scalars(touching.order_by(*ORDER))).all()


async def upcoming(
    db: AsyncSession, now: datetime, zone: ZoneInfo, most: int = 3, *, but: Collection[int] = ()
) -> Sequence[Entry]:
    """What takes place for everybody and is not over yet, in the order in which it begins; a booking is somebody's."""
    today = now.astimezone(zone).date()
    found = (await db.scalars(_UPCOMING, {"but": list(but), "today": today, "most": most})).all()
    coming = [entry for entry in found if entry.over(zone) > now]
    return sorted(coming, key=lambda entry: (entry.begins(zone), entry.id))[:most]


async def ticketed(db: AsyncSession, now: datetime, zone: ZoneInfo, most: int = 5) -> Sequence[Entry]:
    """What there are tickets for, or were until the last was taken, and has not begun, the next first and what
    is full last."""
    here = now.astimezone(zone)
    about = {"but": [], "today": here.date(), "clock": here.time(), "most": most}
    found = (await db.scalars(_TICKETED, about)).all()
    return [entry for entry in found if entry.begins(zone) > now]


async def everybodys(db: AsyncSession) -> Sequence[int]:
    """The ids of all that takes place, or took place, for everybody."""
    return (await db.scalars(_TAKES_PLACE.with_only_columns(Entry.id).order_by(None), {"but": []})).all()


async def market_days(db: AsyncSession, now: datetime, zone: ZoneInfo) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """What the market does on its days: what has begun within the last week, and what begins within two."""
    today = now.astimezone(zone).date()
    about = {"first": today - timedelta(days=7), "last": today + timedelta(days=14)}
    found = (await db.scalars(_MARKET_DAYS, about)).all()
    begun = [entry for entry in found if entry.begins(zone) <= now]
    return begun, found[len(begun) :]
