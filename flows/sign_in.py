"""Signing in: a link is mailed to whoever asks for one, and what a stranger gathered goes along with them."""

from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, cart

from .engine.deliveries import queue
from .engine.store import within

WELCOME = timedelta(days=7)


async def begin(db: AsyncSession, address: str, next: str, now: float, template: str = "sign-in") -> None:
    """Whoever asks learns nothing of who is here. Raises Invalid."""
    if person := await account.ask_sign_in(db, address):
        await _mail_link(db, person, await account.offer_sign_in(db, person), template, now, next=next)


async def welcome(db: AsyncSession, name: str, address: str, role: str, now: float) -> account.Person:
    """A new person, and a mail that lets them in. Raises Invalid."""
    person = await account.add_person(db, name, address, role)
    await _mail_link(db, person, await account.offer_sign_in(db, person, WELCOME), "welcome", now)
    return person


async def approve(db: AsyncSession, name: str, address: str, by: int, now: float, key: str) -> account.Person:
    """A new member, and a mail that says who has let them in; `key`: its delivery's. Raises Invalid."""
    person = await account.add_person(db, name, address)
    offered = await account.offer_sign_in(db, person, WELCOME)
    who = (await account.names(db, {by})).get(by, "")
    await _mail_link(db, person, offered, "approved", now, key, by=who)
    return person


async def settle(db: AsyncSession, before: account.Session | None, stranger: str, person: str) -> None:
    """After it `before` is no session any more; a stranger's basket is the person's. Both are holders of baskets."""
    if before is None:
        return
    if before.person_id is None:
        await cart.take_over(db, stranger, person)
    await account.end_session(db, before.id)


async def _mail_link(
    db: AsyncSession,
    person: account.Person,
    offered: account.SignIn,
    template: str,
    now: float,
    key: str = "",
    **about: str,
) -> None:
    """The link itself is signed when it is written: it stands in no table."""
    payload = {"template": template, "sign_in": offered.id, **about}
    key = key or f"{template}:{offered.id}"
    await within(db, partial(queue, key=key, to=[person.address], payload=payload, now=now))
    db.info["due"] = now
