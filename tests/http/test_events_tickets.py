"""Tickets over HTTP: a member has theirs at once, a stranger by a mailed link, and nobody learns who has one."""

import re
from urllib.parse import urlsplit

import pytest
from httpx import ASGITransport, AsyncClient

from domains import account, blog, events
from domains.activities import Activity
from tests.conftest import all_of, settle
from tests.http.conftest import MEMBER, PARTIAL

SUPPER = {"title": "Supper", "kind": "event", "day": "2026-12-12", "starts": "18:30", "place": "Hall", "places": "10"}
MEI = {"name": "Mei Lin", "address": "mei@far.example", "places": "2"}


@pytest.fixture(autouse=True)
def november(clock):
    clock("2026-11-30T12:00")


@pytest.fixture
async def entry(coop):
    return await add(coop)


async def add(coop, **typed):
    async with coop.writing() as db:
        return (await events.add_entry(db, **(SUPPER | typed))).id


async def take(client, entry, **typed):
    return await client.post(f"/events/entry/{entry}/tickets", data=MEI | typed)


async def mailed(house, coop, to=MEI["address"]):
    """The bodies, the newest first."""
    await settle(coop)
    return [mail.get_body(("plain",)).get_content() for mail in house.post(coop.id).all() if mail["To"] == to]


def link(text):
    return urlsplit(re.search(r"https://oak\.example/events/(wanted-)?ticket/\S+", text)[0]).path


async def get(house, client, coop, entry, **typed):
    """Asks, and presses the mailed button; the way to the ticket."""
    await take(client, entry, **typed)
    about = MEI | typed
    wanted = link((await mailed(house, coop, about["address"]))[0])
    pressed = await client.post(wanted, data={"places": about["places"]})
    return pressed.headers["location"].partition("?")[0]


def main(page):
    return re.search(r"<main.*</main>", page.text, re.S)[0]


async def held(coop):
    return await all_of(
        coop, events.Ticket.name, events.Ticket.address, events.Ticket.places, where=events.Ticket.cancelled.is_(None)
    )


async def test_each_fragment_stands_in_its_page(house, oak, member, steward, coop, entry):
    own = (await take(member, entry)).headers["location"].partition("?")[0]
    await take(oak, entry)
    (text,) = await mailed(house, coop)
    for client, path, id in (
        (oak, link(text), "wanted-ticket"),
        (oak, "/events/tickets", "tickets"),
        (oak, "/events/ticket-sent", "ticket-sent"),
        (oak, own, "ticket"),
        (member, "/events/own-tickets", "own-tickets"),
        (steward, f"/events/guests/{entry}", "guests"),
    ):
        page, part = await client.get(path), await client.get(path, headers=PARTIAL)
        assert page.status_code == part.status_code == 200 and part.text in page.text and "<html" not in part.text
        assert f'<section id="events-{id}"' in part.text


async def test_a_stranger_is_mailed_a_link_and_its_button_takes_the_ticket(house, oak, coop, entry):
    sent = await take(oak, entry)
    assert sent.status_code == 303 and sent.headers["location"] == "/events/ticket-sent"
    (text,) = await mailed(house, coop)
    assert "Saturday 12 December 2026, 6.30 pm" in text and "2 places" in text and "Hall" in text
    for _ in range(2):
        page = await oak.get(link(text))
        assert "One more step" in page.text and 'value="2"' in page.text and await held(coop) == []
        assert page.headers["cache-control"] == "no-store" and page.headers["x-robots-tag"] == "noindex"
    pressed = await oak.post(link(text), data={"places": "2"})
    assert await held(coop) == [("Mei Lin", MEI["address"], 2)]
    page = await oak.get(pressed.headers["location"])
    assert page.headers["cache-control"] == "no-store" and page.headers["x-robots-tag"] == "noindex"
    assert "Saturday 12 December 2026" in page.text and "<b>2</b>" in page.text and "Mei Lin" in page.text


