"""Posts for members, featured, or published at a time; what they were before, and where they were."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    for column in (
        sa.Column("due", sa.DateTime(), nullable=True),
        sa.Column("visibility", sa.String(), nullable=False, server_default="public"),
        sa.Column("featured", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("blog_posts", column)  # as they stand: a table that is made anew would use ids again
    op.create_table(
        "blog_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["blog_posts.id"], name=op.f("blog_revisions_post_fk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_revisions_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("blog_revisions_post", "blog_revisions", ["post", "version"], unique=True)
    op.create_table(
        "blog_redirects",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("post", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["blog_posts.id"], name=op.f("blog_redirects_post_fk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name=op.f("blog_redirects_pk")),
    )
    op.create_index(op.f("blog_redirects_post"), "blog_redirects", ["post"])
