"""The house as it was first built."""

from alembic import op

import domains.account.models
import domains.activities
import domains.blog.models
import domains.cart.models
import domains.events.models
import domains.federation.models
import domains.market.models
import domains.site  # noqa: F401
import flows.engine.models  # noqa: F401
from domains.base import Table, watch

revision, down_revision = "0001", None


def upgrade() -> None:
    Table.metadata.create_all(op.get_bind())
    watch(op.get_bind())
