from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from domains.check import SLUG
from domains.errors import NotFound

from .models import PUBLISHED, MenuItem, Post

_LISTED = select(Post).options(defer(Post.body, raiseload=True))
_PUBLIC = _LISTED.where(Post.status == PUBLISHED)
_NEWS = _PUBLIC.where(Post.kind == "post").order_by(Post.published.desc(), Post.id.desc())


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of posts, without their bodies."""

    posts: Sequence[Post]
    page: int
    pages: int


async def post(db: AsyncSession, id: int) -> Post:
    """Raises NotFound."""
    if found := await db.get(Post, id):
        return found
    raise NotFound(f"no post {id}")


async def post_at(db: AsyncSession, slug: str, *, drafts: bool = False) -> Post:
    """Raises NotFound."""
    asked = select(Post).where(Post.slug == slug)
    if not drafts:
        asked = asked.where(Post.status == PUBLISHED)
    if SLUG.fullmatch(slug) and (found := (await db.scalars(asked)).one_or_none()):
        return found
    raise NotFound(f"no post at {slug!r}")


async def latest(db: AsyncSession, most: int = 5, *, but: Collection[int] = ()) -> Sequence[Post]:
    """Published posts, the newest first, without their bodies."""
    return (await db.scalars(_NEWS.where(Post.id.not_in(but)).limit(most))).all()


async def news(db: AsyncSession, page: int = 1, *, size: int = 10, but: Collection[int] = ()) -> Listing:
    """All published posts, the newest first; past the last page comes the last."""
    return await _listing(db, _NEWS.where(Post.id.not_in(but)), page, size)


async def posts(db: AsyncSession, page: int = 1, *, size: int = 50) -> Listing:
    """Posts and pages, drafts too, whatever was changed last first; past the last page comes the last."""
    return await _listing(db, _LISTED.order_by(Post.updated.desc(), Post.id.desc()), page, size)


async def pages(db: AsyncSession, most: int = 6) -> Sequence[Post]:
    """Published pages by title, without their bodies."""
    asked = _PUBLIC.where(Post.kind == "page").order_by(func.lower(Post.title), Post.id)
    return (await db.scalars(asked.limit(most))).all()


async def navigation(db: AsyncSession) -> Sequence[MenuItem]:
    """In their order."""
    return (await db.scalars(select(MenuItem).order_by(MenuItem.position, MenuItem.id))).all()


async def _listing(db: AsyncSession, asked: Select[Any], page: int, size: int) -> Listing:
    count = await db.scalar(select(func.count()).select_from(asked.order_by(None).subquery())) or 0
    pages = max(1, -(-count // size))
    page = min(max(page, 1), pages)
    found = (await db.scalars(asked.limit(size).offset((page - 1) * size))).all()
    return Listing(found, page, pages)
