"""The whole co-op in one file, for a steward to take away."""

from datetime import timedelta
from functools import partial
from typing import Any

from litestar import Response, get, post

from domains import account
from domains.activities import Activity, record
from domains.errors import Invalid, say
from fragments.download import Download
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

MOST, WITHIN = 6, timedelta(hours=1)
"""Each is a copy of everything, and takes its room on the disk for a while."""
LEAST = 12  # characters


@get("/steward/export")
async def export(view: Page) -> Response[str]:
    view.steward()
    return await _export(view, Form({"keys": "sealed"}))


@post("/steward/export")
async def take_away(db: Db, view: Page, data: Typed) -> Response[Any]:
    """Who took what away when is in the ledger before the first byte of it is sent."""
    view.steward()
    form = Form(data)
    with form.refusals():
        passphrase = _passphrase(form)
        await account.count_try(db, "export", MOST, WITHIN)
        about = {"name": view.site.name, "sealed": bool(passphrase)}
        await record(db, Activity(type="Create", kind="site.export", ref=view.site.id, object=about))
        assert view.export
        name = f"{view.site.host}-{view.today.isoformat()}.rose"
        return Download(partial(view.export, passphrase), name, "application/vnd.sqlite3")
    return await _export(view, form, status=422)


def _passphrase(form: Form) -> str:
    """Empty where the keys stay here. Raises Invalid."""
    typed = form.text("password")
    if form.text("keys") == "left":
        return ""
    if form.text("keys") != "sealed":
        raise Invalid(keys=say("Choose one of these."))
    if len(typed) < LEAST:
        raise Invalid(password=say("Use at least twelve characters; a few words make a good passphrase."))
    if typed != form.text("same_password"):
        raise Invalid(same_password=say("These two are not the same. Type both again."))
    return typed


async def _export(view: View, form: Form, status: int = 200) -> Response[str]:
    title = view.text(say("Take it away"))
    return await view.render("steward/_export.html", title=title, layout="desk.html", status=status, form=form)


ROUTES = [export, take_away]
