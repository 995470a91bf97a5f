from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.values import Instant, now

KINDS = ("post", "page")
DRAFT, PUBLISHED = STATUSES = ("draft", "published")


class Post(Table):
    __tablename__ = "blog_posts"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    title: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="post")
    body: Mapped[str] = mapped_column(default="")
    """Markdown."""
    excerpt: Mapped[str] = mapped_column(default="")
    cover: Mapped[str] = mapped_column(default="")
    """The name of a linocut, or empty."""
    tags: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    author: Mapped[str] = mapped_column(default="")
    """What the person who wrote it was called then."""
    status: Mapped[str] = mapped_column(default=DRAFT)
    published: Mapped[datetime | None] = mapped_column(Instant, index=True, default=None)
    """For the first time; it stays when the post is taken down."""
    updated: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    version: Mapped[int] = mapped_column(default=0)
    """Raised with every change; whoever edits an older one overwrites nothing."""

    @property
    def is_published(self) -> bool:
        return self.status == PUBLISHED


class MenuItem(Table):
    __tablename__ = "blog_menu_items"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    label: Mapped[str]
    target: Mapped[str]
    """A path of this site, or a whole address elsewhere."""
    position: Mapped[int]
