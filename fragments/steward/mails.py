import asyncio
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from domains.errors import say
from flows import desk
from fragments.view import Db, Page

KINDS = {
    "sign-in": say("A link to sign in"),
    "welcome": say("A welcome, with a link to sign in"),
    "approved": say("A welcome, after a request to join"),
    "request": say("A request to join, for the stewards"),
    "member-already": say("A request to join by somebody who is a member"),
    "declined": say("A request to join, declined"),
    "lapsed": say("A request to join that nobody answered"),
    "subscribe": say("A link to get the newsletter"),
    "reader-already": say("The newsletter, asked for by somebody who gets it"),
    "wanted-ticket": say("A link to take a ticket"),
    "ticket": say("A ticket, asked for by somebody who has it"),
    "called-off": say("What people had tickets for was cancelled"),
    "urgent": say("A post that could not wait"),
    "digest": say("The newsletter"),
    "stuck": say("What got stuck, for the stewards"),
}
"""What the templates of mails are for, in words."""


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    written: datetime
    body: str


@get("/steward/mails")
async def mails(db: Db, view: Page) -> Response[str]:
    """What is kept on this machine can be read; of what a mail server has, only how it stands."""
    view.steward()
    kept = await asyncio.to_thread(view.mails) if view.mails else None
    return await view.render(
        "steward/_mails.html",
        title=view.text(say("Mails")),
        layout="desk.html",
        letters=None if kept is None else [_letter(mail) for mail in kept if mail["Date"]],
        queue=[mail for mail in await desk.deliveries(db) if kept is None or mail.status == "dead"],
        kinds=KINDS,
    )


@post("/steward/mails/{id:int}/retries")
async def send_again(id: FromPath[int], db: Db, view: Page) -> Response[Any]:
    view.steward()
    is_done = await desk.resend(db, id, view.now.timestamp())
    return view.see("/steward/mails", "mail-again" if is_done else "mail-moved")


def _letter(mail: EmailMessage) -> Letter:
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return Letter(str(mail["To"]), str(mail["Subject"]), mail["Date"].datetime, text)


ROUTES = [mails, send_again]
