from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    String,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import is_none_of, table_of
from domains.check import SLUG
from domains.errors import NotFound
from domains.folding import folded
from domains.values import in_address

from .models import BINNED, INSTRUCTIONS, PUBLISHED, Post, Redirect

_posts = table_of(Post).c
_tag = func.json_each(_posts.tags).table_valued(column("value", String), name="tag", joins_implicitly=True).c.value
_author = func.json_each(_posts.authors).table_valued(column("value", String), name="by", joins_implicitly=True).c.value
_topics = select(func.json_group_array(_tag)).where(_tag.not_in(INSTRUCTIONS)).scalar_subquery()
_WHOLE = (_posts.body, _posts.plain)
_LISTED = select(
    *(column for column in _posts if all(column is not one for one in _WHOLE)),
    type_coerce(_topics, JSON).label("topics"),
)
_PUBLIC = _LISTED.where(_posts.status == PUBLISHED)
_NEWS = _PUBLIC.where(_posts.kind == "post", is_none_of(_posts.id, "but"))
_NEWS = _NEWS.order_by(_posts.published.desc(), _posts.id.desc())
_FEED = select(Post).where(Post.status == PUBLISHED, Post.kind == "post")
_FEED = _FEED.order_by(Post.published.desc(), Post.id.desc()).limit(bindparam("most"))
_OF = {
    "tag": exists(select(_tag).where(~is_none_of(_tag, "names")).correlate(table_of(Post))),
    "author": exists(select(_author).where(~is_none_of(_author, "names")).correlate(table_of(Post))),
}
_IS_NEWS = (_posts.status == PUBLISHED, _posts.kind == "post")
_NAMES = {
    "tag": select(_tag).distinct().select_from(table_of(Post)).where(*_IS_NEWS, _tag.not_in(INSTRUCTIONS)),
    "author": select(_author).distinct().select_from(table_of(Post)).where(*_IS_NEWS),
}
_LATEST = _NEWS.order_by(None).order_by(_posts.featured.desc(), _posts.published.desc(), _posts.id.desc())
_LATEST = _LATEST.limit(bindparam("most"))
_PAGES = _PUBLIC.where(_posts.kind == "page").order_by(func.lower(_posts.title), _posts.id).limit(bindparam("most"))
_PUBLISHED = select(_posts.slug, _posts.updated).where(_posts.status == PUBLISHED).order_by(_posts.id)
_POSTS = _LISTED.order_by(_posts.updated.desc(), _posts.id.desc())
_TAG = func.json_each(_posts.tags).table_valued("value")
_TAGS = select(_TAG.c.value).distinct().select_from(table_of(Post)).join(_TAG, true()).where(_posts.status != BINNED)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of posts."""

    posts: Sequence[Any]
    """Rows of all that they are, but for their bodies; `topics` are the tags that readers see."""
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list of posts is narrowed to; empty for all."""

    status: str = ""
    kind: str = ""
    tag: str = ""
    words: str = ""
    """In its title, its summary or its body, whatever their capitals and accents."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of the news: what is tagged so, or whom it is by."""

    kind: str
    """tag or author."""
    name: str
    names: tuple[str, ...]
    """All that are written alike in an address."""

    @property
    def path(self) -> str:
        return f"/blog/{self.kind}/{in_address(self.name)}"


async def post(db: AsyncSession, id: int) -> Post:
    """Raises NotFound."""
    if found := await db.get(Post, id):
        return found
    raise NotFound(f"no post {id}")


async def post_at(db: AsyncSession, slug: str, *, drafts: bool = False) -> Post:
    """Raises NotFound."""
    asked = select(Post).where(Post.slug == slug, Post.status != BINNED)
    if not drafts:
        asked = asked.where(Post.status == PUBLISHED)
    if SLUG.fullmatch(slug) and (found := (await db.scalars(asked)).one_or_none()):
        return found
    raise NotFound(f"no post at {slug!r}")


async def moved(db: AsyncSession, slug: str) -> str | None:
    """Where a published post is now that was at this slug once."""
    found = await moved_post(db, slug)
    return found.slug if found else None


