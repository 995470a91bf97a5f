"""Events own the calendar: what takes place on which day, from when to when, and where; and who has a ticket for it.

An entry's days and times are as clocks at the co-op show them; an instant comes of them with the co-op's zone.
"""

from .commands import FIELDS, Facts, add_entry, cancel_entry, change_entry, remove_entry
from .models import KINDS, Entry, Ticket
from .queries import calendar, entry, everybodys, market_days, ticketed, upcoming
from .tickets import (
    MOST,
    check_room,
    count_guests,
    forget_tickets,
    give_back,
    guests,
    live_ticket,
    take_ticket,
    ticket,
    tickets_of,
    want_ticket,
)
from .wanted import Wanted

__all__ = [
    "FIELDS",
    "KINDS",
    "MOST",
    "Entry",
    "Facts",
    "Ticket",
    "Wanted",
    "add_entry",
    "calendar",
    "cancel_entry",
    "change_entry",
    "check_room",
    "count_guests",
    "entry",
    "everybodys",
    "forget_tickets",
    "give_back",
    "guests",
    "live_ticket",
    "market_days",
    "remove_entry",
    "take_ticket",
    "ticket",
    "ticketed",
    "tickets_of",
    "upcoming",
    "want_ticket",
]
