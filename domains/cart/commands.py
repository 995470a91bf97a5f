from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import Check
from domains.errors import say
from domains.values import now

from .line import Line
from .models import Basket, BasketLine
from .queries import line as find
from .queries import lines

MOST = 999
"""Of one thing."""
FORGOTTEN, SWEEP = timedelta(days=60), 500
"""A stranger's basket that nobody has touched for as long as a session lasts is nobody's; how many a new one clears."""


def check_line(line: Line, had: int = 0, least: int = 1) -> int:
    """How many it asks for, beside those `had` already.

    Raises Invalid; `{most}` in its sentence is for whoever shows it to fill in.
    """
    check, huge = Check(), 10**12
    asked = check.whole("quantity", line.quantity, say("Say how many."), least=-huge, most=huge) or 0
    if not least <= asked <= MOST:
        check.refuse("quantity", say("Choose a number from 1 to 999."))
    elif asked and (sentence := _too_many(line, had, asked)):
        check.refuse("quantity", sentence)
    check.done()
    return asked


async def add_line(db: AsyncSession, holder: str, line: Line) -> BasketLine:
    """The same thing again raises its quantity. Raises Invalid."""
    known = [one for one in await lines(db, holder) if (one.kind, one.ref) == (line.kind, line.ref)]
    had = sum(one.quantity for one in known if not one.removed)
    asked = check_line(line, had)
    basket = await _touch(db, holder)
    kept = known[0] if had else BasketLine(basket_id=basket, kind=line.kind, ref=line.ref, title="", unit="", amount=0)
    db.add(kept)
    return await _say(db, kept, line, had + asked)


async def change_line(db: AsyncSession, holder: str, id: int, line: Line) -> BasketLine:
    """None of it takes it out. Raises NotFound, Invalid."""
    kept = await find(db, holder, id)
    if not (asked := check_line(line, least=0)):
        return await remove_line(db, holder, id)
    await _touch(db, holder, but=id)
    return await _say(db, kept, line, asked)


async def remove_line(db: AsyncSession, holder: str, id: int) -> BasketLine:
    """Until the next change it can be put back; twice is once. Raises NotFound."""
    kept = await find(db, holder, id)
    await _touch(db, holder, but=id)
    kept.removed = True
    await db.flush()
    return kept


async def restore_line(db: AsyncSession, holder: str, id: int) -> BasketLine:
    """Raises NotFound."""
    kept = await find(db, holder, id)
    kept.removed = False
    await db.flush()
    return kept


async def take_over(db: AsyncSession, stranger: str, person: str) -> None:
    """Whoever signs in keeps what they put into the basket before; what is in both is added up."""
    brought = [one for one in await lines(db, stranger) if not one.removed]
    if not brought or stranger == person:
        return
    basket = await _touch(db, person)
    theirs = {(one.kind, one.ref): one for one in await lines(db, person)}
    for one in brought:
        if same := theirs.get((one.kind, one.ref)):
            same.quantity = min(MOST, same.quantity + one.quantity)
        else:
            one.basket_id = basket
    await db.flush()
    await db.execute(delete(Basket).where(Basket.holder == stranger))


def _too_many(line: Line, had: int, asked: int) -> str:
    if line.most == 0:
        return say("This is all gone.")
    if line.most is not None and asked > line.most:
        return say("No more than {most} can be had. Choose that many or fewer.")
    if line.most is not None and had + asked > line.most:
        return say("No more than {most} can be had, with those in your basket already.")
    if had + asked > MOST:
        return say("A basket holds 999 of one thing at most, with those that are in it already.")
    return ""


async def _say(db: AsyncSession, kept: BasketLine, line: Line, quantity: int) -> BasketLine:
    kept.title, kept.unit, kept.amount = line.title, line.unit, line.amount
    kept.quantity, kept.removed = quantity, False
    await db.flush()
    return kept


async def _touch(db: AsyncSession, holder: str, but: int = 0) -> int:
    """The id of their basket, begun if they have none; what was taken out of it before is gone for good."""
    changing = update(Basket).where(Basket.holder == holder).values(changed=now()).returning(Basket.id)
    if (found := await db.scalar(changing)) is None:
        return await _begin(db, holder)
    removed = BasketLine.basket_id == found, BasketLine.removed, BasketLine.id != but
    await db.execute(delete(BasketLine).where(*removed))
    return found


async def _begin(db: AsyncSession, holder: str) -> int:
    old = select(Basket.id).where(Basket.changed < now() - FORGOTTEN, Basket.holder.startswith("session:")).limit(SWEEP)
    await db.execute(delete(Basket).where(Basket.id.in_(old)))
    basket = Basket(holder=holder)
    db.add(basket)
    await db.flush()
    return basket.id
