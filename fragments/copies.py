"""What a co-op's stewards are told of its copies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copies:
    """Instants are seconds since the epoch; None where nobody knows."""

    to: str = ""
    """Where its file is copied to, all the time; empty when it shall not be."""
    are_elsewhere: bool = False
    """Whether they outlive the disk that the file is on."""
    standing: str = "off"
    """copied, behind, new (nobody knows yet) or off (nobody copies)."""
    since: float | None = None
    """All that was written until then is copied."""
    size: int | None = None
    """Bytes of all of them, as they were weighed last."""
    weighed: float | None = None
    drilled: float | None = None
    """When it was last restored from them, to see whether it can be."""
    fault: str = ""
    """What was wrong with them then, in a sentence."""
    slug: str = ""
    """What `rose` calls the co-op."""
