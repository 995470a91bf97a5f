"""The index of what can be found, which `watch` makes, as it makes every trigger."""

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    """A new number, so that `watch` is asked."""
