"""A file as an older Rose Ash wrote it: what each migration since then has made is taken away again."""

from app.migrations import tables  # noqa: F401 - for what it registers
from domains import search
from domains.base import searched

VERSION = "0006"
"""Before there was an index of what is found."""
MADE = {
    "0014": ("UPDATE blog_posts SET plain = '' WHERE format = 'markdown'",),
    "0013": ("ALTER TABLE blog_ghost_posts DROP COLUMN unsent",),
    "0012": (
        "DROP TABLE events_tickets",
        *(f"ALTER TABLE events_entries DROP COLUMN {name}" for name in ("places", "taken")),
    ),
    "0011": (
        "DROP TABLE blog_ghosts",
        "DROP TABLE blog_ghost_hints",
        "ALTER TABLE blog_ghost_posts DROP COLUMN offered",
        "ALTER TABLE blog_posts DROP COLUMN canonical",
    ),
    "0010": ("DROP TABLE blog_unsaved",),
    "0009": (
        *(f"DROP TABLE blog_{name}" for name in ("ghost_posts", "ghost_pictures", "ghost_imports", "old_addresses")),
        "ALTER TABLE blog_posts ADD COLUMN author VARCHAR NOT NULL DEFAULT ''",
        "UPDATE blog_posts SET author = coalesce(authors ->> 0, '')",
        *(f"ALTER TABLE blog_posts DROP COLUMN {name}" for name in ("authors", "format", "plain")),
    ),
    "0008": (
        "DROP TABLE look_marks",
        *(f"ALTER TABLE blog_menu_items DROP COLUMN {name}" for name in ("menu", "parent")),
        *(f"ALTER TABLE site DROP COLUMN {name}" for name in ("font", "corner", "logo", "stands", "icon")),
    ),
    "0007": ("DROP TABLE search",),
}
"""Migration -> how it is undone, the newest first."""


def take_back(connection):
    for name in search.triggers(searched()):
        connection.execute(f"DROP TRIGGER {name}")
    for statements in MADE.values():
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"UPDATE alembic_version SET version_num = '{VERSION}'")
