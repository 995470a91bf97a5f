"""What servers elsewhere call after us. Each is believed no more than its signature says."""

from typing import Any

from litestar import Request, Response, post

from domains import site as sites
from domains.blog import ghost
from domains.errors import Forbidden
from flows import ghost as story
from fragments.view import Db, Page

from .documents import refusal

LARGEST = 8 * 2**20
"""Bytes; a hint holds the whole post."""


@post("/webhooks/ghost", request_max_body_size=LARGEST, status_code=202)
async def ghost_hint(request: Request[Any, Any, Any], db: Db, view: Page) -> Response[Any]:
    """Somebody goes and asks. 410, to which a Ghost takes its webhook away, where nobody wants it any more.

    `k` says which secret it was made with.
    """
    body = await request.body()
    sealed = (await sites.keys(db)).get(ghost.HOOK_SECRET)
    if not sealed or not await ghost.ghost(db):
        return refusal(410, "Nobody here keeps in step with a Ghost.")
    secret = view.keys.unseal(ghost.HOOK_SECRET, sealed).decode()
    try:
        signature = ghost.checked(request.headers.get("x-ghost-signature", ""), body, secret, view.now)
        await ghost.take_hint(db, signature, ghost.read(body), view.now)
    except Forbidden as error:
        if (door := request.query_params.get("k")) and door != ghost.door(secret):
            return refusal(410, "Nobody here takes what is signed with that secret any more.")
        return refusal(401, f"This is not taken: {error}.")
    await story.go(db, f"hint:{signature}", view.now.timestamp())
    return Response(None, status_code=202)


ROUTES = [ghost_hint]
