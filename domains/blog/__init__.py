"""The blog owns posts and pages, what their Markdown becomes, their pictures, and the navigation that leads to them.

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
from .library import (
    Listed,
    describe_picture,
    file_at,
    keep_picture,
    picture,
    picture_at,
    pictures,
    read_picture,
    remove_picture,
    used,
    uses,
)
from .markdown import WIDGETS, Prose, Widget, read_prose
from .menu import add_menu_item, move_menu_item, remove_menu_item
from .models import KINDS, VISIBILITIES, MenuItem, Picture, Post
from .queries import Listing, has_news, latest, moved, navigation, news, pages, post, post_at, posts, titles
from .renditions import LARGEST, Address, address
from .revisions import Piece, difference, revision, revisions

__all__ = [
    "COVERS",
    "KINDS",
    "LARGEST",
    "RESERVED",
    "VISIBILITIES",
    "WIDGETS",
    "Address",
    "Listed",
    "Listing",
    "MenuItem",
    "Picture",
    "Piece",
    "Post",
    "Prose",
    "Widget",
    "Words",
    "add_menu_item",
    "address",
    "describe_picture",
    "difference",
    "edit_post",
    "file_at",
    "has_news",
    "keep_picture",
    "latest",
    "move_menu_item",
    "moved",
    "navigation",
    "news",
    "pages",
    "picture",
    "picture_at",
    "pictures",
    "post",
    "post_at",
    "posts",
    "publish_post",
    "publish_scheduled_post",
    "read_body",
    "read_picture",
    "read_prose",
    "remove_menu_item",
    "remove_picture",
    "remove_post",
    "restore_post",
    "revision",
    "revisions",
    "titles",
    "unpublish_post",
    "used",
    "uses",
    "write_post",
]
