"""What came from Ghost becomes ours, as often as it comes: what was edited here is never written over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domains import site as sites
from domains.errors import Invalid, say
from domains.values import now

from .. import revisions
from ..commands import MOST_AUTHORS, MOST_TAGS
from ..keeping import BECOMES, keep, stand
from ..library import picture_at
from ..models import BINNED, DRAFT, HTML, INSTRUCTIONS, PUBLISHED, SCHEDULED, Post, Redirect
from ..plain import read_plain
from ..renditions import address
from .addresses import exchanged, original, pictures_in, relative
from .models import ANOTHER, GhostPost
from .pictures import LONGEST, known_pictures, wanted
from .posts import Arrived
from .slugs import slug_for

MOVED = "Move"
"""What the ledger says of a post that is new here and old elsewhere: nobody is mailed it, and no server told of it."""


@dataclass(frozen=True, slots=True)
class Taken:
    how: str
    """new, changed, same, or kept: as it was edited here."""
    post: int
    notes: tuple[str, ...] = ()
    """Sentences, of what is not as it was there."""


async def read_through(came: Arrived, pictures: Mapping[str, str], ours: str) -> str:
    """What is read of it here, at the address `ours`; for long ones it takes seconds."""
    return await read_plain(exchanged(relative(came.html, ours), pictures), HTML) if len(came.html) <= LONGEST else ""


async def take_post(
    db: AsyncSession, came: Arrived, pictures: Mapping[str, str], *, by: str = "", plain: str | None = None
) -> Taken:
    """`pictures`: a path of Ghost's -> our address. The same twice writes nothing, nor does what is older than what was
    taken. Raises Invalid.

    `plain`: what was read of it before, so that nobody waits meanwhile.
    """
    if len(came.html) > LONGEST:
        raise Invalid(body=say("It is longer than a post can be here, which is a million letters."))
    known = await db.get(GhostPost, came.id)
    own = await db.get(Post, known.post) if known else None
    if known and own and (stays := _stays(known, own, came, pictures)):
        return stays
    if own and own.is_published and _due(came):
        await stand(db, own, DRAFT, by)  # before it can be published again
    taken, notes = own or Post(title="", slug=""), [*came.notes]
    was, slug, before = taken.status, taken.slug, _all_of(taken)
    taken.slug = await slug_for(db, came, own, notes)
    status = _fill(taken, await _come_home(db, came), pictures, notes)
    is_same = own is not None and status == was and _all_of(own) == before
    if own is None:
        db.add(taken)
    await db.flush()
    if slug and own and own.published and slug != own.slug:
        await db.merge(Redirect(slug=slug, post=own.id))
    if not is_same:
        type = BECOMES[was, status]
        await keep(db, taken, status, by, MOVED if type == "Create" else type, plain=plain)
    row = GhostPost(ghost_id=came.id, post=taken.id, updated=came.updated, hash=came.hash, version=taken.version)
    await db.merge(row)
    await db.flush()
    return Taken("same" if is_same else "changed" if own else "new", taken.id, tuple(notes))


async def lose_post(db: AsyncSession, ghost_id: str, *, by: str = "") -> Taken | None:
    """What is gone there goes into the bin here; None for what never came."""
    known = await db.get(GhostPost, ghost_id)
    own = await db.get(Post, known.post) if known else None
    if not known or not own:
        return None
    is_edited, known.hash, known.offered = not known.is_as(own), "", None  # should it come back there, it is another
    if is_edited and own.status != BINNED:
        return Taken("kept", own.id, (say("It is gone there, but was edited here since, so it stays."),))
    how = "same" if own.status == BINNED else "changed"
    if how == "changed":
        await stand(db, own, BINNED, by)
    known.version, known.unsent = own.version, None
    await db.flush()
    return Taken(how, own.id)


async def as_taken(db: AsyncSession, came: Arrived) -> Post:
    """What would be made of it, under the address that it has there; it is not kept."""
    made = Post(title="", slug=came.slug)
    made.status = _fill(made, await _come_home(db, came), await known_pictures(db, wanted(came)), [])
    return made


def _stays(known: GhostPost, own: Post, came: Arrived, pictures: Mapping[str, str]) -> Taken | None:
    """None for one that is to be as it came."""
    is_edited, is_older = not known.is_as(own), came.updated < known.updated
    if is_edited and not known.hash and came.updated == known.updated:
        known.hash = came.hash  # there it is as it was
    is_known = known.hash == came.hash or bool(known.hash and is_older)
    if is_known and (is_edited or is_older or not _brings(own, came, pictures)):
        return Taken("same", own.id)
    if is_edited:
        known.hash = known.hash or ANOTHER
        return Taken("kept", own.id, (say("It was edited here since, so nothing of it is written over."),))
    return None


def _brings(own: Post, came: Arrived, pictures: Mapping[str, str]) -> bool:
    """Whether there are pictures now that could not be had before."""
    cover = [original(came.cover)] if came.cover and not own.cover else []
    return any(path in pictures for path in [*cover, *pictures_in(own.body)])


def _all_of(post: Post) -> list[Any]:
    """That is written of it."""
    return [getattr(post, name, None) for name in (*revisions.WORDS, "published", "due")]


async def _come_home(db: AsyncSession, came: Arrived) -> Arrived:
    """What was sent there from here, and leads here by its whole address, leads here by its path again."""
    ours = (await sites.site(db)).url
    cover = relative(came.cover, ours)
    is_kept = (named := address(cover)) and await picture_at(db, named)
    return replace(came, html=relative(came.html, ours), cover=cover if is_kept else came.cover)


def _fill(taken: Post, came: Arrived, pictures: Mapping[str, str], notes: list[str]) -> str:
    """Its status to be."""
    taken.title, taken.kind, taken.excerpt, taken.canonical = came.title, came.kind, came.excerpt, came.canonical
    taken.body, taken.format = exchanged(came.html, pictures), HTML
    taken.cover = came.cover if address(came.cover) else pictures.get(original(came.cover), "")
    if came.cover and not taken.cover:
        notes.append(say("The picture above it could not be kept."))
    taken.tags, taken.authors = _tags(came, notes), list(came.authors[:MOST_AUTHORS])
    if not came.authors:
        notes.append(say("Nobody is named as its author."))
    taken.visibility, taken.featured, taken.updated = came.visibility, came.featured, came.updated
    taken.due, status = _due(came), came.status
    if status == SCHEDULED and not taken.due:
        status = DRAFT
        notes.append(say("Its time has passed meanwhile, so it is a draft."))
    if status == PUBLISHED:
        taken.published = came.published or came.updated
        if not came.published:
            notes.append(say("It does not say when it was published."))
    return status


def _due(came: Arrived) -> datetime | None:
    """When it is to be published."""
    return came.published if came.status == SCHEDULED and came.published and came.published > now() else None


def spelled(tag: str) -> str:
    """As it is written here."""
    return " ".join(tag.lower().replace(",", " ").strip(" #").split())


def _tags(came: Arrived, notes: list[str]) -> list[str]:
    """Those that mail a post to readers are left out, or a scheduled one would be."""
    tags = list(dict.fromkeys(spelled(tag) for tag in came.tags))
    kept = [tag for tag in tags if tag and tag not in INSTRUCTIONS]
    for tag in INSTRUCTIONS:
        if tag in tags:
            notes.append(say("The tag {tag} is left out: here it would mail the post to readers.").format(tag=tag))
    if len(kept) > MOST_TAGS:
        notes.append(
            say("It has more than twelve tags; these are left out: {tags}.").format(tags=", ".join(kept[MOST_TAGS:]))
        )
    return kept[:MOST_TAGS]
