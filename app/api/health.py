"""Whether this co-op can be served."""

from litestar import get
from sqlalchemy import text

from fragments.view import Db


@get("/health", media_type="application/json")
async def health(db: Db) -> dict[str, str]:
    """200 when its file opens and answers."""
    await db.execute(text("SELECT 1"))
    return {"status": "ok"}
