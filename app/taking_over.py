"""How a blog comes over from Ghost: in short transactions, so that others write meanwhile; cut off, it goes on."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domains import blog
from domains import site as sites
from domains.activities import acting
from domains.blog import ghost
from domains.errors import Invalid, say

from . import moving
from .control import Say
from .coop import Coop

if TYPE_CHECKING:
    from .main import House

AT_ONCE = 20
"""Posts in one transaction."""
OPERATOR = "operator"


@dataclass(slots=True)
class Report:
    """What became of an export."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    """Of each: how (new, changed, same, kept, refused), title, post and path unless refused, and notes."""
    pictures: int = 0
    """That are new here."""
    addresses: int = 0
    """Old ones that lead on from now."""
    refused: list[str] = field(default_factory=list)
    """Sentences, of what was in it beside the posts."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whoever brings it: as the ledger knows them, and what they are called."""

    actor: str = OPERATOR
    name: str = ""


async def import_ghost(house: "House", say: Say, *, slug: str, file: str, site: str = "") -> dict[str, Any]:
    """`file` is in the folder `moving`; `site` is its old address. Raises Trouble, Invalid."""
    entry = house.registry.known(slug)
    export = await asyncio.to_thread(ghost.read_export, Path(file), site)
    try:
        async with house.tenants.use(entry.id) as coop:
            return asdict(await take_over(coop, export, say, room=house.settings.pictures * 10**6))
    finally:
        export.archive.close()


async def export_ghost(house: "House", say: Say, *, slug: str) -> dict[str, Any]:
    """`file`: in the folder `moving`. Raises Trouble."""
    entry = house.registry.known(slug)
    async with house.tenants.use(entry.id) as coop, coop.reading() as db:
        left = await ghost.leaving(db, await sites.site(db))
    file = moving.place(house.settings.data_dir)
    await asyncio.to_thread(file.write_text, json.dumps(left, ensure_ascii=False), "utf-8")
    return {"slug": slug, "file": str(file), "posts": len(left["db"][0]["data"]["posts"])}


COMMANDS = (import_ghost, export_ghost)


async def take_over(coop: Coop, export: ghost.Export, say: Say, *, room: int, whose: Whose = Whose()) -> Report:
    """`room`: bytes of pictures that the co-op may keep. Again is harmless, and finishes what was cut off."""
    work = _Work(coop, export, room, whose, Report(refused=list(export.refused)))
    total = len(export.posts)
    for begin in range(0, total, AT_ONCE):
        say(begin, total, export.posts[begin].title)
        await work.take(export.posts[begin : begin + AT_ONCE])
    await work.finish()
    say(total, total, "")
    return work.report


@dataclass(slots=True)
class _Work:
    coop: Coop
    export: ghost.Export
    room: int
    whose: Whose
    report: Report
    unkept: dict[str, str] = field(default_factory=dict)
    """Path of a picture -> why it is not kept."""

    async def take(self, posts: Sequence[ghost.Arrived]) -> None:
        wanted = {path: alt for post in posts for path, alt in ghost.wanted(post).items()}
        async with self.coop.reading() as db:
            known = await ghost.known_pictures(db, wanted)
        for path, alt in wanted.items():
            if path not in known and path not in self.unkept and (address := await self._keep(path, alt)):
                known[path] = address
        async with self.coop.writing() as db:
            acting(db, self.whose.actor)
            self.report.posts += [await self._take(db, post, known) for post in posts]

    async def finish(self) -> None:
        async with self.coop.writing() as db:
            acting(db, self.whose.actor)
            self.report.addresses = await ghost.lead_on(db, self.export.addresses)
            for menu, items in self.export.menus.items():
                self.report.refused += await ghost.take_navigation(db, items, menu)

    async def _keep(self, path: str, alt: str) -> str:
        """Its address here; empty where it cannot be kept. It is decoded while no transaction is open."""
        try:
            data = await asyncio.to_thread(self.export.archive.picture, path)
            if not data:
                raise Invalid(file=say("It is not in the file. Bring the zip that holds content/images too."))
            brought = await blog.read_picture(data, alt)
            async with self.coop.writing() as db:
                acting(db, self.whose.actor)
                kept = await blog.keep_picture(db, brought, most=self.room, by=self.whose.name)
                await ghost.remember_picture(db, path, kept.id)
        except Invalid as refused:
            self.unkept[path] = " ".join(refused.fields.values())
            return ""
        self.report.pictures += 1
        return str(kept.address)

    async def _take(self, db: Any, post: ghost.Arrived, pictures: dict[str, str]) -> dict[str, Any]:
        try:
            taken = await ghost.take_post(db, post, pictures, by=self.whose.name)
        except Invalid as refused:
            return {"how": "refused", "title": post.title, "notes": list(refused.fields.values())}
        path = f"/blog/post/{(await blog.post(db, taken.post)).slug}"
        notes = [*taken.notes, *(self._missing(post) if taken.how in ("new", "changed") else ())]
        return {"how": taken.how, "title": post.title, "post": taken.post, "path": path, "notes": notes}

    def _missing(self, post: ghost.Arrived) -> Iterator[str]:
        for path in ghost.wanted(post):
            if why := self.unkept.get(path):
                yield say("The picture {path} is not kept: {why}").format(path=path, why=why)