async def test_the_button_is_pressed_once_and_its_link_leads_on_to_the_ticket(house, oak, coop, entry, clock):
    path = await get(house, oak, coop, entry)
    wanted = link((await mailed(house, coop))[0])
    assert (await oak.post(wanted, data={"places": "2"})).headers["location"] == f"{path}?said=ticket"
    for moment in "2026-11-30T12:01", "2026-12-11T12:00":
        clock(moment)
        assert (await oak.get(wanted)).headers["location"] == path
    assert await held(coop) == [("Mei Lin", MEI["address"], 2)]


async def test_a_link_that_takes_a_ticket_ends_after_three_days(house, oak, coop, entry, clock):
    await take(oak, entry)
    (text,) = await mailed(house, coop)
    clock("2026-12-03T12:00")
    for answer in await oak.get(link(text)), await oak.post(link(text), data={"places": "2"}):
        assert answer.status_code == 410 and "This link has ended" in answer.text and "<form" not in main(answer)
    assert await held(coop) == []


async def test_what_is_left_by_then_is_offered_and_what_is_full_says_so(house, oak, member, coop):
    entry = await add(coop, places="6")
    await take(oak, entry, places="3")
    (text,) = await mailed(house, coop)
    await take(member, entry, places="5")
    page = await oak.get(link(text))
    assert "there are not so many left" in page.text and 'value="1"' in page.text and 'max="1"' in page.text
    refused = await oak.post(link(text), data={"places": "3"})
    assert refused.status_code == 422 and "Choose fewer" in refused.text and 'value="3"' in refused.text
    await get(house, oak, coop, entry, places="1", address="sam@far.example")
    for answer in await oak.get(link(text)), await oak.post(link(text), data={"places": "1"}):
        assert "This is full." in answer.text and "<form" not in main(answer)
    async with coop.writing() as db:
        await events.remove_entry(db, entry)
    assert (await oak.get(link(text))).status_code == (await oak.post(link(text))).status_code == 404


async def test_nobody_makes_a_link_that_takes_a_ticket(oak, elm, coop, entry):
    written = events.Wanted(entry, "Mei", "mei@far.example", 2, 2**33).written()
    good = f"/events/wanted-ticket/{coop.keyring.sign('wanted-ticket', written)}"
    assert (await oak.get(good)).status_code == 200
    for client, path in (
        (elm, good),
        (oak, good[:-1]),
        (oak, f"/events/wanted-ticket/{written}"),
        (oak, f"/events/wanted-ticket/{coop.keyring.sign('ticket', written)}"),
    ):
        assert (await client.get(path)).status_code == (await client.post(path)).status_code == 404, path
    assert await held(coop) == []


async def test_a_ticket_is_given_back_once_and_its_places_are_free(house, oak, coop, entry):
    path = await get(house, oak, coop, entry)
    assert "8 of 10 places left" in (await oak.get(f"/events/entry/{entry}")).text
    for _ in range(2):
        assert (await oak.post(path)).headers["location"] == path
        assert "was given back" in (await oak.get(path)).text
    assert "10 of 10 places left" in (await oak.get(f"/events/entry/{entry}")).text and await held(coop) == []


async def test_the_answer_is_the_same_for_whoever_has_a_ticket_and_has_none(house, oak, coop, entry, clock):
    path, answers = await get(house, oak, coop, entry, places="3"), []
    for moment, address in ("12:01", MEI["address"]), ("12:02", "sam@far.example"):
        clock(f"2026-11-30T{moment}")
        answer = await take(oak, entry, places="2", address=address)
        left = re.search(r"\d+ of 10 places left", (await oak.get(f"/events/entry/{entry}")).text)[0]
        answers.append((answer.status_code, answer.text, {**answer.headers, "date": ""}, left))
    assert answers[0] == answers[1] and await held(coop) == [("Mei Lin", MEI["address"], 3)]
    assert path in [link(text) for text in await mailed(house, coop)], "whoever has one is mailed that"
    assert "/wanted-ticket/" in (await mailed(house, coop, "sam@far.example"))[0]