async def moved_post(db: AsyncSession, slug: str) -> Any | None:
    """The published post that was at this slug once: a row of its id, slug and title."""
    asked = select(_posts.id, _posts.slug, _posts.title).join(Redirect, Redirect.post == _posts.id)
    return (await db.execute(asked.where(Redirect.slug == slug, _posts.status == PUBLISHED))).one_or_none()


async def latest(db: AsyncSession, most: int = 5, *, but: Collection[int] = ()) -> Sequence[Any]:
    """Published posts, the featured before the others, the newest first: rows without their bodies."""
    return (await db.execute(_LATEST, {"but": list(but), "most": most})).all()


async def news(
    db: AsyncSession, page: int = 1, *, size: int = 10, but: Collection[int] = (), of: Chosen | None = None
) -> Listing:
    """All published posts, or those that are chosen, the newest first; past the last page comes the last."""
    return await _listing(db, _of(_NEWS, of), page, size, {"but": list(but), **_names(of)})


async def feed(db: AsyncSession, of: Chosen | None = None, *, most: int = 20) -> Sequence[Post]:
    """The newest published posts, whole, or those that are chosen."""
    return (await db.scalars(_of(_FEED, of), {"most": most, **_names(of)})).all()


async def chosen(db: AsyncSession, kind: str, written: str) -> Chosen:
    """The tag or the author that is `written` so in an address. Raises NotFound where no news is of any."""
    names = tuple(name for name in await names_of(db, kind) if in_address(name) == quote(written, safe=""))
    if names:
        return Chosen(kind, names[0], names)
    raise NotFound(f"no {kind} {written!r}")


async def names_of(db: AsyncSession, kind: str) -> Sequence[str]:
    """Every tag or author of what is published, by name."""
    return sorted((await db.scalars(_NAMES[kind].execution_options(long=True))).all())  # it looks into every post


async def posts(db: AsyncSession, page: int = 1, sought: Sought = Sought(), *, size: int = 50) -> Listing:
    """Posts and pages, drafts too, whatever was changed last first; past the last page comes the last."""
    asked = _POSTS.where(_posts.status == sought.status if sought.status else _posts.status != BINNED)
    if sought.kind:
        asked = asked.where(_posts.kind == sought.kind)
    if sought.tag:
        asked = asked.where(select(1).select_from(_TAG).where(_TAG.c.value == sought.tag).exists())
    if sought.words:
        asked = asked.where(or_(*(_has(text, sought.words) for text in (_posts.title, _posts.excerpt, _posts.body))))
        asked = asked.execution_options(long=True)  # it looks into every post
    return await _listing(db, asked, page, size, {})


async def tags(db: AsyncSession) -> Sequence[str]:
    """Those that any post has, by name."""
    return sorted(await db.scalars(_TAGS))


async def pages(db: AsyncSession, most: int = 6) -> Sequence[Any]:
    """Published pages by title: rows without their bodies."""
    return (await db.execute(_PAGES, {"most": most})).all()


async def published(db: AsyncSession) -> Sequence[Any]:
    """Of every post and page that is: its slug, and when it was changed."""
    return (await db.execute(_PUBLISHED)).all()


async def titles(db: AsyncSession, ids: Collection[int]) -> Mapping[int, str]:
    """Of those that are published."""
    asked = select(_posts.id, _posts.title).where(_posts.id.in_(ids), _posts.status == PUBLISHED)
    return {id: title for id, title in await db.execute(asked)}


def _has(text: Any, words: str) -> ColumnElement[bool]:
    """`folded` is a function that each file is opened with."""
    return func.instr(func.folded(text), folded(words)) > 0


def _of(asked: Select[Any], of: Chosen | None) -> Select[Any]:
    return asked.where(_OF[of.kind]) if of else asked


def _names(of: Chosen | None) -> Mapping[str, Any]:
    return {"names": of.names} if of else {}


async def _listing(db: AsyncSession, asked: Select[Any], page: int, size: int, about: Mapping[str, Any]) -> Listing:
    counting = select(func.count()).select_from(asked.order_by(None).subquery())
    count = await db.scalar(counting.execution_options(**asked.get_execution_options()), about) or 0
    pages = max(1, -(-count // size))
    page = min(max(page, 1), pages)
    found = (await db.execute(asked.limit(size).offset((page - 1) * size), about)).all()
    return Listing(found, page, pages)
