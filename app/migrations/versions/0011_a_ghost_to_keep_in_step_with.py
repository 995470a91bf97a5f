"""The Ghost that a blog keeps in step with, what its webhooks say, what it has for a post that was edited here; where
a post was published first."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    op.create_table(
        "blog_ghosts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("writes_back", sa.Boolean(), nullable=False),
        sa.Column("mirrors_menus", sa.Boolean(), nullable=False),
        sa.Column("is_out", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked", sa.DateTime(), nullable=True),
        sa.Column("in_step", sa.DateTime(), nullable=True),
        sa.Column("changed", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_ghosts_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blog_ghost_hints",
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ghost_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("blog_ghost_hints_pk")),
    )
    op.create_index(op.f("blog_ghost_hints_at"), "blog_ghost_hints", ["at"], unique=False)
    op.add_column("blog_posts", sa.Column("canonical", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("blog_ghost_posts", sa.Column("offered", sa.JSON(), nullable=True))
