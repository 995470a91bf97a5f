"""Posts by several, or in html as it came; what came from a Ghost, and where the addresses that it had lead."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    _posts()
    _came()
    _imports()


def _posts() -> None:
    """A column cannot go while a trigger reads it; `watch` makes them all again."""
    triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'blog_posts'")
    for name in op.get_bind().execute(triggers).scalars().all():
        op.execute(f"DROP TRIGGER {name}")
    for column in (
        sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("format", sa.String(), nullable=False, server_default="markdown"),
        sa.Column("plain", sa.String(), nullable=False, server_default=sa.text("''")),
    ):
        op.add_column("blog_posts", column)
    op.execute("UPDATE blog_posts SET authors = json_array(author) WHERE author != ''")
    op.execute("ALTER TABLE blog_posts DROP COLUMN author")
    op.execute(
        "UPDATE blog_revisions SET words = json_set(words, '$.format', 'markdown', '$.authors', "
        "(SELECT json(authors) FROM blog_posts WHERE blog_posts.id = blog_revisions.post))"
    )


def _came() -> None:
    op.create_table(
        "blog_ghost_posts",
        sa.Column("ghost_id", sa.String(), nullable=False),
        sa.Column("post", sa.Integer(), nullable=False),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["blog_posts.id"], name=op.f("blog_ghost_posts_post_fk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ghost_id", name=op.f("blog_ghost_posts_pk")),
        sa.UniqueConstraint("post", name=op.f("blog_ghost_posts_post")),
    )
    op.create_table(
        "blog_ghost_pictures",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("picture", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture"], ["blog_pictures.id"], name=op.f("blog_ghost_pictures_picture_fk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("path", name=op.f("blog_ghost_pictures_pk")),
    )
    op.create_index(op.f("blog_ghost_pictures_picture"), "blog_ghost_pictures", ["picture"])
    op.create_table(
        "blog_old_addresses",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("blog_old_addresses_pk")),
    )


def _imports() -> None:
    op.create_table(
        "blog_ghost_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("begun", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_ghost_imports_pk")),
        sqlite_autoincrement=True,
    )
