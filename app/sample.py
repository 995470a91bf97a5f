"""A co-op with something in every room: `sample.toml`, brought in through the rooms' own doors."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from domains import account, blog, events, market
from domains import site as sites
from domains.values import now

from .coop import Coop

WEEKDAYS, WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), timedelta(days=7)
APART = timedelta(days=3)
"""Between a post and the next one."""


async def fill(coop: Coop) -> None:
    """All of it or nothing, in one transaction."""
    sample = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    async with coop.writing() as db:
        site = await sites.site(db)
        await sites.describe(db, sites.Facts(name=site.name, motto=sample["motto"], about=sample["about"]))
        for person in sample["people"]:
            await account.add_person(db, **person)
        for age, words in enumerate(reversed(sample["posts"])):
            post = await blog.write_post(db, blog.Words(**words), author="Ines Okafor", status="published")
            post.published = now() - age * APART
        for item in sample["menu"]:
            await blog.add_menu_item(db, **item)
        for goods in sample["goods"]:
            await market.add_product(db, market.Facts(**goods), site.currency)
        for entry in sample["entries"]:
            day = _next(entry.pop("weekday"), now().astimezone(site.zone).date()) + entry.pop("week") * WEEK
            await events.add_entry(db, day=day.isoformat(), **entry)


def _next(weekday: str, today: date) -> date:
    """Today at the earliest."""
    return today + timedelta(days=(WEEKDAYS.index(weekday) - today.weekday()) % 7)
