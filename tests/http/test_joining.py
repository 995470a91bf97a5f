"""Joining: a visitor asks, a steward answers by a mailed link or at the desk, and whoever asked is told."""

import asyncio
import html
import re
from time import time
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from domains import account
from domains.account import joining
from domains.activities import Activity
from flows.engine.models import Delivery, Run, Wait
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER, PARTIAL, STEWARD

MEI = "mei@far.example"
JOIN = "/account/join"
FORTNIGHT = 14 * 24 * 60 * 60


async def ask(client, address=MEI, name="Mei Lin", words="I bake."):
    return await client.post(JOIN, data={"name": name, "address": address, "words": words})


async def mailed(house, coop, to):
    """What was mailed there, the newest first."""
    await settle(coop)
    return [mail for mail in house.post(coop.id).all() if mail["To"] == to]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def links(mail):
    """Path and query of the links to approve and to decline."""
    found = [urlsplit(link) for link in re.findall(r"https://oak\.example/account/joining/\S+", text_of(mail))]
    return [f"{link.path}?{link.query}" for link in found]


@pytest.fixture
async def link(oak, house, coop):
    """Mei asks; the path of Ruth's link."""
    await ask(oak)
    (mail,) = await mailed(house, coop, STEWARD)
    return links(mail)[0].partition("?")[0]


@pytest.fixture
async def late(coop, monkeypatch):
    """`await late(seconds)`: the co-op's clock is so much later, and whatever is due by then is done."""

    async def late(seconds):
        monkeypatch.setattr(coop, "_clock", lambda: time() + seconds)
        monkeypatch.setattr(coop.flows, "_clock", coop._clock)
        monkeypatch.setattr(coop.post, "_clock", coop._clock)
        await settle(coop)

    return late


async def kept(coop):
    """All that answering could change."""
    requests = await all_of(coop, account.Request.status, account.Request.decided_by)
    waits = await all_of(coop, Wait.status, Wait.by)
    counts = [await all_of(coop, func.count(table.id)) for table in (account.Person, Activity, Delivery)]
    return requests, waits, counts


async def people(coop):
    return {address: role for address, role in await all_of(coop, account.Person.address, account.Person.role)}


# ---- asking ----


@pytest.mark.parametrize("path", ["/", "/account/sign-in"])
async def test_strangers_find_the_way(oak, path):
    assert 'href="/account/join"' in (await oak.get(path)).text


async def test_a_member_is_told_that_they_are_one(oak, member):
    says = "You are a member already."
    page = (await member.get(JOIN)).text
    assert (
        says in page
        and 'href="/account/home"' in page
        and "<textarea" not in page
        and "Ask to join</button>" not in page
    )
    assert says not in (await oak.get(JOIN)).text
    assert 'href="/account/join"' not in (await member.get("/")).text


async def test_whoever_asks_is_thanked_and_the_stewards_get_a_mail(oak, house, coop):
    asked = await ask(oak)
    assert asked.status_code == 303 and asked.headers["location"] == "/account/request-sent"
    (mail,) = await mailed(house, coop, STEWARD)
    text = text_of(mail)
    assert mail["Subject"] == "Mei Lin asks to join Oak" and MEI in text and "> I bake." in text
    assert [link.partition("?")[2] for link in links(mail)] == ["answer=approve", "answer=decline"]
    assert not await mailed(house, coop, MEI)


async def test_htmx_is_sent_on_in_its_own_way(oak):
    answer = await oak.post(JOIN, data={"name": "Mei", "address": MEI}, headers=PARTIAL)
    assert answer.status_code == 204 and answer.headers["hx-redirect"] == "/account/request-sent"


async def test_every_steward_has_links_of_their_own(oak, house, coop):
    async with coop.writing() as db:
        await account.add_person(db, "Ines", "ines@oak.example", "steward")
    await ask(oak)
    theirs = [links((await mailed(house, coop, to))[0])[0] for to in (STEWARD, "ines@oak.example")]
    assert theirs[0] != theirs[1] and not await mailed(house, coop, MEMBER)


async def test_a_refusal_keeps_what_was_typed_and_sends_nothing(oak, house, coop):
    answer = await ask(oak, "mei", "", "I bake.")
    assert answer.status_code == 422 and 'value="mei"' in answer.text and "I bake." in answer.text
    assert "Say what you are called." in answer.text and "Write a whole address" in answer.text
    assert not await mailed(house, coop, STEWARD) and await all_of(coop, account.Request.id) == []


