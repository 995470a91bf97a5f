import re
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.search import Found
from domains.values import Instant, now

from .renditions import Address

KINDS = ("post", "page")
MARKDOWN, HTML = FORMATS = ("markdown", "html")
DRAFT, SCHEDULED, PUBLISHED = STATUSES = ("draft", "scheduled", "published")
BINNED = "binned"
"""Taken away, and kept for a while, so that it can be brought back."""
MARKS = re.compile(r"([\\`*_\[\]<>&!~])")
"""What means something in Markdown."""
PUBLIC, MEMBERS = VISIBILITIES = ("public", "members")
"""Who reads all of it; its title and its summary are for everyone."""
MAIN, FOOT = MENUS = ("main", "foot")
"""Over each page, and at its foot."""
INSTRUCTIONS = ("urgent", "newsletter")
"""Tags that say what is to be done with a post, and nothing of what it is about."""


_AUTHORS = "(SELECT group_concat(value, ' ') FROM json_each(new.authors))"
_TOPICS = f"(SELECT group_concat(value, ' ') FROM json_each(new.tags) WHERE value NOT IN {INSTRUCTIONS})"


class Post(Table):
    __tablename__ = "blog_posts"
    found = Found(
        room=1,
        kind="new.kind",
        path="'/' || new.slug",
        title="new.title",
        note="new.excerpt",
        about=f"coalesce({_AUTHORS}, '') || ' ' || coalesce({_TOPICS}, '')",
        words=f"iif(new.visibility = '{PUBLIC}', new.plain, '')",
        inner=f"iif(new.visibility = '{PUBLIC}', '', new.plain)",
        when=f"new.status = '{PUBLISHED}'",
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    title: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="post")
    body: Mapped[str] = mapped_column(default="")
    """As `format` says."""
    format: Mapped[str] = mapped_column(default=MARKDOWN, server_default=MARKDOWN)
    """Html is as it came from elsewhere: it is not written here, and nobody turns it into Markdown unasked."""
    plain: Mapped[str] = mapped_column(init=False, default="", server_default=text("''"))
    """What is read of its body, for whoever searches."""
    excerpt: Mapped[str] = mapped_column(default="")
    cover: Mapped[str] = mapped_column(default="")
    """The name of a linocut, the address of a picture, or empty."""
    canonical: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The whole address at which it was published first, where that is not here."""
    tags: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    authors: Mapped[list[str]] = mapped_column(JSON, default_factory=list, server_default="[]")
    """What those who wrote it were called then, the first first."""
    status: Mapped[str] = mapped_column(default=DRAFT)
    published: Mapped[datetime | None] = mapped_column(Instant, index=True, default=None)
    """For the first time; it stays when the post is taken down."""
    updated: Mapped[datetime] = mapped_column(Instant, default_factory=now)
    due: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """When it is to be published, while it is scheduled."""
    visibility: Mapped[str] = mapped_column(default=PUBLIC, server_default=PUBLIC)
    featured: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it stands before the others."""
    version: Mapped[int] = mapped_column(default=0)
    """Raised with every change; whoever edits an older one overwrites nothing."""

    @property
    def is_published(self) -> bool:
        return self.status == PUBLISHED

    @property
    def topics(self) -> list[str]:
        """The tags that readers see."""
        return [tag for tag in self.tags if tag not in INSTRUCTIONS]


class Revision(Table):
    """What was kept of a post, each time."""

    __tablename__ = "blog_revisions"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    post: Mapped[int] = mapped_column(ForeignKey("blog_posts.id", ondelete="CASCADE"))
    version: Mapped[int]
    words: Mapped[dict[str, Any]] = mapped_column(JSON)
    """All that can be edited of it, by its columns' names."""
    status: Mapped[str]
    by: Mapped[str]
    """What whoever kept it was called then; empty for the house itself."""
    at: Mapped[datetime] = mapped_column(Instant)


Index("blog_revisions_post", Revision.post, Revision.version, unique=True)


class Unsaved(Table):
    """What somebody has typed into a form and has not saved; nobody else sees it."""

    __tablename__ = "blog_unsaved"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    person: Mapped[int]
    key: Mapped[str]
    """Of the form: two windows are two."""
    post: Mapped[int]
    """Zero for a new one."""
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    """All that the form held, by its fields' names; its version too."""
    at: Mapped[datetime] = mapped_column(Instant)


Index("blog_unsaved_key", Unsaved.person, Unsaved.key, unique=True)


class Redirect(Table):
    """An address that a published post had, before it was given another."""

    __tablename__ = "blog_redirects"

    slug: Mapped[str] = mapped_column(primary_key=True)
    post: Mapped[int] = mapped_column(ForeignKey("blog_posts.id", ondelete="CASCADE"), index=True)


class OldAddress(Table):
    """A path that led somewhere on the site that this one takes over."""

    __tablename__ = "blog_old_addresses"

    path: Mapped[str] = mapped_column(primary_key=True)
    """Without a slash at its end."""
    target: Mapped[str]
    """A path of this site, or a whole address elsewhere."""


class Picture(Table):
    """What is known of a picture; its bytes are elsewhere, so that lists stay cheap."""

    __tablename__ = "blog_pictures"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of its widest file."""
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    """Bytes, of all its files."""
    alt: Mapped[str]
    """What is on it, for whoever does not see it; empty while it was brought among others and nobody has said."""
    by: Mapped[str]
    """What whoever brought it was called then."""
    at: Mapped[datetime] = mapped_column(Instant, default_factory=now)

    @property
    def address(self) -> Address:
        return Address(self.hash, self.width, self.height)

    @property
    def markdown(self) -> str:
        """What shows it in a post."""
        return self.shown_as(self.alt)

    def shown_as(self, alt: str) -> str:
        """The same, under words that a post has of its own."""
        words = MARKS.sub(r"\\\1", alt)
        return f"![{words}]({self.address})"


class PictureFile(Table):
    __tablename__ = "blog_picture_files"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    picture: Mapped[int] = mapped_column(ForeignKey("blog_pictures.id", ondelete="CASCADE"))
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    """WebP."""


Index("blog_picture_files_picture", PictureFile.picture, PictureFile.width, unique=True)


class MenuItem(Table):
    __tablename__ = "blog_menu_items"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    label: Mapped[str]
    target: Mapped[str]
    """A path of this site, or a whole address elsewhere."""
    position: Mapped[int]
    """In its menu, as it is read: what is inside another follows it."""
    menu: Mapped[str] = mapped_column(default=MAIN, server_default=MAIN)
    parent: Mapped[int | None] = mapped_column(default=None)
    """The item that it is inside of, which is inside of none."""
