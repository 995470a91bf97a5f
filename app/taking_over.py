"""How a blog comes over from Ghost: in short transactions, so that others write meanwhile; cut off, it goes on."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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

AT_ONCE, MOST = 20, 1_000_000
"""Posts in one transaction, and characters of them all, if there is more than one."""
ADDRESSES = 5000
"""In one transaction."""
OPERATOR = "operator"


@dataclass(slots=True)
class Report:
    """What became of an export."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    """Of each: how (new, changed, same, kept, refused), title, notes; post, path and status unless refused."""
    pictures: int = 0
    """That are new here."""
    addresses: int = 0
    """Old ones that lead on from now."""
    refused: list[str] = field(default_factory=list)
    """Sentences, of what was in it beside the posts."""


class Left(NamedTuple):
    data: bytes
    """JSON."""
    posts: int
    """Pages too."""


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
    async with house.tenants.use(entry.id) as coop:
        left = await leave(coop)
    file = moving.place(house.settings.data_dir)
    await asyncio.to_thread(file.write_bytes, left.data)
    return {"slug": slug, "file": str(file), "posts": left.posts}


COMMANDS = (import_ghost, export_ghost)


async def leave(coop: Coop) -> Left:
    """As a Ghost imports it; nobody waits to write meanwhile."""
    async with coop.reading() as db:
        left = await ghost.leaving(db, await sites.site(db))
    data = await asyncio.to_thread(lambda: json.dumps(left, ensure_ascii=False).encode())
    return Left(data, len(left["db"][0]["data"]["posts"]))


async def take_over(coop: Coop, export: ghost.Export, say: Say, *, room: int, whose: Whose = Whose()) -> Report:
    """`room`: bytes of pictures that the co-op may keep. Again is harmless, and finishes what was cut off."""
    work = _Work(coop, export, room, whose, Report(refused=list(export.refused)))
    done, total = 0, len(export.posts)
    for posts in _batches(export.posts):
        say(done, total, posts[0].title)
        await work.take(posts)
        done += len(posts)
    await work.finish()
    say(total, total, "")
    return work.report


def _batches(posts: Sequence[ghost.Arrived]) -> Iterator[Sequence[ghost.Arrived]]:
    batch: list[ghost.Arrived] = []
    for post in posts:
        if len(batch) == AT_ONCE or (batch and sum(len(one.html) for one in batch) + len(post.html) > MOST):
            yield batch
            batch = []
        batch.append(post)
    if batch:
        yield batch


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
        """All that takes long is done before the transaction."""
        wanted = await asyncio.to_thread(lambda: [ghost.wanted(post) for post in posts])
        alts = {path: alt for one in wanted for path, alt in one.items()}
        async with self.coop.reading() as db:
            known, new = await ghost.known_pictures(db, alts), await ghost.unlike(db, posts)
            ours = (await sites.site(db)).url
        for path, alt in alts.items():
            if path not in known and path not in self.unkept and (address := await self._keep(path, alt)):
                known[path] = address
        plain = {post.id: await ghost.read_through(post, known, ours) for post in new}
        async with self.coop.writing() as db:
            acting(db, self.whose.actor)
            for post, paths in zip(posts, wanted, strict=True):
                self.report.posts.append(await self._take(db, post, paths, known, plain.get(post.id)))

    async def finish(self) -> None:
        async with self.coop.reading() as db:
            led, circles = await ghost.leading(db, self.export.addresses)
        self.report.refused += circles
        for at in range(0, len(led), ADDRESSES):
            async with self.coop.writing() as db:
                self.report.addresses += await ghost.lead_on(db, led[at : at + ADDRESSES])
        async with self.coop.writing() as db:
            acting(db, self.whose.actor)
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

    async def _take(
        self, db: Any, post: ghost.Arrived, wanted: Iterable[str], pictures: Mapping[str, str], plain: str | None
    ) -> dict[str, Any]:
        try:
            taken = await ghost.take_post(db, post, pictures, by=self.whose.name, plain=plain)
        except Invalid as refused:
            return {"how": "refused", "title": post.title, "notes": list(refused.fields.values())}
        here = await blog.post(db, taken.post)
        missing = self._missing(wanted) if taken.how in ("new", "changed") else ()
        about = {"post": here.id, "path": f"/blog/post/{here.slug}", "status": here.status}
        return {"how": taken.how, "title": post.title, "notes": [*taken.notes, *missing]} | about

    def _missing(self, wanted: Iterable[str]) -> Iterator[str]:
        for path in wanted:
            if why := self.unkept.get(path):
                yield say("The picture {path} is not kept: {why}").format(path=path, why=why)