async def test_the_answer_tells_nobody_who_is_here_or_who_waits(visit, house, coop):
    answers = []
    for address in (MEMBER, STEWARD, MEI, MEI):
        client = await visit("oak")
        asked = await ask(client, address)
        page = await client.get(asked.headers["location"])
        answers.append((asked.status_code, dict(asked.headers), page.text, dict(client.cookies)))
    assert all(answer == answers[0] for answer in answers)


async def test_a_member_who_asks_is_mailed_a_link_that_signs_them_in(oak, house, coop):
    await ask(oak, " Maud@Oak.example ")
    (mail,) = await mailed(house, coop, MEMBER)
    assert mail["Subject"] == "You are a member of Oak already"
    path = urlsplit(re.search(r"https://\S+/account/sign-in-link/\S+", text_of(mail))[0]).path
    assert "Sign in as Maud" in (await oak.get(path)).text
    assert not await mailed(house, coop, STEWARD) and await all_of(coop, account.Request.id) == []


async def test_whoever_waits_already_changes_nothing(oak, house, coop, link):
    await ask(oak, "MEI@far.example", "Somebody else")
    assert len(await mailed(house, coop, STEWARD)) == 1 and not await mailed(house, coop, MEI)
    assert await all_of(coop, account.Request.name) == [("Mei Lin",)]


async def test_one_client_asks_a_few_times_and_then_waits(oak, house, coop):
    statuses = [(await ask(oak, f"mei-{n}@far.example")).status_code for n in range(joining.FROM_CLIENT + 1)]
    assert statuses == [303] * joining.FROM_CLIENT + [429]
    refused = await ask(oak)
    assert 0 < int(refused.headers["retry-after"]) <= 3600 and f'value="{MEI}"' in refused.text
    assert len(await mailed(house, coop, STEWARD)) == joining.FROM_CLIENT


async def test_however_many_clients_ask_the_stewards_get_so_many_mails_and_no_more(oak, house, coop, monkeypatch):
    clients = iter(range(1000))
    monkeypatch.setattr("app.visits.client", lambda *_: f"192.0.2.{next(clients)}")
    monkeypatch.setattr(joining, "AN_HOUR", 4)
    for number in range(8):
        await ask(oak, f"mei-{number}@far.example")
    assert len(await mailed(house, coop, STEWARD)) == 4
    assert (await ask(oak, MEMBER)).status_code == 429 and not await mailed(house, coop, MEMBER)


async def test_while_too_many_wait_nobody_else_asks(oak, house, coop, link, monkeypatch):
    monkeypatch.setattr(joining, "WAITING", 1)
    assert [(await ask(oak, address)).status_code for address in (MEI, MEMBER, "sam@far.example")] == [429] * 3
    await oak.post(link, data={"answer": "decline"})
    await settle(coop)
    assert (await ask(oak, "sam@far.example")).status_code == 303


async def test_no_name_and_no_word_becomes_more_than_text(oak, house, coop, steward):
    name, words = "<b>Mei</b> =?utf-8?q?=0ABcc:_x=40y.example?=", '<script>alert("1")</script>\nBcc: x@y.example'
    await ask(oak, name=name, words=words)
    (mail,) = await mailed(house, coop, STEWARD)
    assert mail["Bcc"] is None and "> Bcc: x@y.example" in text_of(mail)
    assert mail["Subject"].count("\n") == 0 and mail["Subject"].startswith("<b>Mei</b>")
    for page in (await oak.get(links(mail)[0])).text, (await steward.get("/account/people")).text:
        assert html.escape(name) in page and "<b>Mei" not in page and "<script>alert" not in page


async def test_a_name_with_a_line_break_is_refused(oak):
    answer = await ask(oak, name="Mei\nBcc: x@y.example")
    assert answer.status_code == 422 and "Keep this on one line." in answer.text


# ---- the link ----


async def test_the_link_shows_who_asks_and_changes_nothing(oak, coop, link):
    before = await kept(coop)
    for answer, button in (("approve", "Let Mei Lin in"), ("decline", "Decline")):
        page = await oak.get(f"{link}?answer={answer}")
        assert page.status_code == 200 and MEI in page.text and "I bake." in page.text
        assert re.search(rf'<button class="primary"[^>]*value="{answer}"[^>]*>{button}<', page.text)
        assert page.text.count('name="answer"') == 2 and "Ruth" in page.text
    assert await kept(coop) == before


