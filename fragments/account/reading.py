"""The newsletter for anybody: asking for it, and where the links lead that begin and end it."""

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.errors import say
from flows import reading as story
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .own import newsletter
from .paths import unkept

FORM = "subscribe"
"""It stands in posts, beside other forms."""


@get("/account/subscribe")
async def subscribe(view: Page) -> Response[str]:
    """A member sees whether they get it; in a post the form is the same for everybody."""
    own = await view.embed(newsletter) if view.is_member and not view.is_part else None
    return await _subscribe(view, Form(id=FORM), newsletter=own)


@post("/account/subscribe")
async def ask_to_read(db: Db, view: Page, data: Typed) -> Response[Any]:
    """The same answer for an address that reads, that does not, or that asked too often."""
    form = Form(data, id=FORM)
    with form.refusals():
        await story.begin(db, form.text("address"), view.client, view.now.timestamp())
        return view.see("/account/subscribe-sent")
    return await _subscribe(replace(view, is_part=bool(form.text("part"))), form, status=422)


@get("/account/subscribe-sent")
async def subscribe_sent(view: Page) -> Response[str]:
    return unkept(view, await view.render("account/_subscribe_sent.html", title=view.text(say("Look at your mail"))))


@get("/account/reading/{signed:str}")
async def reading(db: Db, view: Page, signed: FromPath[str]) -> Response[str]:
    """Changes nothing: mail scanners follow links."""
    return await _reading(db, view, _link(view, signed))


@post("/account/reading/{signed:str}", opt={"unread": True})
async def read_or_stop(db: Db, view: Page, signed: FromPath[str], wanted: FromQuery[str] = "") -> Response[str]:
    """Answers at once, and whatever the body is: mail providers stop it with one of their own (RFC 8058)."""
    link = _link(view, signed)
    if link and _is_good(view, link):
        await (account.subscribe if wanted else account.unsubscribe)(db, link.address)
    return await _reading(db, view, link, changed=True)


async def _subscribe(view: View, form: Form, status: int = 200, newsletter: Markup | None = None) -> Response[str]:
    title = view.text(say("The newsletter"))
    return await view.render("account/_subscribe.html", title=title, status=status, form=form, newsletter=newsletter)


def _link(view: View, signed: str) -> account.ReaderLink | None:
    """None for what this co-op never signed."""
    written = view.keys.unsign("reading", signed)
    return account.ReaderLink.read(written) if written else None


def _is_good(view: View, link: account.ReaderLink) -> bool:
    return not link.until or link.until > view.now.timestamp()


async def _reading(
    db: AsyncSession, view: View, link: account.ReaderLink | None, *, changed: bool = False
) -> Response[str]:
    """`changed`: whether it was just asked for, or stopped."""
    is_good = link is not None and _is_good(view, link)
    page = await view.render(
        "account/_reading.html",
        title=view.text(say("The newsletter")),
        status=200 if is_good else 410 if link else 404,
        link=link,
        is_good=is_good,
        reads=link is not None and await account.is_reader(db, link.address),
        changed=changed,
    )
    page.headers["x-robots-tag"] = "noindex"
    return unkept(view, page)


ROUTES = [subscribe, ask_to_read, subscribe_sent, reading, read_or_stop]
