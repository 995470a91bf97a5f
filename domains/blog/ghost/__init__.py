"""How a blog comes over from Ghost, from an export or post by post: twice is once, and what was edited here stays."""

from .export import Export, read_export
from .imports import begin_import, end_import, last_import
from .menu import take_navigation
from .models import GhostImport
from .posts import Arrived, from_api
from .taking import Taken, known_pictures, lead_on, lose_post, remember_picture, take_post, wanted

__all__ = [
    "Arrived",
    "Export",
    "GhostImport",
    "Taken",
    "begin_import",
    "end_import",
    "from_api",
    "known_pictures",
    "last_import",
    "lead_on",
    "lose_post",
    "read_export",
    "remember_picture",
    "take_navigation",
    "take_post",
    "wanted",
]
