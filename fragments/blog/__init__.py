"""Posts, pages and navigation, as people see them."""

from .arranging import ROUTES as MENU
from .arranging import navigation
from .reading import ROUTES as READING
from .reading import home, latest, news, post
from .writing import ROUTES as WRITING
from .writing import edit_post, new_post, posts

ROUTES = [*READING, *WRITING, *MENU]

__all__ = ["ROUTES", "edit_post", "home", "latest", "navigation", "new_post", "news", "post", "posts"]