async def test_a_member_sees_their_ticket_at_once_in_their_own_name(house, member, coop, entry):
    taken = await take(member, entry, name="Somebody", address="else@far.example")
    path, _, said = taken.headers["location"].partition("?")
    assert said == "said=ticket" and "Maud" in (await member.get(path)).text
    assert await held(coop) == [("Maud", MEMBER, 2)] and await mailed(house, coop, MEMBER) == []
    again = await take(member, entry, places="5")
    assert again.headers["location"] == f"{path}?said=had-ticket" and await held(coop) == [("Maud", MEMBER, 2)]


async def test_a_member_finds_the_tickets_that_are_to_come_on_their_page(member, coop, entry, clock):
    assert "events-own-tickets" not in (await member.get("/account/home")).text
    path = (await take(member, entry)).headers["location"].partition("?")[0]
    home = (await member.get("/account/home")).text
    assert f'href="{path}"' in home and "Saturday 12 December, 2 places" in home
    clock("2026-12-13T00:00")
    assert path not in (await member.get("/account/home")).text
    assert "You have none" in (await member.get("/events/own-tickets")).text


async def test_nobody_guesses_a_ticket(oak, member, elm, coop, entry):
    path = (await take(member, entry)).headers["location"].partition("?")[0]
    ((id,),) = await all_of(coop, events.Ticket.id)
    for client, asked in ((oak, f"/events/ticket/{id}"), (oak, f"{path}x"), (oak, f"{path[:-1]}"), (elm, path)):
        assert (await client.get(asked)).status_code == (await client.post(asked)).status_code == 404, asked
    signed_for_something_else = f"/events/ticket/{coop.keyring.sign('sign-in', str(id))}"
    assert (await oak.get(signed_for_something_else)).status_code == 404
    assert len(await held(coop)) == 1


async def test_a_link_outlives_its_entry_no_longer_than_its_ticket(oak, member, coop, entry):
    path = (await take(member, entry)).headers["location"].partition("?")[0]
    async with coop.writing() as db:
        await events.remove_entry(db, entry)
    assert (await oak.get(path)).status_code == 404


async def test_a_refusal_keeps_what_was_typed_and_says_how_to_mend_it(oak, coop, entry):
    answer = await oak.post(
        f"/events/entry/{entry}/tickets", data=MEI | {"address": "mei", "places": "7"}, headers=PARTIAL
    )
    assert answer.status_code == 422 and "<html" not in answer.text and 'id="events-entry"' in answer.text
    assert 'value="Mei Lin"' in answer.text and 'value="mei"' in answer.text and 'value="7"' in answer.text
    assert "Write a whole address" in answer.text and "Say 6 at most." in answer.text


async def test_what_is_left_is_said_where_fewer_are_left_than_are_asked_for(oak, member, coop):
    entry = await add(coop, places="6")
    await take(member, entry, places="4")
    refused = await take(oak, entry, places="3", address="sam@far.example")
    assert refused.status_code == 422 and "2 of 6 places left" in refused.text and 'max="2"' in refused.text
    assert "There are not so many left. Choose fewer." in refused.text


async def test_a_stranger_asks_for_half_of_the_places_at_most_and_a_member_for_more(oak, member, coop):
    entry = await add(coop, places="4")
    for client, most in ((oak, 2), (member, 4)):
        assert f'max="{most}"' in (await client.get(f"/events/entry/{entry}")).text
    refused = await take(oak, entry, places="3")
    assert refused.status_code == 422 and "more than half of all places" in refused.text
    assert (await take(member, entry, places="3")).status_code == 303


