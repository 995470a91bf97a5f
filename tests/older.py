"""How a file of this version becomes one from before there was an index: what later migrations made is taken away."""

from app.migrations import tables  # noqa: F401 - for what it registers
from domains import search
from domains.base import searched

NEW_TABLES = ("blog_ghost_posts", "blog_ghost_pictures", "blog_ghost_imports", "blog_old_addresses", "search")
STATEMENTS = (
    *(f"DROP TRIGGER {name}" for name in search.triggers(searched())),
    *(f"DROP TABLE {table}" for table in NEW_TABLES),
    *(f"ALTER TABLE blog_posts DROP COLUMN {column}" for column in ("authors", "format", "plain")),
    "ALTER TABLE blog_posts ADD COLUMN author VARCHAR NOT NULL DEFAULT 'Ines'",
    "UPDATE alembic_version SET version_num = '0006'",
)
