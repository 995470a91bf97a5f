"""How a blog comes over from Ghost, of an export or post by post; keeps in step with one that runs; and goes there."""

from .admin import KINDS, PAGE, Admin, Collision, Declined, greet, image_url
from .back import beside, decide, goes_there, note_on_time, note_refused, note_sent, offer, owed, owing
from .export import Export, read_export
from .hints import GONE, SITE, Hint, checked, door, forget_refused, has_hints, read, refuse, take_hint
from .imports import begin_import, end_import, last_import
from .leave import leaving
from .link import ADMIN_KEY, HOOK_SECRET, Wishes, ghost, link, unlink, wish
from .looks import (
    MOST,
    Outcome,
    begin,
    count_known,
    count_taken,
    differing,
    held,
    is_much,
    missing,
    note_trouble,
    set_back,
    settle,
    take_again,
    unlike,
    withheld,
)
from .menu import mirror_menus, take_navigation
from .models import GhostImport
from .pictures import known_pictures, paths, remember_picture, wanted
from .posts import Arrived, from_api, read_at, written
from .redirects import lead_on, leading
from .sending import Sending, sending
from .slugs import call_otherwise, namesake
from .taking import Taken, lose_post, read_through, take_post

__all__ = [
    "ADMIN_KEY",
    "GONE",
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
    "Outcome",
    "Sending",
    "Taken",
    "Wishes",
    "begin",
    "begin_import",
    "beside",
    "call_otherwise",
    "checked",
    "count_known",
    "count_taken",
    "decide",
    "differing",
    "door",
    "end_import",
    "forget_refused",
    "from_api",
    "ghost",
    "goes_there",
    "greet",
    "has_hints",
    "held",
    "image_url",
    "is_much",
    "known_pictures",
    "last_import",
    "lead_on",
    "leading",
    "leaving",
    "link",
    "lose_post",
    "mirror_menus",
    "missing",
    "namesake",
    "note_on_time",
    "note_refused",
    "note_sent",
    "note_trouble",
    "offer",
    "owed",
    "owing",
    "paths",
    "read",
    "read_at",
    "read_export",
    "read_through",
    "refuse",
    "remember_picture",
    "sending",
    "set_back",
    "settle",
    "take_again",
    "take_hint",
    "take_navigation",
    "take_post",
    "unlike",
    "unlink",
    "wanted",
    "wish",
    "withheld",
    "written",
]