async def test_what_is_sold_out_begun_over_or_cancelled_offers_no_form_and_says_so(oak, member, steward, coop, clock):
    full, soon, off = await add(coop, places="2"), await add(coop), await add(coop)
    await take(member, full)
    await steward.post(f"/events/entry/{off}/cancellation")
    for entry, moment, shown, refused in (
        (full, "2026-12-01T12:00", "Full", "This is full."),
        (off, "2026-12-01T12:00", "this will not take place", "This is cancelled"),
        (soon, "2026-12-12T18:30", "It has begun", "This has begun"),
        (soon, "2026-12-13T00:00", "This is over.", "This is over, so"),
    ):
        clock(moment)
        page, answer = await oak.get(f"/events/entry/{entry}"), await take(oak, entry, address="sam@far.example")
        assert shown in page.text and f'action="/events/entry/{entry}/tickets"' not in page.text
        assert answer.status_code == 422 and refused in answer.text


async def test_what_needs_no_ticket_has_no_form_and_refuses_one(oak, coop):
    entry = await add(coop, places="")
    assert "/tickets" not in (await oak.get(f"/events/entry/{entry}")).text
    answer = await take(oak, entry)
    assert answer.status_code == 422 and "Nobody needs a ticket for this." in answer.text


async def test_there_is_no_ticket_for_what_is_not_there(oak, member):
    for client in (oak, member):
        for id in (7, 2**63, 10**40):
            assert (await take(client, id)).status_code == 404, id


async def test_a_page_that_is_kept_for_all_members_shows_none_of_them(member, visit, coop, entry):
    async with coop.writing() as db:
        await account.add_person(db, "Jo", "jo@oak.example")
    jo = await visit("oak", "jo@oak.example")
    page, theirs = (await member.get(f"/events/entry/{entry}")).text, (await jo.get(f"/events/entry/{entry}")).text
    main = re.search(r"<main.*</main>", page, re.S)[0]
    assert main == re.search(r"<main.*</main>", theirs, re.S)[0]
    assert "Maud" not in main and MEMBER not in main and 'name="address"' not in main


async def test_what_is_left_is_fresh_on_kept_pages(oak, member, coop, entry, woken):
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words("Come", "Do.\n\n::tickets"), status="published")
    for left in (10, 8):
        for path in ("/events/tickets", "/come", f"/events/entry/{entry}"):
            woken.clear()
            shown = [f"{left} of 10 places left" in (await oak.get(path)).text for _ in range(2)]
            assert shown == [True, True] and woken == [path], path
        await take(member, entry)


@pytest.mark.parametrize("path", ["/events/tickets", "/events/entry/1"])
async def test_what_begins_has_no_tickets_any_more_on_a_kept_page_though_nobody_wrote(oak, entry, clock, path):
    for moment, there in (("18:29", True), ("18:30", False)):
        clock(f"2026-12-12T{moment}")
        assert ("10 of 10 places left" in (await oak.get(path)).text) is there


async def test_the_widget_leads_to_each_that_there_are_tickets_for(oak, member, coop, entry):
    full = await add(coop, title="Wreaths", day="2026-12-10", places="1")
    await add(coop, title="The van", kind="booking", places="")
    await take(member, full, places="1")
    text = (await oak.get("/events/tickets")).text
    found = re.findall(
        r'<a href="/events/entry/(\d+)">([^<]*)</a></h3>.*?<span class="stock"[^>]*>([^<]*)<', text, re.S
    )
    assert found == [(str(entry), "Supper", "10 of 10 places left"), (str(full), "Wreaths", "Full")]


async def test_those_who_write_see_who_comes_and_take_a_ticket_back(house, steward, oak, coop, entry):
    await get(house, oak, coop, entry)
    assert "2 of 10 places are taken" in (await steward.get(f"/events/entry/{entry}")).text
    page = (await steward.get(f"/events/guests/{entry}")).text
    assert "Mei Lin" in page and MEI["address"] in page
    asked, way = re.search(r'<div id="([^"]+)" popover .*?action="(/events/tickets/\d+/return)"', page, re.S).groups()
    assert f'popovertarget="{asked}">Take it back' in page, "asked first"
    for _ in range(2):
        assert (await steward.post(way)).headers["location"] == f"/events/guests/{entry}?said=returned"
    assert "Nobody has a ticket yet." in (await steward.get(f"/events/guests/{entry}")).text and await held(coop) == []