@pytest.mark.parametrize("state", ["open", "answered", "unknown"])
async def test_the_page_is_kept_by_nobody_and_found_by_nobody(oak, link, state):
    if state == "answered":
        await oak.post(link, data={"answer": "decline"})
    page = await oak.get(f"{link}x" if state == "unknown" else link)
    assert page.headers["cache-control"] == "no-store" and page.headers["x-robots-tag"] == "noindex"
    assert page.headers.get_list("referrer-policy") == ["same-origin"]  # with less, old browsers could not answer
    assert not re.search(r'<(a|form)[^>]*(href|action)="(?!/|#)', page.text)


async def test_the_page_is_a_fragment_to_whoever_wants_one(oak, link):
    page, part = await oak.get(link), await oak.get(link, headers=PARTIAL)
    assert part.text in page.text and 'id="account-joining"' in part.text and "<html" not in part.text


async def test_whoever_is_let_in_is_a_member_with_a_mail_that_signs_them_in(oak, house, coop, link):
    answered = await oak.post(link, data={"answer": "approve"})
    assert answered.status_code == 303 and answered.headers["location"] == link
    (mail,) = await mailed(house, coop, MEI)
    assert (await people(coop))[MEI] == "member" and "Welcome" in mail["Subject"]
    assert "Your request to join Oak was approved by Ruth." in text_of(mail) and "added you" not in text_of(mail)
    path = urlsplit(re.search(r"https://\S+/account/sign-in-link/\S+", text_of(mail))[0]).path
    await oak.post(path, data={"next": ""})
    assert "Hello, Mei" in (await oak.get("/account/home")).text


async def test_whoever_is_declined_is_told_and_is_no_member(oak, house, coop, link):
    assert (await oak.post(link, data={"answer": "decline"})).status_code == 303
    (mail,) = await mailed(house, coop, MEI)
    assert "cannot let you in" in text_of(mail) and MEI not in await people(coop)
    assert (await all_of(coop, account.Request.status, account.Request.decided_by)) == [
        ("declined", "account.person:1")
    ]


@pytest.mark.parametrize(("answer", "type"), [("approve", "Accept"), ("decline", "Reject")])
async def test_the_ledger_says_who_answered(oak, coop, link, answer, type):
    await oak.post(link, data={"answer": answer})
    await settle(coop)
    asked = Activity.kind == "account.request"
    told = await all_of(coop, Activity.type, Activity.actor, where=asked)
    assert told == [("Offer", "site"), (type, "account.person:1")]


@pytest.mark.parametrize(("answer", "says"), [("approve", "Mei Lin is let in"), ("decline", "Mei Lin is declined")])
async def test_whoever_comes_second_is_told_who_was_first_and_when(oak, coop, link, clock, answer, says):
    clock("2026-12-03T14:05")
    await oak.post(link, data={"answer": answer})
    for settled in (False, True):
        if settled:
            await settle(coop)
        before = await kept(coop)
        looked = await oak.get(link)
        again = [await oak.post(link, data={"answer": other}) for other in ("approve", "decline")]
        assert [looked.status_code, *(page.status_code for page in again)] == [200, 409, 409]
        for page in looked, *again:
            assert says in page.text and "Ruth decided that on 3 December 2026 at 14:05." in page.text
            assert "<form" not in page.text[page.text.index('id="account-joining"') :]
        assert await kept(coop) == before


