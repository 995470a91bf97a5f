"""An urgent post is in every reader's mail the moment it is kept: queued in the publishing transaction itself."""

from .engine.builder import flow
from .engine.graph import Take
from .readers import Published

FLOW = (
    flow("blog.urgent", on="Create", of="blog.post", In=Published)
    .branch("is_urgent", Take("input.urgent"), equals=True)
    .effect("mailed", "blog.mail_readers@1", template="urgent", post=Take("input.post"))
    .build()
)
