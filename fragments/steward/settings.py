from dataclasses import fields
from typing import Any

from litestar import Response, get, post

from domains import site
from domains.errors import say
from fragments import choices
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

NAMES = tuple(field.name for field in fields(site.Facts) if field.name != "hue")
"""The ink is chosen where the rest of the look is."""


@get("/steward/settings")
async def settings(db: Db, view: Page) -> Response[str]:
    view.steward()
    return await _settings(view, Form({name: str(getattr(view.site, name)) for name in NAMES}))


@post("/steward/settings")
async def describe(db: Db, view: Page, data: Typed) -> Response[Any]:
    view.steward()
    form = Form(data)
    with form.refusals():
        said = {name: form.text(name) for name in NAMES}
        await site.describe(db, site.Facts(**said, hue=str(view.site.hue)))
        return view.see("/steward/settings", "saved")
    return await _settings(view, form, status=422)


async def _settings(view: View, form: Form, status: int = 200) -> Response[str]:
    return await view.render(
        "steward/_settings.html",
        title=view.text(say("Settings")),
        layout="desk.html",
        status=status,
        form=form,
        zones=choices.zones(),
        currencies=choices.currencies(view.site.language),
        languages=choices.languages(),
    )


ROUTES = [settings, describe]
