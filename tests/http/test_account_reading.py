"""The newsletter for anybody: asked for in a post, confirmed by mail, ended by one click; and who reads."""

import re
from datetime import UTC, datetime
from time import time
from urllib.parse import urlsplit

import pytest

from domains import account, blog
from domains.account import reading
from domains.account.models import Rate
from domains.activities import Activity
from flows.engine.models import Run
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER, PARTIAL

MEI = "mei@far.example"
SUBSCRIBE, SENT = "/account/subscribe", "/account/subscribe-sent"
WEEK = 7 * 24 * 60 * 60
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def ask(client, address=MEI, **more):
    return await client.post(SUBSCRIBE, data={"address": address}, **more)


async def mailed(house, coop, to=MEI):
    """What was mailed there, the newest first."""
    await settle(coop)
    return [mail for mail in house.post(coop.id).all() if mail["To"] == to]


def link_in(mail):
    text = mail.get_body(("plain",)).get_content()
    return urlsplit(re.search(r"https://oak\.example/account/reading/\S+", text)[0]).path


def signed(coop, address=MEI, until=0):
    return f"/account/reading/{coop.keyring.sign('reading', account.ReaderLink(address, until).written())}"


async def readers(coop):
    async with coop.reading() as db:
        return await account.readers(db)


async def subscribed(coop, *addresses):
    async with coop.writing() as db:
        for address in addresses:
            await account.subscribe(db, address)


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


async def publish(coop, **words):
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words(title="Leeks", **words), author="Ruth", status="published")


# ---- asking ----


@pytest.mark.parametrize("path", [SUBSCRIBE, SENT, "/account/reading/unsigned"])
async def test_what_anybody_sees_stands_in_the_page(oak, path):
    page, part = await oak.get(path), await oak.get(path, headers=PARTIAL)
    assert page.status_code == part.status_code and part.text in page.text and "<html" not in part.text


async def test_the_form_stands_in_a_post_that_is_kept_for_everybody(oak, coop, woken):
    await publish(coop, body="Soup.\n\n::newsletter\n\nMore soup.")
    pages = [(await oak.get("/leeks")).text for _ in range(2)]
    assert pages[0] == pages[1] and woken.count("/leeks") == 1
    assert pages[0].count(f'action="{SUBSCRIBE}"') == 1 and pages[0].index("More soup.") > pages[0].index(SUBSCRIBE)
    assert (await oak.get("/blog/news")).text.count(f'href="{SUBSCRIBE}"') == 1


async def test_a_member_finds_nothing_of_their_own_in_a_post(coop, member):
    await publish(coop, body="::newsletter")
    page = (await member.get("/leeks")).text
    assert f'action="{SUBSCRIBE}"' in page and MEMBER not in page


async def test_in_a_preview_it_is_no_form_for_it_stands_in_one(steward):
    page = (await steward.post("/blog/previews", data={"body": "::newsletter"}, headers=PARTIAL)).text
    assert "Send me the newsletter" in page and "<fieldset" in page and "disabled" in page and "<form" not in page


async def test_whoever_asks_is_mailed_a_link_and_reads_once_they_press_its_button(oak, house, coop):
    asked = await ask(oak, " MEI@far.example ")
    assert asked.status_code == 303 and asked.headers["location"] == SENT
    (mail,) = await mailed(house, coop)
    assert mail["Subject"] == "The newsletter of Oak: one more step" and mail["List-Unsubscribe"] is None
    for looked in (await oak.head(link_in(mail)), await oak.get(link_in(mail))):
        assert looked.status_code == 200 and looked.headers["cache-control"] == "no-store"
    assert MEI in looked.text and "One more step" in looked.text and await readers(coop) == []
    action = re.search(r'<form method="post" action="(/account/reading/[^"]+)"', looked.text)[1]
    for _ in "once", "twice":
        done = await oak.post(action)
        assert done.status_code == 200 and "From now on it comes to mei@far.example." in done.text
        assert await readers(coop) == [MEI]
    assert "It comes to mei@far.example." in (await oak.get(link_in(mail))).text
    assert MEI not in str(await all_of(coop, Activity.actor, Activity.object))


async def test_htmx_is_sent_on_in_its_own_way(oak):
    answer = await ask(oak, headers=PARTIAL)
    assert answer.status_code == 204 and answer.headers["hx-redirect"] == SENT


async def test_the_answer_tells_nobody_who_reads(visit, house, coop):
    await subscribed(coop, MEI)
    answers = []
    for address in (MEI, "nobody@far.example", MEMBER):
        client = await visit("oak")
        asked = await ask(client, address)
        page = await client.get(asked.headers["location"])
        answers.append((asked.status_code, dict(asked.headers), page.text, dict(client.cookies)))
    assert answers[0] == answers[1] == answers[2]


