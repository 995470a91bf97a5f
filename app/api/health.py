"""Whether this co-op can be served; and on a server without any, that it waits for its first."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy import text

from app.door import coop_of
from fragments.view import Db


async def _empty(request: Request[Any, Any, Any]) -> Response[dict[str, str]] | None:
    """Before any file is looked for."""
    return None if coop_of(request.scope) else Response({"status": "ok", "coop": "none yet"})


@get("/health", media_type="application/json", before_request=_empty)
async def health(db: Db) -> dict[str, str]:
    """200 when its file opens and answers."""
    await db.execute(text("SELECT 1"))
    return {"status": "ok"}
