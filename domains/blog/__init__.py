"""The blog owns posts and pages, what their Markdown becomes, and the navigation that leads to them.

A post is news and has a date; a page stays. Either is a draft until it is published, and again once it is taken down.
"""

from .commands import (
    COVERS,
    RESERVED,
    Words,
    edit_post,
    publish_post,
    read_body,
    remove_post,
    unpublish_post,
    write_post,
)
from .markdown import WIDGETS, Prose, Widget, read_prose
from .menu import add_menu_item, move_menu_item, remove_menu_item
from .models import KINDS, MenuItem, Post
from .queries import Listing, has_news, latest, navigation, news, pages, post, post_at, posts, titles

__all__ = [
    "COVERS",
    "KINDS",
    "RESERVED",
    "WIDGETS",
    "Listing",
    "MenuItem",
    "Post",
    "Prose",
    "Widget",
    "Words",
    "add_menu_item",
    "edit_post",
    "has_news",
    "latest",
    "move_menu_item",
    "navigation",
    "news",
    "pages",
    "post",
    "post_at",
    "posts",
    "publish_post",
    "read_body",
    "remove_menu_item",
    "read_prose",
    "remove_post",
    "titles",
    "unpublish_post",
    "write_post",
]
