"""What came from Ghost becomes ours, as often as it comes: what was edited here is never written over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html.parser import HTMLParser

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains import site as sites
from domains.base import is_one_of, table_of
from domains.check import SLUG
from domains.errors import Invalid, say
from domains.values import now, slug_of

from ..commands import MOST_AUTHORS, MOST_TAGS, RESERVED, free_slug
from ..keeping import BECOMES, keep, stand
from ..library import picture_at
from ..models import BINNED, DRAFT, HTML, INSTRUCTIONS, PUBLISHED, SCHEDULED, Picture, Post, Redirect
from ..plain import read_plain
from ..renditions import address
from .addresses import exchanged, original, pictures_in, relative
from .models import GhostPicture, GhostPost
from .posts import Arrived
from .words import line

LONGEST = 1_000_000
"""Characters of html."""
MOVED = "Move"
"""What the ledger says of a post that is new here and old elsewhere: nobody is mailed it, and no server told of it."""
_pictures = table_of(GhostPicture).c


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
    """`pictures`: a path of Ghost's -> our address. The same twice writes nothing. Raises Invalid.

    `plain`: what was read of it before, so that nobody waits meanwhile.
    """
    if len(came.html) > LONGEST:
        raise Invalid(body=say("It is longer than a post can be here, which is a million letters."))
    known = await db.get(GhostPost, came.id)
    own = await db.get(Post, known.post) if known else None
    if known and own:
        if known.hash == came.hash and not any(path in pictures for path in pictures_in(own.body)):
            return Taken("same", own.id)
        if not known.is_as(own):
            return Taken("kept", own.id, (say("It was edited here since, so nothing of it is written over."),))
    if own and own.is_published and _due(came):
        await stand(db, own, DRAFT, by)  # before it can be published again
    taken, notes = own or Post(title="", slug=""), [*came.notes]
    was, slug = taken.status, taken.slug
    taken.slug = await _slug(db, came, own, notes)
    status = _fill(taken, await _come_home(db, came), pictures, notes)
    if own is None:
        db.add(taken)
    await db.flush()
    if slug and own and own.published and slug != own.slug:
        await db.merge(Redirect(slug=slug, post=own.id))
    type = BECOMES[was, status]
    await keep(db, taken, status, by, MOVED if type == "Create" else type, plain=plain)
    row = GhostPost(ghost_id=came.id, post=taken.id, updated=came.updated, hash=came.hash, version=taken.version)
    await db.merge(row)
    await db.flush()
    return Taken("changed" if own else "new", taken.id, tuple(notes))


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


def wanted(came: Arrived) -> Mapping[str, str]:
    """The path of each picture in it -> what is on it: its own words, its caption's, or where it stands.

    Nothing of a post that is too long.
    """
    if len(came.html) > LONGEST:
        return {}
    inside, said = pictures_in(came.html), _Said()
    if inside:
        said.feed(came.html)
        said.close()
    cover = {original(came.cover): came.cover_alt} if came.cover.startswith("/content/images/") else {}
    words = said.alts | {path: alt for path, alt in cover.items() if alt}
    usual = line(say("Picture in {title}").format(title=came.title), 400)
    return {path: words.get(path) or usual for path in [*cover, *inside]}


async def known_pictures(db: AsyncSession, paths: Iterable[str]) -> dict[str, str]:
    """Of those that were taken: the path that it had there -> our address."""
    asked = select(_pictures.path, Picture).join(Picture, Picture.id == _pictures.picture)
    found = await db.execute(asked.where(is_one_of(_pictures.path, paths)))
    return {path: str(picture.address) for path, picture in found}


async def remember_picture(db: AsyncSession, path: str, picture: int) -> None:
    await db.merge(GhostPicture(path=path, picture=picture))


async def _slug(db: AsyncSession, came: Arrived, own: Post | None, notes: list[str]) -> str:
    wish = came.slug if SLUG.fullmatch(came.slug) and len(came.slug) <= 80 else slug_of(came.slug or came.title)
    wish = wish or "post"
    if own and own.slug == wish:
        return wish
    is_taken = wish in RESERVED or await db.scalar(select(Post.id).where(Post.slug == wish))
    found = own.slug if own and is_taken else await free_slug(db, wish)
    if found != came.slug and not (own and own.slug == found):
        notes.append(say("Its address is taken here, or cannot be one: it is at /{slug}.").format(slug=found))
    return found


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


class _Said(HTMLParser):
    """What is said of each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: dict[str, str] = {}
        self._last: list[str] = []
        self._caption: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "figure":
            self._last = []
        elif tag == "figcaption":
            self._caption = []
        elif tag == "img" and (source := known.get("src")):
            path = original(source)
            self._last.append(path)
            self.alts[path] = self.alts.get(path) or line(known.get("alt"), 400)

    def handle_data(self, data: str) -> None:
        if self._caption is not None:
            self._caption.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "figcaption" and self._caption is not None:
            caption = line("".join(self._caption), 400)
            for path in self._last:
                self.alts[path] = self.alts[path] or caption
            self._caption = None
