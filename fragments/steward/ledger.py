from litestar import Response, get
from litestar.params import FromQuery

from domains import activities
from domains.errors import say
from fragments.actors import actors
from fragments.numbers import number
from fragments.view import Db, Page

MOST = 50


@get("/steward/ledger")
async def ledger(db: Db, view: Page, words: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[str]:
    view.steward()
    words = words.replace("\0", "")  # where SQLite would stop reading
    entries = await activities.ledger(db, words, before=number(before), most=MOST)
    return await view.render(
        "steward/_ledger.html",
        title=view.text(say("Ledger")),
        layout="desk.html",
        words=words,
        entries=entries,
        actors=await actors(db, view, [entry.actor for entry in entries]),
        older=entries[-1].id if len(entries) == MOST else None,
        newest=number(before) is None,
    )


ROUTES = [ledger]
