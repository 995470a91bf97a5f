"""Pictures: what is known of them, and apart from that their bytes."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.create_table(
        "blog_pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_pictures_pk")),
        sa.UniqueConstraint("hash", name=op.f("blog_pictures_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blog_picture_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("picture", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture"], ["blog_pictures.id"], name=op.f("blog_picture_files_picture_fk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_picture_files_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("blog_picture_files_picture", "blog_picture_files", ["picture", "width"], unique=True)
