"""Who gets the newsletter, for stewards."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from domains import account
from domains.errors import say
from fragments.numbers import number
from fragments.view import Db, Page

MOST = 50


@get("/account/readers")
async def readers(db: Db, view: Page, words: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[str]:
    view.steward()
    words = words.replace("\0", "")  # where SQLite would stop reading
    found = await account.find_readers(db, words, number(before), MOST)
    return await view.render(
        "account/_readers.html",
        title=view.text(say("Readers")),
        layout="desk.html",
        words=words,
        count=await account.count_readers(db),
        readers=found,
        older=found[-1].id if len(found) == MOST else None,
        newest=number(before) is None,
    )


@post("/account/readers/{id:int}/remove")
async def remove_reader(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    view.steward()
    await account.remove_reader(db, id)
    return view.see("/account/readers", "reader-removed")


ROUTES = [readers, remove_reader]
