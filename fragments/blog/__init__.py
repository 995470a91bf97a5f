"""Posts, pages and navigation, as people see them."""

from .arranging import ROUTES as MENU
from .arranging import navigation
from .history import ROUTES as HISTORY
from .history import revision, revisions
from .reading import ROUTES as READING
from .reading import home, latest, news, post, preview
from .writing import ROUTES as WRITING
from .writing import edit_post, new_post, posts

ROUTES = [*READING, *WRITING, *HISTORY, *MENU]

__all__ = [
    "ROUTES",
    "edit_post",
    "home",
    "latest",
    "navigation",
    "new_post",
    "news",
    "post",
    "posts",
    "preview",
    "revision",
    "revisions",
]
