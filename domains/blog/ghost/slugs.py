"""Where on this site a post of a Ghost is: where it was there, as far as that can be."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domains.base import table_of
from domains.check import SLUG
from domains.errors import say
from domains.values import slug_of

from ..commands import RESERVED, free_slug
from ..models import BINNED, Post, Redirect
from .link import ghost
from .models import GhostPost
from .posts import Arrived

_posts, _ours = table_of(GhostPost).c, table_of(Post).c
_IS_AS = (_ours.version == _posts.version) & _posts.unsent.is_(None)
"""As `GhostPost.is_as` says."""


async def slug_for(db: AsyncSession, came: Arrived, own: Post | None, notes: list[str]) -> str:
    wish = _wished(came)
    if own and own.slug == wish:
        return wish
    if await ghost(db) and wish not in RESERVED:
        await _make_way(db, wish, came.kind)
    is_taken = wish in RESERVED or await db.scalar(select(Post.id).where(Post.slug == wish))
    found = own.slug if own and is_taken else await free_slug(db, wish)
    if found != came.slug and not (own and own.slug == found):
        notes.append(say("Its address is taken here, or cannot be one: it is at /{slug}.").format(slug=found))
    return found


async def namesake(db: AsyncSession, came: Arrived) -> str | None:
    """Where nobody knows it yet: the id of another that has its address, and was not edited here since it came."""
    if await db.get(GhostPost, came.id):
        return None
    asked = select(_posts.ghost_id).join(Post, _ours.id == _posts.post)
    asked = asked.where(_ours.slug == _wished(came), _ours.kind == came.kind, _IS_AS)
    return (await db.scalars(asked)).one_or_none()


async def call_otherwise(db: AsyncSession, was: str, id: str) -> None:
    """It is the same post, under another id: as in a Ghost that took in what another one had exported."""
    await db.execute(update(GhostPost).where(_posts.ghost_id == was).values(ghost_id=id, hash=""))


async def _make_way(db: AsyncSession, slug: str, kind: str) -> None:
    """A Ghost gives an address to one of a kind at once: whichever has it here has given it up there, and comes too."""
    await db.execute(delete(Redirect).where(Redirect.slug == slug))
    asked = select(Post).join(GhostPost, _posts.post == _ours.id)
    asked = asked.where(_ours.slug == slug, _IS_AS)
    there = (await db.scalars(asked)).one_or_none()
    if there and (there.status == BINNED or there.kind == kind):
        there.slug = await free_slug(db, slug)
        await db.flush()


def _wished(came: Arrived) -> str:
    fits = SLUG.fullmatch(came.slug) and len(came.slug) <= 80
    return (came.slug if fits else slug_of(came.slug or came.title)) or "post"
