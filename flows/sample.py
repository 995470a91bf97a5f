"""A co-op leaves its sample behind: what nobody has touched goes, what somebody has made their own is the co-op's."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog, events, market, sample, site

Remove = Callable[[AsyncSession, int], Awaitable[Any]]
REMOVE: Mapping[str, Remove] = {
    "blog.post": blog.remove_post,
    "blog.menu_item": blog.remove_menu_item,
    "market.product": market.remove_product,
    "events.entry": events.remove_entry,
    "account.person": account.remove_person,
}


async def remove(db: AsyncSession) -> None:
    """All of it in one transaction; twice is once."""
    for thing in await sample.things(db):
        if not thing.is_changed:
            await REMOVE[thing.kind](db, thing.ref)
    if said := await sample.words(db):
        now = await site.site(db)
        facts = {field.name: str(getattr(now, field.name)) for field in fields(site.Facts)}
        await site.describe(db, site.Facts(**(facts | dict.fromkeys(said, ""))))
    await sample.forget(db)
