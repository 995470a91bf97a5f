"""The calendar, its entries, and tickets for them, as people see them."""

from . import calendar as months
from . import entry as entries
from . import tickets as places
from .calendar import market_days, next_market_day, upcoming
from .tickets import own_tickets, tickets

__all__ = ["ROUTES", "market_days", "next_market_day", "own_tickets", "tickets", "upcoming"]

ROUTES = [*months.ROUTES, *entries.ROUTES, *places.ROUTES]
