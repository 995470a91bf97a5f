"""What stands on every page around its fragment: its menus, basket and account, each made by its own domain."""

from collections.abc import Mapping
from typing import Any

from domains.errors import say

from . import account, blog, cart
from .view import View

DESK = (
    ("/steward", say("Today"), False),
    ("/blog/posts", say("Posts and pages"), True),
    ("/blog/media", say("Pictures"), True),
    ("/blog/menu", say("Navigation"), False),
    ("/market/new-product", say("New product"), True),
    ("/events/new-entry", say("New event"), True),
    ("/account/people", say("People"), False),
    ("/flows", say("Flows"), False),
    ("/steward/ledger", say("Ledger"), False),
    ("/steward/mails", say("Mails"), False),
    ("/steward/copies", say("Copies"), False),
    ("/steward/look", say("Look"), False),
    ("/steward/settings", say("Settings"), False),
)
"""What stands in the desk's frame, in every room: where, what, and whether editors find it there too."""


async def chrome(view: View) -> Mapping[str, Any]:
    return {
        "dateline": dateline(view),
        "desk": [(href, view.text(name), "") for href, name, everyone in DESK if everyone or view.is_steward],
        "navigation": await view.embed(blog.navigation),
        "foot": await view.embed(blog.foot),
        "basket": await view.own(cart.badge),
        "account": await view.own(account.badge),
    }


def dateline(view: View) -> str:
    """Week 48, Tuesday 24 November 2026"""
    day = view.templates.filters["date"](view.today, "EEEE d MMMM y")
    return view.text(say("Week {week}, {day}")).format(week=view.today.isocalendar().week, day=day)
