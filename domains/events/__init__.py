"""Events own the calendar: what takes place on which day, from when to when, and where.

An entry's days and times are as clocks at the co-op show them; an instant comes of them with the co-op's zone.
"""

from .commands import FIELDS, Facts, add_entry, cancel_entry, change_entry, remove_entry
from .models import KINDS, Entry
from .queries import calendar, entry, everybodys, market_days, upcoming

__all__ = [
    "FIELDS",
    "KINDS",
    "Entry",
    "Facts",
    "add_entry",
    "calendar",
    "cancel_entry",
    "change_entry",
    "entry",
    "everybodys",
    "market_days",
    "remove_entry",
    "upcoming",
]
