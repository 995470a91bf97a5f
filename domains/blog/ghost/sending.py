"""What of a post that was edited here is to be sent to its Ghost, beside what is there: that alone, so that whatever
Ghost knows more of it stays there."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains import site as sites
from domains.errors import NotFound, say

from .. import revisions
from ..abroad import read_abroad
from ..library import picture_at
from ..models import HTML, INSTRUCTIONS, SCHEDULED, Post
from ..renditions import address
from .models import GhostPost
from .posts import MOST_NAME, MOST_TAG, from_api, is_internal, written
from .taking import as_taken, spelled
from .words import line

SENT = {
    "title": "title",
    "slug": "slug",
    "excerpt": "custom_excerpt",
    "canonical": "canonical_url",
    "featured": "featured",
    "visibility": "visibility",
    "status": "status",
}
"""What it is called here -> there, of what is the same in both."""
MOST_SUMMARY = 300
"""Letters of it that Ghost takes."""
_LEADS = re.compile(r"""\b(?:src|href)=["']([^"']*)""")
_PICTURE = re.compile(r"(?<![\w/.-])/media/")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sending:
    id: str
    """Ghost's own."""
    version: int
    """Of ours, in which it is so."""
    words: Row
    """As they are sent."""
    left: Mapping[str, str]
    """What of ours is not as it is there, and is not sent -> why, in a sentence."""
    is_other: bool
    """Whether it is not there as it was when it was taken: nothing is to be sent over that."""
    is_same: bool
    """Whether it says all that ours says: so it was sent, and nobody heard the answer."""


async def sending(
    db: AsyncSession, post: int, said: Row, site: str, people: Mapping[str, str] | None = None
) -> Sending:
    """`said`: what is there, at `site`; `people`: what whoever writes there is called -> their id.

    Raises NotFound for a post that came from no Ghost.
    """
    ours, row = await db.get_one(Post, post), await row_of(db, post)
    came = from_api(said, site)
    there, was = await as_taken(db, came), await _was(db, row)
    facts = _facts(there)
    other = {name for name, value in _facts(ours).items() if value != facts[name]}
    if ours.status == there.status == SCHEDULED and ours.due != there.due:
        other.add("due")
    before = (row.unsent or {}).get("why", ())
    changed = {name for name in other if _is_edited(name, ours, was) or name in before}
    words, left = await _words(db, ours, changed, people or {})
    html = await _html(db, ours) if "body" in other else ""
    if "tags" in changed:
        words["tags"] = _tags(said["tags"], ours.topics, was["tags"] if was else there.tags)
    if "body" in changed:
        words["html"] = html
    is_same = not other or (other == {"body"} and _read(html) == _read(str(said.get("html") or "")))
    return Sending(row.ghost_id, ours.version, words, left, row.hash != came.hash, is_same)


async def row_of(db: AsyncSession, post: int) -> GhostPost:
    """Raises NotFound."""
    if found := (await db.scalars(select(GhostPost).where(GhostPost.post == post))).one_or_none():
        return found
    raise NotFound(f"post {post} came from no Ghost")


def _facts(post: Post) -> dict[str, Any]:
    """What of a post may be other than it is there."""
    names = (*SENT, "kind", "cover", "authors")
    return {name: getattr(post, name) for name in names} | {"tags": post.topics, "body": (post.format, post.body)}


def _is_edited(name: str, ours: Post, was: Row) -> bool:
    """Where nobody knows any more what it was, all that is other is."""
    if name == "due" or not was:
        return True
    if name == "body":
        return (was["format"], was["body"]) != (ours.format, ours.body)
    value = getattr(ours, name)
    return bool(was.get(name, value) != value)


async def _was(db: AsyncSession, row: GhostPost) -> Row:
    """Our post when it was as it is there; nothing where that is forgotten, or does not count."""
    try:
        found = await revisions.revision(db, row.post, row.version)
        return {**found.words, "status": found.status}
    except NotFound:
        return {}


async def _words(
    db: AsyncSession, ours: Post, changed: Collection[str], people: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """All but its tags and its html, as they are sent; and what is not."""
    values = {there: getattr(ours, here) for here, there in SENT.items() if here in changed}
    words = {name: None if value == "" else value for name, value in values.items()}
    left = {}
    if "excerpt" in changed and len(ours.excerpt) > MOST_SUMMARY:
        del words["custom_excerpt"]
        left["excerpt"] = say("Its summary is longer than the 300 letters that Ghost takes.")
    if "kind" in changed:
        left["kind"] = say("Ghost turns no post into a page, and no page into a post.")
    if ours.due and ("status" in changed or "due" in changed):
        words |= {"status": SCHEDULED, "published_at": written(ours.due)}
    if "cover" in changed and ours.cover and not address(ours.cover):
        left["cover"] = say("Its linocut stays here: Ghost has pictures alone.")
    elif "cover" in changed:
        words |= await _cover(db, ours.cover)
    if "authors" in changed:
        known = {line(name, MOST_NAME): id for name, id in people.items()}
        if strangers := [name for name in ours.authors if name not in known]:
            left["authors"] = say("Nobody who writes there is called {names}.").format(names=", ".join(strangers))
        else:
            words["authors"] = [{"id": known[name]} for name in ours.authors]
    return words, left


async def _cover(db: AsyncSession, cover: str) -> dict[str, Any]:
    named = address(cover)
    picture = await picture_at(db, named) if named else None
    whole = f"{(await sites.site(db)).url}{cover}" if cover else None
    return {"feature_image": whole, "feature_image_alt": line(picture.alt, 191) if picture else None}


def _tags(there: Sequence[Row], ours: Sequence[str], was: Sequence[str]) -> list[Row]:
    """Ghost's own, without those that were removed here, with those that were added, in our order; whatever we know
    nothing of stays at its place."""
    first: dict[str, Row] = {}
    for tag in there:
        if not is_internal(tag):
            first.setdefault(_spelled(tag), tag)
    mine, made = iter([first.get(name, {"name": name}) for name in ours]), []
    for tag in there:
        name = _spelled(tag) if tag in first.values() else ""
        if name in ours:
            made.append(next(mine))
        elif name not in was or name in INSTRUCTIONS:
            made.append(tag)
    return [{part: tag[part] for part in ("id", "name") if part in tag} for tag in (*made, *mine)]


def _spelled(tag: Row) -> str:
    return spelled(line(tag["name"], MOST_TAG))


async def _html(db: AsyncSession, ours: Post) -> str:
    """With whole addresses of what is here alone. Html is as it came: Ghost knows its own cards again."""
    url = (await sites.site(db)).url
    return _PICTURE.sub(f"{url}/media/", ours.body) if ours.format == HTML else await read_abroad(ours.body, f"{url}/")


def _read(html: str) -> tuple[list[str], list[str]]:
    """Its words, and where it leads and what it shows: Ghost keeps no html as it was given, but these."""
    return unescape(re.sub(r"<[^>]*>", " ", html)).split(), _LEADS.findall(unescape(html))
