"""Where everybody looks for something: posts, pages, products and events."""

from litestar import Response, get
from litestar.params import FromQuery

from domains import search
from domains.errors import say

from .view import Db, Page

KINDS = {"post": say("News"), "page": say("Page"), "product": say("Market"), "event": say("Calendar")}


@get(["/search", "/search/results"])
async def results(db: Db, view: Page, words: FromQuery[str] = "") -> Response[str]:
    """What members alone may read is found by members alone."""
    return await view.render(
        "search/_results.html",
        title=view.text(say("Search")),
        words=words[: search.LONGEST],
        hits=await search.find(db, words, is_member=view.is_member),
        kinds={kind: view.text(name) for kind, name in KINDS.items()},
    )


ROUTES = [results]