async def test_of_all_who_click_at_once_exactly_one_decides(visit, house, coop):
    async with coop.writing() as db:
        await account.add_person(db, "Ines", "ines@oak.example", "steward")
    clients = [await visit("oak") for _ in range(10)]
    await ask(clients[0])
    own = [links((await mailed(house, coop, to))[0])[0].partition("?")[0] for to in (STEWARD, "ines@oak.example")]
    clicks = [
        client.post(own[n % 2], data={"answer": ("approve", "decline")[n // 2 % 2]}) for n, client in enumerate(clients)
    ]
    answers = await asyncio.gather(*clicks)
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 9
    await settle(coop)
    asked = Activity.kind == "account.request"
    assert len(await all_of(coop, Activity.id, where=asked)) == 2 and len(await mailed(house, coop, MEI)) == 1


@pytest.mark.parametrize("answer", ["", "perhaps", "approve "])
async def test_an_answer_that_is_none_is_refused(oak, steward, coop, link, answer):
    before = await kept(coop)
    page = await oak.post(link, data={"answer": answer})
    assert page.status_code == 422 and "Choose one of the two." in page.text and "Let Mei Lin in" in page.text
    assert (await steward.post("/account/requests/1", data={"answer": answer})).status_code == 422
    assert await kept(coop) == before


async def test_a_link_that_was_touched_leads_nowhere(oak, elm, coop, link):
    before, signed = await kept(coop), link.rpartition("/")[2]
    told, _, signature = signed.rpartition(".")
    other = told.rpartition(".")[0] + ".2." + signature
    for wrong in (signed[:-1], signed + "x", other, told, "x", "1.2.3.4.5", signed.upper()):
        for page in (
            await oak.get(f"/account/joining/{wrong}"),
            await oak.post(f"/account/joining/{wrong}", data={"answer": "approve"}),
        ):
            assert page.status_code == 404 and "This link leads to no request" in page.text and MEI not in page.text
    assert (await elm.get(link)).status_code == 404
    assert (await elm.post(link, data={"answer": "approve"})).status_code == 404
    assert await kept(coop) == before


async def test_what_was_signed_for_another_purpose_or_run_leads_nowhere(oak, coop, link):
    run, token, tag, person = link.rpartition("/")[2].split(".")[:4]
    signs = [("sign-in", f"{run}.{token}.{tag}.{person}"), ("resume", f"{run}.{'0' * 16}.{tag}.{person}")]
    signs += [("resume", f"99.{token}.{tag}.{person}"), ("resume", f"{run}.{token}.other.{person}"), ("resume", "x.y")]
    for purpose, said in signs:
        page = await oak.get(f"/account/joining/{coop.keyring.sign(purpose, said)}")
        assert page.status_code == 404 and MEI not in page.text


async def test_whoever_is_no_steward_any_more_decides_nothing(oak, coop, link):
    async with coop.writing() as db:
        ines = await account.add_person(db, "Ines", "ines@oak.example", "steward")
        await account.set_role(db, 1, "member")
    await settle(coop)
    before = await kept(coop)
    for way in "stepped down", "removed":
        for page in (await oak.get(link), await oak.post(link, data={"answer": "approve"})):
            assert page.status_code == 403 and "no steward now" in page.text and MEI not in page.text
        assert await kept(coop) == before
        if way == "stepped down":
            async with coop.writing() as db:
                await account.remove_person(db, 1)
            before = await kept(coop)
    assert ines.is_steward


async def test_whoever_decided_and_left_is_not_named(oak, coop, link):
    async with coop.writing() as db:
        await account.add_person(db, "Ines", "ines@oak.example", "steward")
    await ask(oak, "sam@far.example")
    await oak.post(link, data={"answer": "approve"})
    async with coop.writing() as db:
        id = (await account.person_at(db, "ines@oak.example")).id
        await account.remove_person(db, 1)
        said = link.rpartition("/")[2].rpartition(".")[0].rpartition(".")[0]
    theirs = f"/account/joining/{coop.keyring.sign('resume', f'{said}.{id}')}"
    assert "A steward who has left decided that on" in (await oak.get(theirs)).text


# ---- time ----


async def test_what_nobody_answers_runs_out_and_whoever_asked_is_told(oak, house, coop, link, late):
    await late(FORTNIGHT - 60)
    assert (await oak.get(link)).status_code == 200 and not await mailed(house, coop, MEI)
    await late(FORTNIGHT + 60)
    (mail,) = await mailed(house, coop, MEI)
    assert "Nobody has answered" in text_of(mail) and "https://oak.example/account/join" in text_of(mail)
    assert await all_of(coop, account.Request.status, account.Request.decided_by) == [("lapsed", "")]
    before = await kept(coop)
    for page in (await oak.get(link), await oak.post(link, data={"answer": "approve"})):
        assert page.status_code == 410 and "This request has run out" in page.text
        assert re.search(r"Mei Lin waited until \d+ \w+ \d{4}, \d\d:\d\d, and nobody answered\.", page.text)
    assert await kept(coop) == before and MEI not in await people(coop)
    assert (await ask(oak)).status_code == 303 and len(await mailed(house, coop, STEWARD)) == 2


async def test_what_ran_out_while_nobody_was_awake_is_not_answered_any_more(oak, coop, link, clock):
    before = await kept(coop)
    clock("2199-01-01T12:00")
    assert (await oak.get(link)).status_code == 410
    assert (await oak.post(link, data={"answer": "approve"})).status_code == 410
    assert await kept(coop) == before


# ---- what happens meanwhile ----


@pytest.mark.parametrize(("answer", "mails"), [("approve", 1), ("decline", 1)])
async def test_whom_a_steward_has_added_by_hand_is_in_whatever_is_answered(
    oak, house, coop, steward, link, answer, mails
):
    await steward.post("/account/new-person", data={"name": "Mei", "address": MEI, "role": "editor"})
    await oak.post(link, data={"answer": answer})
    assert len(await mailed(house, coop, MEI)) == mails and (await people(coop))[MEI] == "editor"
    assert await all_of(coop, Run.status) == [("done",)]


# ---- the desk ----


async def test_the_desk_says_how_many_wait(oak, coop, steward):
    assert "to join" not in (await steward.get("/steward")).text
    await ask(oak)
    assert "Somebody asks to join" in (await steward.get("/steward")).text
    await ask(oak, "sam@far.example")
    page = (await steward.get("/steward")).text
    assert "2 people ask to join" in page and "received a request to join from “Mei Lin”" in page


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize(("answer", "said", "role"), [("approve", "let-in", "member"), ("decline", "declined", None)])
async def test_a_steward_answers_at_the_desk_before_or_after_the_mail(
    oak, house, coop, steward, early, answer, said, role
):
    await ask(oak)
    if not early:
        await settle(coop)
    page = (await steward.get("/account/people")).text
    assert MEI in page and "I bake." in page and 'aria-label="Let in Mei Lin"' in page
    answered = await steward.post("/account/requests/1", data={"answer": answer})
    assert answered.headers["location"] == f"/account/people?said={said}"
    for path in ("/account/people", "/steward"):
        assert "sk to join" not in (page := (await steward.get(path)).text) and "Asking to join" not in page
    await settle(coop)
    assert (await people(coop)).get(MEI) == role and len(await mailed(house, coop, MEI)) == 1
    asked = await mailed(house, coop, STEWARD)
    assert len(asked) == (0 if early else 1)  # nobody is asked what was answered already
    for mail in asked:
        assert "Ruth decided that on" in (await oak.get(links(mail)[0])).text


async def test_a_second_answer_at_the_desk_says_that_there_was_one(coop, steward, oak, link):
    await oak.post(link, data={"answer": "decline"})
    again = await steward.post("/account/requests/1", data={"answer": "approve"})
    assert again.headers["location"] == "/account/people?said=answered"
    await settle(coop)
    assert MEI not in await people(coop)


async def test_only_stewards_answer_at_the_desk_and_only_what_was_asked(oak, member, steward, coop, link):
    before = await kept(coop)
    answers = [await client.post("/account/requests/1", data={"answer": "approve"}) for client in (oak, member)] + [
        await steward.post("/account/requests/7", data={"answer": "approve"})
    ]
    assert [answer.status_code for answer in answers] == [401, 403, 404]
    assert await kept(coop) == before


async def test_the_links_stand_in_no_table(coop, link):
    signature = link.rpartition(".")[2]
    rows = await all_of(coop, *Delivery.__table__.c) + await all_of(coop, *Wait.__table__.c)
    assert rows and signature not in str(rows)


async def test_who_asked_is_nobody_elses_to_see(oak, member, coop, link):
    async with coop.reading() as db:
        assert MEI not in str((await db.execute(select(Activity.object))).all())
    for client in oak, member:
        for path in ("/", JOIN, "/account/sign-in", "/blog/latest"):
            assert "Mei Lin" not in (await client.get(path)).text


async def test_a_request_whose_run_is_cancelled_is_over_and_may_be_made_again(oak, coop, steward):
    await ask(oak)
    await settle(coop)
    assert (await steward.post("/flows/1/cancellations")).status_code == 303
    page = (await steward.get("/account/people")).text
    assert MEI not in page and "asks to join" not in (await steward.get("/steward")).text
    await ask(oak)
    await settle(coop)
    assert MEI in (await steward.get("/account/people")).text
    assert await all_of(coop, Run.status) == [("cancelled",), ("suspended",)]
