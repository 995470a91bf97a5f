"""A co-op with something in every room: `sample.toml`, brought in through the rooms' own doors."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog, events, market
from domains import sample as samples
from domains import site as sites
from domains.values import now

from .coop import Coop

WEEKDAYS, WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), timedelta(days=7)
AUTHOR = "Ines Okafor"


async def fill(coop: Coop, at: datetime | None = None) -> None:
    """All of it or nothing, in one transaction; its days are relative to `at`, now unless it says otherwise.

    The navigation's first ways lead to rooms that stay when the sample goes, so they are none of it.
    """
    sample, at = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), at or now()
    async with coop.writing() as db:
        for item in sample["ways"]:
            await blog.add_menu_item(db, **item)
        async with samples.noting(db):
            await _furnish(db, sample, at)


async def _furnish(db: AsyncSession, sample: Mapping[str, Any], at: datetime) -> None:
    site = await sites.site(db)
    facts = {name: str(getattr(site, name)) for name in ("name", "hue", "currency", "timezone", "language")}
    await sites.describe(db, sites.Facts(**facts, motto=sample["motto"], about=sample["about"]))
    for person in sample["people"]:
        if not await account.person_at(db, person["address"]):
            await account.add_person(db, **person)
    for words in sample["posts"]:
        await _write(db, words, at)
    for item in sample["menu"]:
        await _add(db, **item)
    for goods in sample["goods"]:
        await market.add_product(db, market.Facts(**goods), site.currency)
    for entry in sample["entries"]:
        guests = entry.pop("guests", {})
        for day in list(_days(entry, at.astimezone(site.zone).date())):
            added = await events.add_entry(db, day=day.isoformat(), **entry)
            for name, places in guests.items():
                address = f"{name.split()[0].lower()}@oakhill.example"
                await events.take_ticket(db, added.id, name, address, str(places), at, site.zone)


async def _add(db: AsyncSession, *, inside: bool = False, **item: str) -> None:
    """`inside`: of the one before it."""
    added = await blog.add_menu_item(db, **item)
    if inside:
        await blog.move_menu_item(db, added.id, "in")


async def _write(db: AsyncSession, words: dict[str, Any], at: datetime) -> None:
    """`age` days ago, and by now another excerpt than it `was`; without an age it is a draft."""
    age, was = words.pop("age", None), words.pop("was", None)
    then, status = words | ({"excerpt": was} if was else {}), "draft" if age is None else "published"
    post = await blog.write_post(db, blog.Words(**then), author=AUTHOR, status=status)
    if was:
        await blog.edit_post(db, post.id, str(post.version), blog.Words(**words), by=AUTHOR)
    if age is not None:
        post.published = post.updated = at - timedelta(days=age)


def _days(entry: dict[str, Any], today: date) -> Iterator[date]:
    """Takes out of it what says when it is."""
    if "days" in entry:
        yield today + timedelta(days=entry.pop("days"))
        return
    first = today + timedelta(days=(WEEKDAYS.index(entry.pop("weekday")) - today.weekday()) % 7)
    for week in entry.pop("weeks"):
        yield first + week * WEEK
