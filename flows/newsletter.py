"""A post for the newsletter waits for the digest, until a steward sends it sooner or says that it shall not go."""

from .engine.builder import flow
from .engine.graph import END, Take
from .readers import Published

DIGEST = "Friday 08:00"

FLOW = (
    flow("blog.newsletter", on="Create", of="blog.post", In=Published)
    .branch("is_for_it", Take("input.newsletter"), equals=True)
    .suspend("digest", tag="digest", until=DIGEST, choices=("send", "stop"), late="digest_sent")
    .branch("is_stopped", Take("digest.payload"), equals="stop", then=END, otherwise="digest_sent")
    .effect("digest_sent", "blog.mail_readers@1", template="digest", post=Take("input.post"))
    .build()
)