async def test_who_does_not_write_sees_nobody_who_comes_and_gives_back_nothing_of_others(
    house, oak, member, coop, entry
):
    await get(house, oak, coop, entry)
    ((id,),) = await all_of(coop, events.Ticket.id)
    for client, status in ((oak, 401), (member, 403)):
        assert (await client.get(f"/events/guests/{entry}")).status_code == status
        assert (await client.post(f"/events/tickets/{id}/return")).status_code == status
        assert "/events/guests" not in (await client.get(f"/events/entry/{entry}")).text
    assert (await oak.get("/events/own-tickets")).status_code == 401 and len(await held(coop)) == 1


async def test_whoever_has_a_ticket_is_mailed_what_is_cancelled(house, oak, steward, coop, entry):
    ticket = await get(house, oak, coop, entry)
    assert "1 person has a ticket, and is mailed so at once." in (await steward.get(f"/events/entry/{entry}")).text
    refused = await steward.post(f"/events/entry/{entry}/cancellation", data={"why": "x" * 301})
    assert refused.status_code == 422 and 'id="cancel-why-error"' in refused.text and "x" * 301 in refused.text
    await steward.post(f"/events/entry/{entry}/cancellation", data={"why": "The hall is flooded."})
    assert "1 person who had a ticket is mailed so." in (await steward.get(f"/events/entry/{entry}")).text
    off, _ = await mailed(house, coop)
    assert "The hall is flooded." in off and f"https://oak.example/events/entry/{entry}" in off.split()
    assert "This will not take place:" in off and "Saturday 12 December 2026, 6.30 pm" in off
    page = (await oak.get(ticket)).text
    assert "this will not take place" in page and "Give it back" not in page
    guests = (await steward.get(f"/events/guests/{entry}")).text
    assert "Mei Lin" in guests and "/return" not in guests


async def test_places_are_typed_with_the_rest_and_seen_where_they_are_too_few(steward, member, coop):
    added = await steward.post("/events/new-entry", data=SUPPER)
    entry = int(re.search(r"entry/(\d+)", added.headers["location"])[1])
    await take(member, entry)
    form = (await steward.get(f"/events/edit-entry/{entry}")).text
    assert re.search(r'name="places"[^>]*value="10"', form)
    refused = await steward.post(f"/events/edit-entry/{entry}", data=SUPPER | {"places": "1", "version": "1"})
    assert refused.status_code == 422 and "More are taken already." in refused.text


async def test_all_addresses_of_one_network_take_as_many_as_one(house, coop):
    entry, answers = await add(coop, places="4"), []
    for host in "2001:db8::1", "2001:db8::2:1", "2001:db8:0:1::1":
        written = events.Wanted(entry, "A guest", f"guest@{len(answers)}.example", 2, 2**33).written()
        transport = ASGITransport(house.app, client=(host, 1))
        async with AsyncClient(transport=transport, base_url="https://oak.example") as client:
            path = f"/events/wanted-ticket/{coop.keyring.sign('wanted-ticket', written)}"
            answers.append((await client.post(path, data={"places": "2"})).status_code)
    assert answers == [303, 429, 303]


async def test_the_ledger_says_of_no_ticket_whose_it_is(member, steward, coop, entry):
    path = (await take(member, entry)).headers["location"].partition("?")[0]
    await member.post(path)
    joined = Activity.type.in_(("Join", "Leave"))
    assert await all_of(coop, Activity.actor, where=joined) == [("site",), ("site",)]


async def test_a_stranger_who_takes_too_many_is_told_to_wait(oak, coop):
    entry = await add(coop, places="100")
    answers = [await take(oak, entry, address=f"guest{number}@far.example") for number in range(7)]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429] and "Mei Lin" in answers[-1].text
