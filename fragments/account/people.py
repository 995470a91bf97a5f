"""Who is in the co-op, for its stewards."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from domains import account
from domains.errors import NotFound, say
from flows import join
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


@post("/account/people")
async def change_role(db: Db, view: Page, data: Typed) -> Response[Any]:
    me, id = view.steward(), _id(data.get("person", ""))
    form = Form(data, id=f"person-{id}")
    with form.refusals():
        changed = await account.set_role(db, id, form.text("role"))
        if changed.id == me.id and not changed.is_steward:
            return view.see("/account/home", "stepped-down")
        return view.see("/account/people", "role")
    return await _people(db, view, form, status=422)


@post("/account/people/{id:int}/removal")
async def remove_person(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    me, form = view.steward(), Form(id=f"person-{id}")
    with form.refusals():
        await account.remove_person(db, id)
        if id == me.id:
            view.forget_session()
            return view.see("/", "signed-out")
        return view.see("/account/people", "let-go")
    form.typed = {"role": me.role}  # the only one who cannot go
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
        return view.see("/account/people", "welcomed")
    return await _new_person(view, form, status=422)


def _id(typed: str) -> int:
    """Raises NotFound for what nobody's can be."""
    if not re.fullmatch(r"\d{1,18}", typed, re.ASCII):
        raise NotFound(f"no person {typed}")
    return int(typed)


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
        requests=await join.waiting(db),
        readers=await account.count_readers(db),
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


ROUTES = [people, change_role, remove_person, new_person, add_person]
