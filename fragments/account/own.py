"""What belongs to one person: their page, their password, and where they are signed in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.errors import Invalid, say
from fragments import events
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .paths import unkept

TRIES, WITHIN = 5, timedelta(minutes=15)


@get("/account/badge")
async def badge(db: Db, view: Page) -> Response[str]:
    return await view.render("account/_badge.html", title=view.text(say("Account")))


@get("/account/home")
async def home(db: Db, view: Page) -> Response[str]:
    person = view.member()
    return await view.render(
        "account/_home.html",
        title=view.text(say("Your account")),
        person=person,
        sessions=await account.sessions(db, person.id),
        newsletter=await view.embed(newsletter),
        tickets=await view.embed(events.own_tickets),
    )


@get("/account/newsletter")
async def newsletter(db: Db, view: Page) -> Response[str]:
    return await _newsletter(db, view)


@post("/account/newsletter")
async def choose_newsletter(db: Db, view: Page, data: Typed) -> Response[Any]:
    address, wanted = view.member().address, bool(data.get("wanted"))
    await (account.subscribe if wanted else account.unsubscribe)(db, address)
    if view.wants_fragment:
        return await _newsletter(db, replace(view, is_part=True), changed=True)
    return view.see("/account/home", "newsletter" if wanted else "no-newsletter")


@get("/account/password")
async def password(db: Db, view: Page) -> Response[str]:
    return unkept(view, await _password(view, Form()))


@post("/account/password")
async def set_password(db: Db, view: Page, data: Typed) -> Response[Any]:
    form, person = Form(data), view.member()
    with form.refusals():
        await _prove(db, person, form.text("old_password"))
        hashed = await account.hash_password(form.text("password"))
        await account.set_password(db, person.id, hashed, was=person.password, but=_here(view))
        return view.see("/account/home", "password")
    return await _password(view, form, status=422)


@post("/account/sign-out")
async def sign_out(db: Db, view: Page) -> Response[Any]:
    if view.session:
        await account.end_session(db, view.session.id)
        view.forget_session()
    return view.see("/", "signed-out")


@post("/account/sessions/end")
async def end_others(db: Db, view: Page) -> Response[Any]:
    await account.end_sessions(db, view.member().id, but=_here(view))
    return view.see("/account/home", "signed-out-elsewhere")


@post("/account/sessions/{id:int}/end")
async def end_one(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    await account.end_own_session(db, view.member().id, id)
    if id == _here(view):
        view.forget_session()
        return view.see("/", "signed-out")
    return view.see("/account/home", "signed-out-there")


async def _prove(db: AsyncSession, person: account.Person, typed: str) -> None:
    """Their password, where they have one; the try counts, however it ends. Raises Invalid, TooMany."""
    if person.password:
        await account.count_try(db, f"password:{person.id}", TRIES, WITHIN)
    await db.commit()
    if person.password and not await account.is_password(person.password, typed):
        raise Invalid(old_password=say("That is not your password. Type it again."))


def _here(view: View) -> int | None:
    """The session that they are using."""
    return view.session.id if view.session else None


async def _password(view: View, form: Form, status: int = 200) -> Response[str]:
    title = view.text(say("Your password"))
    return await view.render("account/_password.html", status=status, title=title, form=form, person=view.member())


async def _newsletter(db: AsyncSession, view: View, *, changed: bool = False) -> Response[str]:
    wanted = await account.is_reader(db, view.member().address)
    title = view.text(say("Newsletter"))
    return await view.render("account/_newsletter.html", title=title, wanted=wanted, changed=changed)


ROUTES = [
    badge,
    home,
    newsletter,
    choose_newsletter,
    password,
    set_password,
    sign_out,
    end_others,
    end_one,
]
