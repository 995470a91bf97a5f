"""What people see. A page is a fragment with the house around it."""

from . import account, blog, cart, events, federation, flows, market, search, setup, steward

ROUTES = [
    route
    for room in (blog, market, cart, events, federation, account, steward, flows, search, setup)
    for route in room.ROUTES
]
