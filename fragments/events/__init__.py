"""The calendar, its entries, and tickets for them, as people see them."""

from .calendar import ROUTES as CALENDAR
from .calendar import market_days, next_market_day, upcoming
from .entry import ROUTES as ENTRY
from .tickets import ROUTES as TICKETS
from .tickets import own_tickets, tickets

ROUTES = [*CALENDAR, *ENTRY, *TICKETS]

__all__ = ["ROUTES", "market_days", "next_market_day", "own_tickets", "tickets", "upcoming"]