async def test_whoever_reads_already_is_told_so_in_their_mail(oak, house, coop):
    await subscribed(coop, MEI)
    await ask(oak)
    (mail,) = await mailed(house, coop)
    assert mail["Subject"] == "You get the newsletter of Oak already" and await readers(coop) == [MEI]
    assert mail["List-Unsubscribe"] == f"<https://oak.example{link_in(mail)}>"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mei",
        "mei@far",
        "mei@far.example\nBcc: all@far.example",
        "mei@far.example,sam@far.example",
        "a\0@far.example",
    ],
)
async def test_an_address_that_is_none_is_typed_again(oak, house, coop, typed):
    for headers in {}, PARTIAL:
        refused = await ask(oak, typed, headers=headers)
        assert refused.status_code == 422 and 'aria-describedby="subscribe-address-hint subscribe-address-error"' in (
            refused.text
        )
    assert 'value="mei' in refused.text or not typed.startswith("mei")
    await settle(coop)
    assert house.post(coop.id).all() == [] and await all_of(coop, Rate.key) == []


@pytest.mark.parametrize(("said", "level"), [({}, "h1"), ({"part": "yes"}, "h2")])
async def test_what_is_refused_goes_back_to_where_it_stood(oak, said, level):
    refused = await oak.post(SUBSCRIBE, data={"address": "mei"} | said, headers=PARTIAL)
    assert refused.status_code == 422 and f'<{level} id="account-subscribe-head">' in refused.text


async def test_an_address_with_every_letter_that_there_may_be_comes_through_its_link(oak, house, coop):
    odd = "a/b?c#d%e&f+g='h'@bäume.example"
    await ask(oak, odd)
    (mail,) = await mailed(house, coop, "a/b?c#d%e&f+g='h'@xn--bume-loa.example")
    await oak.post(f"{link_in(mail)}?wanted=yes")
    assert await readers(coop) == [odd]


async def test_nobodys_inbox_is_filled(oak, house, coop):
    statuses = {(await ask(oak)).status_code for _ in range(reading.FOR_ADDRESS + 2)}
    assert statuses == {303} and len(await mailed(house, coop)) == reading.FOR_ADDRESS


async def test_ten_thousand_addresses_are_mailed_ten_times_an_hour(oak, house, coop):
    statuses = [(await ask(oak, f"mei-{n}@far.example")).status_code for n in range(reading.FROM_CLIENT + 3)]
    assert statuses == [303] * reading.FROM_CLIENT + [429] * 3
    refused = await ask(oak)
    assert 0 < int(refused.headers["retry-after"]) <= 3600 and f'value="{MEI}"' in refused.text
    await settle(coop)
    assert len(house.post(coop.id).all()) == reading.FROM_CLIENT


async def test_however_many_clients_ask_the_coop_mails_so_many_and_no_more(oak, house, coop, monkeypatch):
    clients = iter(range(1000))
    monkeypatch.setattr("app.visits.client", lambda *_: f"192.0.2.{next(clients)}")
    monkeypatch.setattr(reading, "AN_HOUR", 4)
    statuses = [(await ask(oak, f"mei-{n}@far.example")).status_code for n in range(6)]
    assert statuses == [303] * 4 + [429] * 2


# ---- the links ----


async def test_a_link_to_begin_ends_after_a_week_and_one_to_stop_never(oak, house, coop, clock):
    await ask(oak)
    begin, stop = link_in((await mailed(house, coop))[0]), signed(coop)
    ends = account.ReaderLink.read(coop.keyring.unsign("reading", begin.rpartition("/")[2])).until
    assert abs(ends - WEEK - time()) < 60
    clock(at(ends - 1))
    assert (await oak.get(begin)).status_code == 200
    clock(at(ends))
    for late in (await oak.get(begin), await oak.post(f"{begin}?wanted=yes")):
        assert late.status_code == 410 and f'href="{SUBSCRIBE}"' in late.text and MEI not in late.text
    assert await readers(coop) == []
    await subscribed(coop, MEI)
    clock(at(ends + 520 * WEEK))
    assert (await oak.post(stop)).status_code == 200 and await readers(coop) == []


async def test_a_link_that_was_touched_or_is_anothers_does_nothing(oak, elm, coop):
    await subscribed(coop, MEI)
    path = signed(coop)
    written = path.rpartition("/")[2]
    forged = account.ReaderLink(MEMBER).written() + written[written.index(".") :]
    other = coop.keyring.sign("sign-in", account.ReaderLink(MEI).written())
    for wrong in (written[:-1], f"{written}x", forged, other, "x", "a.b.c", written.upper()):
        for answer in (
            await oak.get(f"/account/reading/{wrong}"),
            await oak.post(f"/account/reading/{wrong}", data=ONE_CLICK),
            await oak.post(f"/account/reading/{wrong}?wanted=yes"),
        ):
            assert answer.status_code == 404 and "This link leads nowhere" in answer.text and MEI not in answer.text
    assert (await elm.get(path)).status_code == (await elm.post(path, data=ONE_CLICK)).status_code == 404
    assert await readers(coop) == [MEI]


