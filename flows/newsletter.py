"""A post for the newsletter waits for the digest, until a steward sends it sooner or says that it shall not go."""

from .engine.builder import flow
from .engine.graph import END, Take
from .readers import Published

DAY = 24 * 60 * 60

FLOW = (
    flow("blog.newsletter", on="Create", of="blog.post", In=Published)
    .branch("is_for_it", Take("input.newsletter"), equals=True)
    .suspend("digest", tag="digest", seconds=DAY, late="digest_sent")
    .branch("is_stopped", Take("digest.payload"), equals="stop", then=END, otherwise="digest_sent")
    .effect("digest_sent", "blog.mail_readers@1", template="digest", post=Take("input.post"))
    .build()
)
