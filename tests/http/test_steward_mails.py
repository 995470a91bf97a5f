"""What was mailed, as stewards see it."""

import re

from domains import account
from domains.activities import Activity
from domains.site import site
from flows.engine.models import Delivery
from tests import runs
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER


async def test_kept_mails_are_read_with_links_that_can_be_clicked(oak, steward, coop):
    assert "No mail yet" in (await steward.get("/steward/mails")).text
    await oak.post("/account/sign-in", data={"address": MEMBER, "next": ""})
    await settle(coop)
    page = (await steward.get("/steward/mails")).text
    assert f"To {MEMBER}" in page and "Your link to sign in to Oak" in page
    path = re.search(
        r'<a href="https://oak\.example(/account/sign-in-link/[^"]+)" rel="[^"]*noopener[^"]*">', page
    ).group(1)
    assert "Sign in as Maud" in (await oak.get(path)).text


async def test_a_mail_cannot_write_into_the_page(steward, coop):
    async with coop.writing() as db:
        (await site(db)).name = '<script>alert(1)</script> https://evil.example/"onclick=x'
        await account.offer_sign_in(db, await account.person_at(db, MEMBER))
    await steward.post("/account/sign-in", data={"address": MEMBER, "next": ""})
    await settle(coop)
    page = (await steward.get("/steward/mails")).text
    assert "<script>alert" not in page and '"onclick' not in page and "&lt;script&gt;" in page


async def test_a_mail_server_keeps_its_mails_to_itself(steward, oak, coop, house, monkeypatch):
    await oak.post("/account/sign-in", data={"address": MEMBER, "next": ""})
    await settle(coop)
    monkeypatch.setattr(house, "post", lambda id: None)
    page = (await steward.get("/steward/mails")).text
    assert "A mail server sends them" in page and MEMBER in page and "Sent" in page and "sign-in-link" not in page


async def test_a_mail_that_could_not_be_sent_is_sent_again_by_a_button(steward, coop):
    id = await runs.dead_mail(coop)
    page = (await steward.get("/steward/mails")).text
    assert "SMTPError: no" in page and f'<form method="post" action="/steward/mails/{id}/retries">' in page
    done = await steward.post(f"/steward/mails/{id}/retries")
    assert done.status_code == 303 and done.headers["location"] == "/steward/mails?said=mail-again"
    assert await all_of(coop, Delivery.status, Delivery.attempt, Delivery.error) == [("waiting", 0, "")]
    await settle(coop)
    assert await all_of(coop, Delivery.status, Delivery.attempt) == [("sent", 1)]
    page = (await steward.get("/steward/mails")).text
    assert "Your request to join Oak" in page and "/retries" not in page
    assert "sent a mail to sam@oak.example again" in (await steward.get("/steward")).text
    found = await all_of(coop, Activity.actor, Activity.object, where=Activity.kind == "flow.delivery")
    assert found == [("account.person:1", {"deed": "resend", "to": "sam@oak.example"})]


async def test_a_mail_that_is_not_stuck_is_sent_no_second_time(steward, coop):
    id = await runs.dead_mail(coop)
    for said in ("mail-again", "mail-moved"):
        done = await steward.post(f"/steward/mails/{id}/retries")
        assert done.headers["location"] == f"/steward/mails?said={said}"
    assert (await steward.post("/steward/mails/9999/retries")).headers["location"].endswith("mail-moved")
    assert len(await all_of(coop, Activity.id, where=Activity.kind == "flow.delivery")) == 1


async def test_only_stewards_send_a_mail_again(oak, member, coop):
    id = await runs.dead_mail(coop)
    assert (await oak.post(f"/steward/mails/{id}/retries")).status_code == 401
    assert (await member.post(f"/steward/mails/{id}/retries")).status_code == 403
    assert await all_of(coop, Delivery.status) == [("dead",)]
