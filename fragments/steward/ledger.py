from collections.abc import Mapping, Sequence

from litestar import Response, get
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, activities
from domains.activities import Activity
from domains.errors import say
from fragments.view import Db, Page, View

PERSON, SITE = "account.person:", "site"
MOST = 50


@get("/steward/ledger")
async def ledger(db: Db, view: Page, words: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[str]:
    view.steward()
    words = words.replace("\0", "")  # where SQLite would stop reading
    entries = await activities.ledger(db, words, before=_number(before), most=MOST)
    return await view.render(
        "steward/_ledger.html",
        title=view.text(say("Ledger")),
        layout="desk.html",
        words=words,
        entries=entries,
        actors=await actors(db, view, entries),
        older=entries[-1].id if len(entries) == MOST else None,
        newest=_number(before) is None,
    )


async def actors(db: AsyncSession, view: View, entries: Sequence[Activity]) -> Mapping[str, str]:
    """What the ledger calls whoever did these -> what people call them."""
    ids = {int(entry.actor.removeprefix(PERSON)) for entry in entries if entry.actor.startswith(PERSON)}
    return {SITE: view.site.name} | {f"{PERSON}{id}": name for id, name in (await account.names(db, ids)).items()}


def _number(typed: str) -> int | None:
    """None for what can be no id."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None


ROUTES = [ledger]
