"""Places at what is in the calendar, and tickets that hold them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"


def upgrade() -> None:
    op.add_column("events_entries", sa.Column("places", sa.Integer(), nullable=True))
    op.add_column("events_entries", sa.Column("taken", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "events_tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("cancelled", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["events_entries.id"], name=op.f("events_tickets_entry_id_fk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("events_tickets_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("events_tickets_entry_id"), "events_tickets", ["entry_id"], unique=False)
    op.create_index(op.f("events_tickets_address"), "events_tickets", ["address"], unique=False)
    op.create_index(
        "events_tickets_live",
        "events_tickets",
        ["entry_id", "address"],
        unique=True,
        sqlite_where=sa.text("cancelled IS NULL"),
    )
