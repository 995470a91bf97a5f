"""Writing: what is typed of a post, looked at and kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import chain, count
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domains.check import Check
from domains.errors import Conflict, say
from domains.values import now, slug_of

from .keeping import stand
from .library import picture_at
from .models import BINNED, DRAFT, HTML, KINDS, PUBLIC, SCHEDULED, STATUSES, VISIBILITIES, Post, Redirect
from .queries import moved_post, post
from .renditions import address

RESERVED = frozenset(
    (
        "blog", "market", "cart", "events", "federation", "account", "steward", "flows", "static", "theme", "health",
        "media", "setup", "parts", "webhooks", "oauth", "api", "users", "inbox", "outbox", "nodeinfo", "authorize",
        "search", "rss",
        ".well-known",
    )
)  # fmt: skip
"""What the first part of an address means already, so that no post can be there."""
COVERS = (
    "apples", "beetroot", "boots", "carrots", "chard", "cheese", "crate", "cup", "eggs", "hive", "honey", "leeks",
    "loaf", "potatoes", "pot", "rose-ash", "seeds", "shed", "squash", "van", "wreath",
)  # fmt: skip
"""The linocuts that may stand over a post."""
MOST_TAGS, MOST_AUTHORS = 12, 12
LEADS = say("Old links to that address lead to another post. Choose another, or say below that you take it.")
IN_BIN = say("Something in the bin has that address. Choose another, or look into the bin and remove it for good.")


@dataclass(frozen=True, slots=True)
class Words:
    """What is typed of a post or a page; `tags` and `authors` are parted by commas, an empty `slug` comes from the
    title; empty `authors` are whoever they are already, or whoever writes; `day` and `time` say when it is to be
    published, of one that is scheduled; `takes` is the `slug` again where old links to it shall lead here, which led to
    another post. A `body` of None was not in sight, and stays as it is."""

    title: str
    body: str | None = None
    kind: str = "post"
    slug: str = ""
    takes: str = ""
    tags: str = ""
    authors: str = ""
    excerpt: str = ""
    cover: str = ""
    canonical: str = ""
    visibility: str = PUBLIC
    featured: str = ""
    day: str = ""
    time: str = ""


async def write_post(
    db: AsyncSession, words: Words, *, author: str = "", status: str = DRAFT, zone: tzinfo = UTC
) -> Post:
    """`zone`: of `day` and `time`. Raises Invalid."""
    written = Post(**await _checked(db, words, status, zone))
    written.authors = written.authors or [author][: bool(author)]
    db.add(written)
    return await stand(db, written, status, author)


async def edit_post(
    db: AsyncSession, id: int, version: str, words: Words, *, by: str = "", status: str = "", zone: tzinfo = UTC
) -> Post:
    """`version` is of what was read before it was edited; its status stays unless another is given.

    What changes nothing is no edit. Raises NotFound, Invalid, and Conflict when somebody was quicker, or has made html
    of what was typed in Markdown.
    """
    edited = await post(db, id)
    if edited.format == HTML and words.body is not None:
        raise Conflict(f"post {id} is html")
    status = status or edited.status
    said = await _checked(db, words, status, zone, edited)
    if status == edited.status and all(getattr(edited, name) == value for name, value in said.items()):
        return edited
    if version != str(edited.version):
        raise Conflict(f"post {id} is at version {edited.version}, not {version}")
    if edited.published and said["slug"] != edited.slug:
        await db.merge(Redirect(slug=edited.slug, post=edited.id))
    for name, value in said.items():
        setattr(edited, name, value)
    return await stand(db, edited, status, by)


def read_body(typed: str) -> str:
    """The Markdown that would be kept. Raises Invalid."""
    check = Check()
    body = check.text("body", typed)
    check.done()
    return body


async def _checked(
    db: AsyncSession, words: Words, status: str, zone: tzinfo, own: Post | None = None
) -> dict[str, Any]:
    """Raises Invalid."""
    check = Check()
    said = {
        "kind": check.one_of("kind", words.kind, KINDS),
        "title": check.line("title", " ".join(words.title.split()), say("Give it a title.")),
        "body": own.body if own and words.body is None else check.text("body", words.body or ""),
        "excerpt": check.line("excerpt", words.excerpt, most=400),
        "cover": await _cover(db, check, words.cover),
        "canonical": check.web_address("canonical", words.canonical),
        "tags": tags_of(check, words.tags),
        "authors": _authors(check, words.authors, own.authors if own else []),
        "slug": await _slug(db, check, words, own),
        "visibility": check.one_of("visibility", words.visibility, VISIBILITIES),
        "featured": bool(words.featured),
        "due": _due(check, words, zone) if status == SCHEDULED else None,
    }
    check.one_of("status", status, STATUSES)
    if own and own.is_published and status == SCHEDULED:
        check.refuse("status", say("It is published already. Take it off the site first."))
    check.done()
    return said


async def _cover(db: AsyncSession, check: Check, typed: str) -> str:
    if (named := address(typed)) and await picture_at(db, named):
        return typed
    return check.one_of("cover", typed, ("", *COVERS))


def _due(check: Check, words: Words, zone: tzinfo) -> datetime | None:
    day = check.day("day", words.day, say("Say on which day."))
    hour = check.time("time", words.time, say("Say at what time."))
    if day is None or hour is None:
        return None
    due = datetime.combine(day, hour, zone).astimezone(UTC)
    if due <= now():
        check.refuse("day", say("That is past. Choose a time to come, or publish it now."))
    return due


def tags_of(check: Check, typed: str) -> list[str]:
    """Each once, in small letters, in the order in which they were typed."""
    tags = [" ".join(tag.lower().strip(" #").split()) for tag in check.line("tags", typed, most=400).split(",")]
    tags = list(dict.fromkeys(tag for tag in tags if tag))
    if len(tags) > MOST_TAGS:
        check.refuse("tags", say("Twelve tags are enough. Leave some out."))
    return tags


def _authors(check: Check, typed: str, own: list[str]) -> list[str]:
    """A name that has a comma in it stays one as long as nobody changes it."""
    names = [" ".join(name.split()) for name in check.line("authors", typed, most=400).split(",")]
    names = list(dict.fromkeys(name for name in names if name))
    if len(names) > MOST_AUTHORS:
        check.refuse("authors", say("Twelve names are enough. Leave some out."))
    return own if not names or typed == ", ".join(own) else names


async def _slug(db: AsyncSession, check: Check, words: Words, own: Post | None) -> str:
    typed = check.slug("slug", words.slug, taken=RESERVED)
    if typed:
        other = select(Post.status).where(Post.slug == typed, Post.id.is_not(own.id if own else None))
        if status := await db.scalar(other):
            check.refuse("slug", IN_BIN if status == BINNED else say("That address is taken. Choose another."))
        elif typed not in (words.takes, own.slug if own else "") and await _leads_elsewhere(db, typed, own):
            check.refuse("slug", LEADS)
        return typed
    return own.slug if own else await free_slug(db, slug_of(words.title) or "post")


async def _leads_elsewhere(db: AsyncSession, slug: str, own: Post | None) -> bool:
    there = await moved_post(db, slug)
    return there is not None and there.id != (own.id if own else 0)


async def free_slug(db: AsyncSession, wanted: str) -> str:
    once = select(Redirect.slug).where(Redirect.slug.startswith(wanted))
    taken = RESERVED.union(await db.scalars(select(Post.slug).where(Post.slug.startswith(wanted)).union(once)))
    return next(slug for slug in chain([wanted], (f"{wanted}-{n}" for n in count(2))) if slug not in taken)
