"""Who is in the co-op, for its stewards."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from domains import account
from domains.errors import say
from flows import sign_in as story
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

ROLES = (
    ("member", say("Member"), say("Has an account here.")),
    ("editor", say("Editor"), say("Writes posts, events and goods.")),
    ("steward", say("Steward"), say("May do everything, and lets people in.")),
)


@get("/account/people")
async def people(db: Db, view: Page) -> Response[str]:
    view.steward()
    return await _people(db, view)


@post("/account/people/{id:int}/role")
async def change_role(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    me, form = view.steward(), Form(data, id=f"person-{id}")
    with form.refusals():
        changed = await account.set_role(db, id, form.text("role"))
        return view.see("/account/home" if changed.id == me.id and not changed.is_steward else "/account/people")
    return await _people(db, view, form, status=422)


@get("/account/new-person")
async def new_person(db: Db, view: Page) -> Response[str]:
    view.steward()
    return await _new_person(view, Form({"role": "member"}))


@post("/account/new-person")
async def add_person(db: Db, view: Page, data: Typed) -> Response[Any]:
    view.steward()
    form = Form(data)
    with form.refusals():
        about = form.text("name"), form.text("address"), form.text("role")
        await story.welcome(db, *about, view.now.timestamp())
        return view.see("/account/people")
    return await _new_person(view, form, status=422)


async def _people(db: Db, view: View, refused: Form | None = None, status: int = 200) -> Response[str]:
    """`refused`: the form of the one whose role could not be changed."""
    forms = {refused.id: refused} if refused else {}
    rows = [
        (person, forms.get(id := f"person-{person.id}") or Form({"role": person.role}, id))
        for person in await account.people(db)
    ]
    return await view.render(
        "account/_people.html",
        title=view.text(say("People")),
        layout="desk.html",
        status=status,
        rows=rows,
        roles=[(role, view.text(name)) for role, name, _ in ROLES],
        wrong=refused or Form(),
    )


async def _new_person(view: View, form: Form, status: int = 200) -> Response[str]:
    return await view.render(
        "account/_new_person.html",
        title=view.text(say("New person")),
        layout="desk.html",
        status=status,
        form=form,
        roles=[(role, view.text(name), view.text(may)) for role, name, may in ROLES],
    )


ROUTES = [people, change_role, new_person, add_person]
