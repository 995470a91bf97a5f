from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.values import Instant, now

from ..models import Post

ANOTHER = "another"
"""In place of a hash, where it is there, and nobody knows any more as what it was taken."""


class GhostPost(Table):
    """A post that was taken over, and how it was then."""

    __tablename__ = "blog_ghost_posts"
    private = True

    ghost_id: Mapped[str] = mapped_column(primary_key=True)
    post: Mapped[int] = mapped_column(ForeignKey("blog_posts.id", ondelete="CASCADE"), unique=True)
    updated: Mapped[datetime] = mapped_column(Instant)
    """By Ghost's own clock."""
    hash: Mapped[str]
    """SHA-256 of all that came; empty for one that is not there any more, or is to come again; or ANOTHER."""
    version: Mapped[int]
    """Of our post, when it was as it is there; one that has another now was edited here. Zero where what is there is
    to become as ours is, whatever it was before."""
    offered: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """What is there now, of one that was edited here since: its hash, its kind, and all that Ghost says of it."""
    unsent: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """Of one that was sent, and not all of it was taken: `version`, of ours then; `why`, what of it -> a sentence."""

    def is_as(self, ours: Post) -> bool:
        """Whether nothing was edited here that is not there, as far as we know."""
        return self.version == ours.version and self.unsent is None


class GhostPicture(Table):
    """A picture that was taken over, by the path that it had there."""

    __tablename__ = "blog_ghost_pictures"

    path: Mapped[str] = mapped_column(primary_key=True)
    picture: Mapped[int] = mapped_column(ForeignKey("blog_pictures.id", ondelete="CASCADE"), index=True)


class GhostImport(Table):
    """An export that a steward brought, and what became of it."""

    __tablename__ = "blog_ghost_imports"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str]
    """What the file was called where it came from."""
    file: Mapped[str]
    """Where it waits, until all of it is taken; empty then."""
    site: Mapped[str]
    """Its old address, as far as anybody said."""
    by: Mapped[str]
    begun: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    ended: Mapped[datetime | None] = mapped_column(Instant, default=None)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)


class Ghost(Table):
    """The one Ghost that the blog keeps in step with, if any."""

    __tablename__ = "blog_ghosts"
    private = True

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    address: Mapped[str] = mapped_column(default="")
    """Of its site, without a slash at its end."""
    title: Mapped[str] = mapped_column(default="")
    since: Mapped[str] = mapped_column(default="")
    """All that was changed there until then is here; as Ghost writes an instant."""
    writes_back: Mapped[bool] = mapped_column(default=False)
    """Whether what is edited here is sent there."""
    mirrors_menus: Mapped[bool] = mapped_column(default=False)
    is_out: Mapped[bool] = mapped_column(default=True)
    """Whether all that there is has to be looked at, the next time."""
    total: Mapped[int] = mapped_column(default=0)
    """Posts and pages that were there, when it was asked last."""
    asked: Mapped[datetime | None] = mapped_column(Instant, default=None)
    in_step: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """When it was asked last, and all that it said was taken."""
    changed: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """When anything was taken last."""
    trouble: Mapped[str] = mapped_column(default="")
    """Why it could not be asked, or what of it not taken; empty when all went well."""


class GhostHint(Table):
    """That something has changed there, as a webhook said; or that what is there cannot be kept here."""

    __tablename__ = "blog_ghost_hints"
    private = True

    signature: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    ghost_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    taken: Mapped[bool]
    """Whether somebody has gone to ask."""
