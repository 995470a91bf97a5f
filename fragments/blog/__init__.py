"""Posts, pages and navigation, as people see them."""

from .arranging import ROUTES as MENU
from .arranging import navigation
from .history import ROUTES as HISTORY
from .history import revision, revisions
from .lists import ROUTES as LISTS
from .lists import author, news, tag
from .pictures import ROUTES as PICTURES
from .pictures import media, picture
from .reading import ROUTES as READING
from .reading import draft, home, latest, post
from .sorting import ROUTES as SORTING
from .sorting import posts
from .typing import ROUTES as TYPING
from .writing import ROUTES as WRITING
from .writing import edit_post, new_post

ROUTES = [*READING, *LISTS, *WRITING, *TYPING, *SORTING, *PICTURES, *HISTORY, *MENU]

__all__ = [
    "ROUTES",
    "author",
    "draft",
    "edit_post",
    "home",
    "latest",
    "media",
    "navigation",
    "new_post",
    "news",
    "picture",
    "post",
    "posts",
    "revision",
    "revisions",
    "tag",
]
