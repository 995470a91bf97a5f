"""Posts, pages and navigation, as people see them."""

from .arranging import ROUTES as MENU
from .arranging import navigation
from .history import ROUTES as HISTORY
from .history import revision, revisions
from .lists import ROUTES as LISTS
from .lists import author, news, tag
from .reading import ROUTES as READING
from .reading import draft, home, latest, post
from .writing import ROUTES as WRITING
from .writing import edit_post, new_post, posts

ROUTES = [*READING, *LISTS, *WRITING, *HISTORY, *MENU]

__all__ = [
    "ROUTES",
    "author",
    "draft",
    "edit_post",
    "home",
    "latest",
    "navigation",
    "new_post",
    "news",
    "post",
    "posts",
    "revision",
    "revisions",
    "tag",
]
