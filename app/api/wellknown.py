"""Where machines look first: WebFinger and NodeInfo."""

from functools import cache
from importlib.metadata import version as version_of

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from domains import account, federation, sample
from domains.errors import NotFound
from fragments.view import Db, Page

from .documents import ANYWHERE, document, refusal
from .federation import count_posts


@get("/.well-known/webfinger")
async def webfinger(
    view: Page, resource: FromQuery[str] = "", rel: FromQuery[list[str] | None] = None
) -> Response[bytes]:
    if not resource:
        return refusal(400, "Say which resource: acct:name@host.", ANYWHERE)
    try:
        found = federation.resource(view.site, resource, rel or ())
    except NotFound:
        return refusal(404, "There is nobody of that name here.", ANYWHERE)
    return document(found, "application/jrd+json", ANYWHERE)


@get("/.well-known/nodeinfo")
async def nodeinfo(view: Page) -> Response[bytes]:
    return document(federation.nodes(view.site), "application/json", ANYWHERE)


@get("/nodeinfo/{version:str}")
async def node(db: Db, view: Page, version: FromPath[str]) -> Response[bytes]:
    people = len(await account.people(db)) - len(await sample.unchanged(db, "account.person"))
    posts = await count_posts(db)
    found = federation.node(view.site, version, software=_software(), people=people, posts=posts)
    return document(found, federation.profile(version), ANYWHERE)


@cache
def _software() -> str:
    return version_of("rose-ash")


ROUTES = [webfinger, nodeinfo, node]
