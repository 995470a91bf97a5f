"""Signing in: by a link in a mail, or by a password. Whoever tries learns nothing of who is here."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.errors import Invalid, say
from flows import sign_in as story
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View
from fragments.visit import holder_of

from .browsers import browser
from .paths import local, unkept

HOME = "/account/home"


@get("/account/sign-in")
async def sign_in(db: Db, view: Page, next: FromQuery[str] = "") -> Response[str]:
    return unkept(view, await _asked(view, Form({"next": local(next)})))


@post("/account/sign-in")
async def mail_link(db: Db, view: Page, data: Typed) -> Response[Any]:
    """The same answer for an address that somebody has, nobody has, or that asked too often."""
    form = Form(data)
    with form.refusals():
        await account.count_client(db, view.client)
        await story.begin(db, form.text("address"), local(form.text("next")), view.now.timestamp())
        return view.see("/account/link-sent")
    return await _asked(view, form, status=422)


@get("/account/link-sent")
async def link_sent(db: Db, view: Page) -> Response[str]:
    return unkept(view, await view.render("account/_link_sent.html", title=view.text(say("Look at your mail"))))


@get("/account/password-sign-in")
async def password_sign_in(db: Db, view: Page, next: FromQuery[str] = "") -> Response[str]:
    return unkept(view, await _asked_for_password(view, Form({"next": local(next)}, id="password")))


@post("/account/password-sign-in")
async def enter_by_password(db: Db, view: Page, data: Typed) -> Response[Any]:
    form = Form(data, id="password")
    with form.refusals():
        person = await _proven(db, view.client, form.text("address"), form.text("password"))
        return await _enter(db, view, person, form.text("next"))
    return await _asked_for_password(view, form, status=422)


@get("/account/sign-in-link/{signed:str}")
async def sign_in_link(db: Db, view: Page, signed: FromPath[str], next: FromQuery[str] = "") -> Response[str]:
    """Changes nothing: mail scanners follow links."""
    if offered := await account.sign_in(db, _number(view, signed)):
        return await _offered(view, Form({"next": local(next)}), offered=offered)
    return await _offered(view, Form({"next": local(next)}), status=410)


@post("/account/sign-in-link/{signed:str}")
async def enter_by_link(db: Db, view: Page, signed: FromPath[str], data: Typed) -> Response[Any]:
    if person := await account.spend_sign_in(db, _number(view, signed)):
        return await _enter(db, view, person, data.get("next", ""))
    return await _offered(view, Form({"next": local(data.get("next", ""))}), status=410)


async def _proven(db: AsyncSession, client: str, address: str, password: str) -> int:
    """The person whose password it is. As much work, and the same answer, for everybody. Raises Invalid, TooMany."""
    person, hashed = await account.try_password(db, address, client)
    await db.commit()  # the try counts, however it ends, and nobody waits for a hash
    if not await account.is_password(hashed, password) or person is None:
        raise Invalid(password=say("The two do not fit together. Type both again, or have a link mailed to you."))
    await account.forgive_password(db, address, client)
    return person


async def _enter(db: AsyncSession, view: View, person: int, next: str) -> Response[Any]:
    """In a session of its own: whoever knew the old one knows nothing."""
    before = view.session
    session = await view.begin_session(person)
    await account.name_session(db, session.id, browser(view.request.headers.get("user-agent", "")))
    await story.settle(db, before, holder_of(before), holder_of(session))
    return view.see(local(next) or HOME)


async def _asked(view: View, form: Form, status: int = 200) -> Response[str]:
    return await view.render(
        "account/_sign_in.html",
        title=view.text(say("Sign in")),
        status=status,
        form=form,
        by_password=await view.embed(password_sign_in, next=form.text("next")),
    )


async def _asked_for_password(view: View, form: Form, status: int = 200) -> Response[str]:
    title = view.text(say("Sign in with a password"))
    return await view.render("account/_password_sign_in.html", status=status, title=title, form=form)


async def _offered(view: View, form: Form, offered: account.SignIn | None = None, status: int = 200) -> Response[str]:
    title = view.text(say("Sign in"))
    page = await view.render("account/_sign_in_link.html", title=title, status=status, form=form, offered=offered)
    return unkept(view, page)


def _number(view: View, signed: str) -> int:
    """0, which no link has, for what this co-op never signed."""
    return int(view.keys.unsign("sign-in", signed) or 0)


ROUTES = [
    sign_in,
    mail_link,
    link_sent,
    password_sign_in,
    enter_by_password,
    sign_in_link,
    enter_by_link,
]
