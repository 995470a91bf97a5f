"""${message}."""

from alembic import op
import sqlalchemy as sa

from domains.base import watch

revision, down_revision = ${repr(up_revision)}, ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    watch(op.get_bind())
