"""TEMPORARY"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from html.parser import HTMLParser

from sqlalchemy import select

from ..commands import _free_slug
from ..keeping import keep
from ..models import BINNED, HTML, Post
from .models import GhostPost


@dataclass(frozen=True)
class Arrived:
    id: str
    title: str
    slug: str
    kind: str
    html: str
    status: str
    visibility: str
    featured: bool
    tags: tuple
    authors: tuple
    excerpt: str
    cover: str
    cover_alt: str
    published: datetime | None
    updated: datetime

    @cached_property
    def hash(self):
        return sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Taken:
    how: str
    post: int
    notes: tuple = ()


def _when(said):
    return datetime.fromisoformat(said.replace("Z", "+00:00")).astimezone(UTC) if said else None


def written(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def from_api(kind, said):
    return Arrived(
        said["id"],
        said["title"],
        said["slug"],
        kind,
        said["html"] or "",
        said["status"],
        "public" if said["visibility"] == "public" else "members",
        bool(said["featured"]),
        tuple(t["name"] for t in said["tags"] if t.get("visibility") != "internal"),
        tuple(a["name"] for a in said["authors"]),
        said.get("custom_excerpt") or "",
        said.get("feature_image") or "",
        "",
        _when(said.get("published_at")),
        _when(said["updated_at"]),
    )


def wanted(arrived):
    found = {}
    if arrived.cover:
        found[path(arrived.cover)] = f"Picture in {arrived.title}"

    class P(HTMLParser):
        def handle_starttag(self, tag, attrs):
            a = dict(attrs)
            if tag == "img" and "/content/images/" in a.get("src", ""):
                found[path(a["src"])] = a.get("alt") or f"Picture in {arrived.title}"

    P().feed(arrived.html)
    return found


def path(url):
    return "/content/images/" + url.split("/content/images/")[1]


def image_url(address, path):
    return f"{address}{path}"


async def known_pictures(db, paths):
    from ..models import Picture
    from .models import GhostPicture

    rows = await db.execute(
        select(GhostPicture.path, Picture)
        .join(Picture, Picture.id == GhostPicture.picture)
        .where(GhostPicture.path.in_(list(paths)))
    )
    return {path: str(picture.address) for path, picture in rows}


async def keep_picture(db, path, brought, *, most, by=""):
    from ..library import keep_picture as keep_it
    from .models import GhostPicture

    kept = await keep_it(db, brought, most=most, by=by)
    await db.merge(GhostPicture(path=path, picture=kept.id))
    await db.flush()
    return str(kept.address)


async def take_post(db, arrived, pictures, *, by=""):
    row = await db.get(GhostPost, arrived.id)
    ours = await db.get(Post, row.post) if row else None
    if row and row.hash == arrived.hash and ours.status != BINNED:
        return Taken("same", row.post)
    if ours and ours.version != row.version:
        return Taken("kept", row.post, ("edited",))
    html = arrived.html
    for url, mine in pictures.items():
        html = html.replace("https://ghost.example" + url, mine)
    is_new = ours is None
    if is_new:
        ours = Post(title=arrived.title, slug=await _free_slug(db, arrived.slug))
        db.add(ours)
    ours.title, ours.body, ours.format, ours.kind = arrived.title, html, HTML, arrived.kind
    ours.tags, ours.authors, ours.visibility, ours.featured = (
        list(arrived.tags),
        list(arrived.authors),
        arrived.visibility,
        arrived.featured,
    )
    ours.published, ours.updated = arrived.published, arrived.updated
    await keep(db, ours, arrived.status, by, "Update")
    await db.flush()
    if not row:
        row = GhostPost(ghost_id=arrived.id, post=ours.id, updated=arrived.updated, hash="", version=0)
        db.add(row)
    row.lost = False
    row.hash, row.version, row.updated = arrived.hash, ours.version, arrived.updated
    await db.flush()
    return Taken("new" if is_new else "changed", ours.id)


async def lose_post(db, id, *, by=""):
    row = await db.get(GhostPost, id)
    if not row:
        return "same"
    ours = await db.get(Post, row.post)
    if ours.status == BINNED:
        return "same"
    if ours.version != row.version:
        return "kept"
    await keep(db, ours, BINNED, by, "Delete")
    row.version, row.hash, row.lost = ours.version, "", True
    await db.flush()
    return "lost"
