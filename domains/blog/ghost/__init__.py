"""How a blog comes over from Ghost, of an export or post by post; keeps in step with one that runs; and goes there."""

from .admin import KINDS, PAGE, Admin, Collision, Declined, greet, image_url
from .back import beside, decide, goes_there, note_on_time, note_refused, note_sent, offer, owed, owing
from .export import Export, read_export
from .hints import SITE, Hint, checked, has_hints, read, take_hint
from .imports import begin_import, end_import, last_import
from .leave import leaving
from .link import (
    ADMIN_KEY,
    HOOK_SECRET,
    MOST,
    Wishes,
    all_known,
    begin,
    count_taken,
    differing,
    ghost,
    held,
    known,
    link,
    note_trouble,
    settle,
    unlink,
    wish,
)
from .menu import mirror_menus, take_navigation
from .models import GhostImport
from .posts import Arrived, from_api, read_at, written
from .redirects import lead_on, leading
from .sending import Sending, sending
from .taking import Taken, known_pictures, lose_post, read_through, remember_picture, take_post, wanted

__all__ = [
    "ADMIN_KEY",
    "HOOK_SECRET",
    "KINDS",
    "MOST",
    "PAGE",
    "SITE",
    "Admin",
    "Arrived",
    "Collision",
    "Declined",
    "Export",
    "GhostImport",
    "Hint",
    "Sending",
    "Taken",
    "Wishes",
    "all_known",
    "begin",
    "begin_import",
    "beside",
    "checked",
    "count_taken",
    "decide",
    "differing",
    "end_import",
    "from_api",
    "ghost",
    "goes_there",
    "greet",
    "has_hints",
    "held",
    "image_url",
    "known",
    "known_pictures",
    "last_import",
    "lead_on",
    "leading",
    "leaving",
    "link",
    "lose_post",
    "mirror_menus",
    "note_on_time",
    "note_refused",
    "note_sent",
    "note_trouble",
    "offer",
    "owed",
    "owing",
    "read",
    "read_at",
    "read_export",
    "read_through",
    "remember_picture",
    "sending",
    "settle",
    "take_hint",
    "take_navigation",
    "take_post",
    "unlink",
    "wanted",
    "wish",
    "written",
]
