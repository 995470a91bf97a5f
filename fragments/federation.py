"""The fediverse, as people see it."""

from litestar import Response, get

from domains import federation
from domains.errors import say

from .view import Db, Page


@get("/federation/address")
async def address(db: Db, view: Page) -> Response[str]:
    return await view.render(
        "federation/_address.html",
        title=view.text(say("Find us in the fediverse")),
        address=federation.address(view.site),
    )


ROUTES = [address]
