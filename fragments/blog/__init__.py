"""Posts, pages and navigation, as people see them."""

from .arranging import ROUTES as ARRANGING
from .arranging import menu
from .converting import ROUTES as CONVERTING
from .converting import convert_post
from .ghost import ROUTES as GHOST
from .ghost import ghost, ghost_post
from .ghost_export import ROUTES as GHOST_EXPORT
from .ghost_export import ghost_export
from .ghost_import import ROUTES as GHOST_IMPORT
from .ghost_import import ghost_import
from .history import ROUTES as HISTORY
from .history import revision, revisions
from .lists import ROUTES as LISTS
from .lists import author, news, tag
from .menus import ROUTES as MENUS
from .menus import foot, navigation
from .pictures import ROUTES as PICTURES
from .pictures import media, picture
from .reading import ROUTES as READING
from .reading import draft, home, latest, post
from .sorting import ROUTES as SORTING
from .sorting import posts
from .typing import ROUTES as TYPING
from .writing import ROUTES as WRITING
from .writing import edit_post, new_post

ROUTES = [
    *READING,
    *LISTS,
    *WRITING,
    *TYPING,
    *CONVERTING,
    *SORTING,
    *PICTURES,
    *HISTORY,
    *MENUS,
    *ARRANGING,
    *GHOST_IMPORT,
    *GHOST_EXPORT,
    *GHOST,
]

__all__ = [
    "ROUTES",
    "author",
    "convert_post",
    "draft",
    "edit_post",
    "foot",
    "ghost",
    "ghost_export",
    "ghost_import",
    "ghost_post",
    "home",
    "latest",
    "media",
    "menu",
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
