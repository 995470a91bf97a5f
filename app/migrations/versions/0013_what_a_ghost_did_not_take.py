"""Why a post that was edited here could not be sent to its Ghost."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    op.add_column("blog_ghost_posts", sa.Column("unsent", sa.JSON(), nullable=True))
