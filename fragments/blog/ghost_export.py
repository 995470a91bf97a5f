"""Where a steward takes the posts and pages away, as a Ghost imports them."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post

from domains import account
from domains.activities import Activity, record
from domains.errors import say
from fragments.download import Download
from fragments.view import Db, Page

MOST, WITHIN = 6, timedelta(hours=1)
"""Each reads all that was ever written."""


@get("/blog/ghost-export")
async def ghost_export(view: Page) -> Response[str]:
    view.steward()
    return await view.render(
        "blog/_ghost_export.html", title=view.text(say("Take the posts to a Ghost")), layout="desk.html"
    )


@post("/blog/ghost-export")
async def take_posts(db: Db, view: Page) -> Response[Any]:
    """Who took them when is in the ledger before the first of them is read."""
    view.steward()
    assert view.imports
    await account.count_try(db, "ghost-export", MOST, WITHIN)
    about = {"name": view.site.name}
    await record(db, Activity(type="Create", kind="blog.ghost_export", ref=view.site.id, object=about))
    return Download(view.imports.leave, f"{view.site.host}-{view.today.isoformat()}-ghost.json", "application/json")


ROUTES = [ghost_export, take_posts]
