"""The blog owns posts and pages, what their Markdown becomes, and the navigation that leads to them.

A post is news and has a date; a page stays. Either is a draft until it is published, and again once it is taken down.
"""

from .commands import (
    COVERS,
    RESERVED,
    Words,
    edit_post,
    publish_post,
    publish_scheduled_post,
    read_body,
    remove_post,
    restore_post,
    unpublish_post,
    write_post,
)
from .markdown import WIDGETS, Prose, Widget, read_prose
from .menu import add_menu_item, move_menu_item, remove_menu_item
from .models import KINDS, VISIBILITIES, MenuItem, Post
from .queries import Listing, has_news, latest, moved, navigation, news, pages, post, post_at, posts, titles
from .revisions import Piece, difference, revision, revisions

__all__ = [
    "COVERS",
    "KINDS",
    "RESERVED",
    "VISIBILITIES",
    "WIDGETS",
    "Listing",
    "MenuItem",
    "Piece",
    "Post",
    "Prose",
    "Widget",
    "Words",
    "add_menu_item",
    "difference",
    "edit_post",
    "has_news",
    "latest",
    "move_menu_item",
    "moved",
    "navigation",
    "news",
    "pages",
    "post",
    "post_at",
    "posts",
    "publish_post",
    "publish_scheduled_post",
    "read_body",
    "read_prose",
    "remove_menu_item",
    "remove_post",
    "restore_post",
    "revision",
    "revisions",
    "titles",
    "unpublish_post",
    "write_post",
]
