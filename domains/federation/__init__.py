"""Federation owns how this co-op appears to other servers: its actor, what that has published, and how both are found.

Nothing of it is kept in tables yet. Each document is made from who the co-op is, and from its own address alone, so
whoever asks, and by whichever host, is told the same ids.
"""

from .discovery import node, nodes, profile, resource
from .documents import actor, address, name, nobody
from .posts import PAGE, Article, article, outbox, outbox_page

__all__ = [
    "PAGE",
    "Article",
    "actor",
    "address",
    "article",
    "name",
    "nobody",
    "node",
    "nodes",
    "outbox",
    "outbox_page",
    "profile",
    "resource",
]
