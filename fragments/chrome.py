"""What stands on every page around its fragment: navigation, basket and account, each made by its own domain."""

from collections.abc import Mapping
from typing import Any

from babel.dates import format_date

from domains.errors import say

from . import account, blog, cart
from .view import View

DESK = (
    ("/steward", say("Today")),
    ("/blog/posts", say("Posts and pages")),
    ("/blog/menu", say("Navigation")),
    ("/market/new-product", say("New product")),
    ("/events/new-entry", say("New event")),
    ("/account/people", say("People")),
    ("/steward/ledger", say("Ledger")),
    ("/steward/mails", say("Mails")),
    ("/steward/settings", say("Settings")),
)
"""What stewards find in their frame, in every room."""


async def chrome(view: View) -> Mapping[str, Any]:
    return {
        "dateline": dateline(view),
        "desk": [(href, view.text(name), "") for href, name in DESK],
        "navigation": await view.embed(blog.navigation),
        "basket": await view.embed(cart.badge),
        "account": await view.embed(account.badge),
    }


def dateline(view: View) -> str:
    """Week 48, Tuesday 24 November 2026"""
    day = format_date(view.today, "EEEE d MMMM y", locale=view.site.language.replace("-", "_"))
    return view.text(say("Week {week}, {day}")).format(week=view.today.isocalendar().week, day=day)
