"""Where a steward brings the blog of a Ghost, sees how far it is, and reads what became of each post."""

from collections import Counter
from datetime import timedelta
from typing import Any, BinaryIO, cast

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.blog import ghost
from domains.check import Check
from domains.errors import Conflict, Invalid, say
from fragments.forms import Form
from fragments.view import Db, Page, View

LARGEST = 200 * 2**20
"""Bytes of a file that is brought to the page; it waits on the disk, never in memory."""
AROUND = 2**20
MOST, WITHIN = 20, timedelta(hours=1)
AGAIN = 3
"""Seconds until the page that shows how far it is asks again."""
SHOWN = 500
"""Posts of a report; all are in the list of posts."""
GONE = say("Its file is not here any more. Bring it once more, and it goes on where it was.")
HOW = (
    ("refused", say("Not taken")),
    ("kept", say("Left as they were edited here")),
    ("new", say("New here")),
    ("changed", say("Changed here, as they were there")),
    ("same", say("Here already, and the same")),
)


@get("/blog/ghost-import")
async def ghost_import(db: Db, view: Page) -> Response[str]:
    view.steward()
    return await _ghost_import(db, view, Form())


@post("/blog/ghost-import", request_max_body_size=LARGEST + AROUND, opt={"files": True})
async def bring_export(db: Db, view: Page) -> Response[Any]:
    """Or `again`: one that was cut off goes on."""
    me = view.steward()
    assert view.imports
    await account.count_try(db, "ghost", MOST, WITHIN)
    await db.commit()  # the try counts, and nobody waits to write while a file comes and is read
    form, file, name = await _brought(view.request)
    with form.refusals():
        try:
            if form.text("again"):
                if not await view.imports.again(me):
                    raise Invalid(
                        file=say("Its file is not here any more. Bring it once more: it goes on where it was.")
                    )
            elif not file:
                raise Invalid(file=say("Choose the file that Ghost has made."))
            else:
                await view.imports.begin(file, name, _site(form), me)
        except Conflict:
            raise Invalid(file=say("One is on its way already. Wait for it, then bring the next.")) from None
        finally:
            if file:
                file.close()
        return view.see("/blog/ghost-import")
    return await _ghost_import(db, view, form, 422)


def _site(form: Form) -> str:
    """Raises Invalid."""
    check = Check()
    site = check.web_address("site", form.text("site").strip())
    check.done()
    return site


async def _brought(request: Request[Any, Any, Any]) -> tuple[Form, BinaryIO | None, str]:
    """What was typed; the file, open, and what it is called."""
    try:
        sent = await request.form()
    except (LookupError, UnicodeError):  # in a script that nobody knows
        raise HTTPException(status_code=400) from None
    form = Form({name: value for name, value in sent.items() if isinstance(value, str)})
    file = sent.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        await sent.close()
        return form, None, ""
    return form, cast(BinaryIO, file.file), file.filename[:200]


async def _ghost_import(db: AsyncSession, view: View, form: Form, status: int = 200) -> Response[str]:
    progress, last = view.imports and view.imports.progress(), await ghost.last_import(db)
    posts = last.report.get("posts", []) if last else []
    shown = sorted(posts, key=lambda one: ([how for how, _ in HOW].index(one["how"]), not one["notes"]))
    page = await view.render(
        "blog/_ghost_import.html",
        title=view.text(say("Take over a Ghost")),
        layout="desk.html",
        status=status,
        form=form,
        progress=progress,
        last=last,
        groups=[(view.text(name), [one for one in shown[:SHOWN] if one["how"] == how]) for how, name in HOW],
        counts=Counter(one["how"] for one in posts),
        more=max(0, len(shown) - SHOWN),
    )
    if progress:
        page.headers["refresh"] = str(AGAIN)
    return page


ROUTES = [ghost_import, bring_export]
