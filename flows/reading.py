"""Asking for the newsletter: a link is mailed to whoever asks, and nothing more comes to them unless they open it."""

from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account

from .engine.deliveries import queue
from .engine.store import within

WITHIN = timedelta(days=7)


async def begin(db: AsyncSession, address: str, client: str, now: float) -> None:
    """Whoever asks learns nothing of who reads: that is said in the mail. Raises Invalid, TooMany."""
    if not (address := await account.ask_to_read(db, address, client)):
        return
    if await account.is_reader(db, address):
        payload = {"template": "reader-already"}
    else:
        link = account.ReaderLink(address, int(now + WITHIN.total_seconds()))
        payload = {"template": "subscribe", "link": link.written()}
    await within(db, partial(queue, key=f"read:{now}", to=[address], payload=payload, now=now))
    db.info["due"] = now