async def test_whoever_stopped_it_may_have_it_again_by_either_link(oak, coop):
    """A link that is still good begins it again: whoever has it was mailed it, and presses the button."""
    begin, stop = signed(coop, until=int(time()) + WEEK), signed(coop)
    for again in begin, stop:
        await oak.post(f"{again}?wanted=yes")
        assert await readers(coop) == [MEI]
        for _ in "once", "twice":
            stopped = await oak.post(stop)
            assert "You get no newsletter any more" in stopped.text and f'action="{stop}?wanted=yes"' in stopped.text
            assert await readers(coop) == []


# ---- what goes to readers ----


@pytest.mark.parametrize("tag", ["urgent", "newsletter"])
async def test_every_mail_to_readers_carries_a_link_that_stops_it_by_one_click(oak, steward, visit, house, coop, tag):
    await subscribed(coop, MEI, MEMBER)
    await publish(coop, tags=tag)
    await settle(coop)
    for (run,) in await all_of(coop, Run.id, where=Run.status == "suspended"):
        await steward.post(f"/flows/{run}/resumptions", data={"tag": "digest", "choice": "send"})
    (mail,), (other,) = await mailed(house, coop), await mailed(house, coop, MEMBER)
    assert mail["List-Unsubscribe"] == f"<https://oak.example{link_in(mail)}>" != other["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert MEI in (await oak.get(link_in(mail))).text and await readers(coop) == [MEI, MEMBER]
    provider = await visit("oak")
    assert (await provider.post(link_in(mail), data=ONE_CLICK)).status_code == 200
    assert await readers(coop) == [MEMBER] and not provider.cookies


@pytest.mark.parametrize(
    "sent",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b""},
        {"content": b"\xff" * 5000, "headers": {"content-type": "text/nonsense"}},
    ],
    ids=["a form", "a form in parts", "nothing", "nonsense"],
)
async def test_one_click_is_taken_whatever_its_body_is(oak, coop, sent):
    await subscribed(coop, MEI)
    assert (await oak.post(signed(coop), **sent)).status_code == 200 and await readers(coop) == []


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
async def test_another_sites_page_stops_nothing(oak, coop, headers):
    await subscribed(coop, MEI)
    for path in signed(coop), f"{signed(coop)}?wanted=yes":
        assert (await oak.post(path, data=ONE_CLICK, headers=headers)).status_code == 403
    assert await readers(coop) == [MEI]


# ---- members, and stewards ----


async def test_one_list_holds_members_and_strangers(oak, member, steward, coop):
    await oak.post(f"{signed(coop, MEMBER)}?wanted=yes")
    assert f"You get it at {MEMBER}." in (await member.get("/account/home")).text
    await oak.post(f"{signed(coop)}?wanted=yes")
    await steward.post("/account/new-person", data={"name": "Mei", "address": MEI, "role": "member"})
    assert await readers(coop) == [MEMBER, MEI]
    async with coop.writing() as db:
        await account.remove_person(db, (await account.person_at(db, MEI)).id)
    assert await readers(coop) == [MEMBER]
    await member.post("/account/newsletter", data={"wanted": ""})
    assert await readers(coop) == []


async def test_stewards_see_who_reads_find_and_remove_them(oak, member, steward, coop):
    await subscribed(coop, MEI, MEMBER, "100%@far.example")
    assert "3 addresses get the newsletter" in (await steward.get("/account/people")).text
    page = (await steward.get("/account/readers")).text
    assert page.index("100%@far") < page.index(MEMBER) < page.index(MEI) and ">Maud</td>" in page
    for words, found in {
        "mei": [MEI],
        "MAUD": [MEMBER],
        " 0%@f": ["100%@far.example"],
        "_": [],
        "x " * 3000: [],
    }.items():
        page = (await steward.get("/account/readers", params={"words": words})).text
        assert re.findall(r'<th scope="row">([^<]+)<', page) == found
    remove = re.findall(r'action="(/account/readers/\d+/remove)"', (await steward.get("/account/readers")).text)[-1]
    for client, status in ((oak, 401), (member, 403)):
        assert (await client.post(remove)).status_code == (await client.get("/account/readers")).status_code == status
    for _ in "once", "twice":
        assert (await steward.post(remove)).headers["location"] == "/account/readers?said=reader-removed"
    assert await readers(coop) == [MEMBER, "100%@far.example"]


async def test_however_many_read_a_page_shows_fifty(steward, coop):
    await subscribed(coop, *(f"reader-{n}@far.example" for n in range(60)))
    page = (await steward.get("/account/readers?words=reader")).text
    older = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    rest = (await steward.get(older)).text
    assert [text.count('<th scope="row">') for text in (page, rest)] == [50, 10] and 'rel="next"' not in rest
    for odd in "before=x", "before=-1", f"before={'9' * 30}", "words=%00", "words=%ff", "words=%ed%a0%80":
        assert (await steward.get(f"/account/readers?{odd}")).is_success


async def test_a_member_who_asks_for_it_sees_whether_they_get_it(member, oak, coop):
    assert "You do not get it." in (await member.get(SUBSCRIBE)).text
    await subscribed(coop, MEMBER)
    page = (await member.get(SUBSCRIBE)).text
    assert f"You get it at {MEMBER}." in page and 'name="address"' not in page
    assert 'name="address"' in (await oak.get(SUBSCRIBE)).text
