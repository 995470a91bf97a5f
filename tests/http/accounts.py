"""What people do to sign in, and what they are mailed."""

from sqlalchemy import func

from domains.account import models
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER

NEW, COOKIE = "a few words make one", "__Host-session"


async def mailed(house, coop):
    """Everything that was mailed, the newest first."""
    await settle(coop)
    return house.post(coop.id).all()


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


async def sessions(coop):
    (count,) = (await all_of(coop, func.count(models.Session.id)))[0]
    return count


async def ask(client, address, **more):
    return await client.post("/account/sign-in", data={"address": address, "next": "", **more})


async def try_password(client, typed, address=MEMBER):
    return await client.post("/account/password-sign-in", data={"address": address, "password": typed, "next": ""})
