"""A second menu and what is inside an item; how a co-op's pages look, and its marks."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    for table, column in (
        ("blog_menu_items", sa.Column("menu", sa.String(), nullable=False, server_default="main")),
        ("blog_menu_items", sa.Column("parent", sa.Integer(), nullable=True)),
        ("site", sa.Column("font", sa.String(), nullable=False, server_default="besley")),
        ("site", sa.Column("corner", sa.String(), nullable=False, server_default="little")),
        ("site", sa.Column("logo", sa.String(), nullable=False, server_default=sa.text("''"))),
        ("site", sa.Column("stands", sa.String(), nullable=False, server_default="beside")),
        ("site", sa.Column("icon", sa.String(), nullable=False, server_default=sa.text("''"))),
    ):
        op.add_column(table, column)  # as they stand: a table that is made anew would use ids again
    op.create_table(
        "look_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("look_marks_pk")),
    )
