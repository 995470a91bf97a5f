from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.values import Instant, now


class GhostPost(Table):
    """A post that was taken over, and how it was then."""

    __tablename__ = "blog_ghost_posts"
    private = True

    ghost_id: Mapped[str] = mapped_column(primary_key=True)
    post: Mapped[int] = mapped_column(ForeignKey("blog_posts.id", ondelete="CASCADE"), unique=True)
    updated: Mapped[datetime] = mapped_column(Instant)
    """By Ghost's own clock."""
    hash: Mapped[str]
    """SHA-256 of all that came."""
    version: Mapped[int]
    """Of our post, once it was taken; one that has another now was edited here."""


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
    by: Mapped[str]
    begun: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    ended: Mapped[datetime | None] = mapped_column(Instant, default=None)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
