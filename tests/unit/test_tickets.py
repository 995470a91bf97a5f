"""Tickets: never more than there are places, one for an address, and all of them told of what is cancelled."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domains import account, events
from domains import site as sites
from domains.activities import Activity
from domains.errors import Invalid, NotFound, TooMany
from flows import tickets as story
from tests.conftest import all_of, settle

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SUPPER = {"title": "Supper", "day": "2026-12-12", "starts": "18:30", "ends": "22:00", "places": "10", "place": "Hall"}
MEI = "Mei Lin", "Mei@far.example"


async def add(coop, **typed):
    async with coop.writing() as db:
        return (await events.add_entry(db, **(SUPPER | typed))).id


async def take(coop, entry, who=MEI, places="2", at=NOW):
    async with coop.writing() as db:
        return await events.take_ticket(db, entry, *who, places, at, LONDON)


async def give_back(coop, id):
    async with coop.writing() as db:
        await events.give_back(db, id)


async def taken(coop):
    """What the entry says, and what its tickets hold; the same, always."""
    ((said,),) = await all_of(coop, events.Entry.taken)
    held = await all_of(coop, events.Ticket.places, where=events.Ticket.cancelled.is_(None))
    assert said == sum(places for (places,) in held)
    return said


async def test_a_ticket_is_kept_and_the_ledger_does_not_say_whose(coop):
    entry = await add(coop)
    ticket = await take(coop, entry)
    assert (ticket.name, ticket.address, ticket.places) == ("Mei Lin", "mei@far.example", 2) and await taken(coop) == 2
    ((type, kind, ref, told),) = await all_of(
        coop, Activity.type, Activity.kind, Activity.ref, Activity.object, where=Activity.type != "Create"
    )
    assert (type, kind, ref) == ("Join", "events.entry", entry)
    assert told == {"title": "Supper", "entry": entry, "ticket": str(ticket.id), "places": 2}


async def test_of_fifty_who_ask_at_once_for_ten_places_ten_get_one(coop):
    entry = await add(coop)
    asking = [take(coop, entry, ("A guest", f"guest{number}@far.example"), "1") for number in range(50)]
    answers = await asyncio.gather(*asking, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Invalid)]
    assert len(refused) == 40 and all("is full" in answer.fields[""] for answer in refused)
    assert await taken(coop) == 10 and len(await all_of(coop, events.Ticket.id)) == 10


async def test_whoever_asks_again_has_the_same_ticket_as_it_is(coop):
    entry = await add(coop)
    first, again = await take(coop, entry), await take(coop, entry, ("Mei", "MEI@far.example"), "5")
    assert first.id == again.id and (again.name, again.places) == ("Mei Lin", 2) and await taken(coop) == 2


async def test_twenty_who_ask_at_once_under_one_address_have_one_ticket(coop):
    entry = await add(coop)
    tickets = await asyncio.gather(*(take(coop, entry, places="1") for _ in range(20)))
    assert len({ticket.id for ticket in tickets}) == 1 and await taken(coop) == 1


async def test_places_that_are_given_back_are_free_once(coop):
    entry = await add(coop)
    first = await take(coop, entry)
    for _ in range(2):
        await give_back(coop, first.id)
    assert await taken(coop) == 0
    again = await take(coop, entry, places="3")
    assert again.id != first.id and await taken(coop) == 3
    assert [type for (type,) in await all_of(coop, Activity.type)] == ["Create", "Join", "Leave", "Join"]


@pytest.mark.parametrize(
    ("field", "who", "places"),
    [
        ("name", (" ", "mei@far.example"), "1"),
        ("name", ("a" * 81, "mei@far.example"), "1"),
        ("name", ("a\0b", "mei@far.example"), "1"),
        ("address", ("Mei", ""), "1"),
        ("address", ("Mei", "nowhere"), "1"),
        *(("places", MEI, places) for places in ("", "0", "-1", "7", "1.5", "many", "9" * 400, "٢")),
    ],
)
async def test_what_cannot_be_is_refused_beside_its_field(coop, field, who, places):
    entry = await add(coop)
    with pytest.raises(Invalid) as refused:
        await take(coop, entry, who, places)
    assert set(refused.value.fields) == {field} and await taken(coop) == 0


@pytest.mark.parametrize(
    ("typed", "moment", "why"),
    [
        ({"places": ""}, "2026-12-01T12:00", "Nobody needs a ticket"),
        ({}, "2026-12-12T18:30", "has begun"),
        ({}, "2026-12-12T22:00", "is over"),
        ({"starts": "", "ends": ""}, "2026-12-12T00:00", "has begun"),
    ],
)
async def test_what_nobody_gets_a_ticket_for_says_why(coop, typed, moment, why):
    entry = await add(coop, **typed)
    with pytest.raises(Invalid, match=why):
        await take(coop, entry, at=datetime.fromisoformat(moment).replace(tzinfo=LONDON))


async def test_there_are_no_tickets_for_what_is_cancelled_nor_for_what_is_not_there(coop):
    entry = await add(coop)
    async with coop.writing() as db:
        await events.cancel_entry(db, entry)
    with pytest.raises(Invalid, match="cancelled"):
        await take(coop, entry)
    with pytest.raises(NotFound):
        await take(coop, 7)
    with pytest.raises(NotFound):
        await give_back(coop, 7)


async def test_a_refusal_for_want_of_places_does_not_tell_who_has_some(coop):
    entry = await add(coop, places="3")
    await take(coop, entry)
    for who in MEI, ("Sam", "sam@far.example"):
        with pytest.raises(Invalid) as refused:
            await take(coop, entry, who, "2")
        assert refused.value.fields == {"places": "There are not so many left. Choose fewer."}


@pytest.mark.parametrize("places", ["0", "-1", "10001", "some"])
async def test_there_is_room_for_some_or_nobody_needs_a_ticket(coop, places):
    with pytest.raises(Invalid) as refused:
        await add(coop, places=places)
    assert set(refused.value.fields) == {"places"}


async def test_a_booking_has_no_places(coop):
    with pytest.raises(Invalid) as refused:
        await add(coop, kind="booking")
    assert set(refused.value.fields) == {"places"}


async def test_there_are_never_fewer_places_than_are_taken(coop):
    entry = await add(coop)
    await take(coop, entry, places="4")
    for places in "3", "":
        with pytest.raises(Invalid) as refused:
            async with coop.writing() as db:
                await events.change_entry(db, entry, "1", **(SUPPER | {"places": places}))
        assert set(refused.value.fields) == {"places"}
    async with coop.writing() as db:
        assert (await events.change_entry(db, entry, "1", **(SUPPER | {"places": "4"}))).left == 0


async def test_what_there_are_tickets_for_is_to_come_and_the_next_first(coop):
    for title, typed in (
        ("late", {"day": "2026-12-13"}),
        ("soon", {}),
        ("over", {"day": "2026-11-30"}),
        ("begun", {"day": "2026-12-01", "starts": "11:00"}),
        ("all day", {"day": "2026-12-01", "starts": "", "ends": ""}),
        ("tonight", {"day": "2026-12-01"}),
        ("free for all", {"places": ""}),
    ):
        await add(coop, title=title, **typed)
    async with coop.reading() as db:
        found = [[one.title for one in await events.ticketed(db, NOW, LONDON, most)] for most in (5, 2)]
    assert found == [["tonight", "soon", "late"], ["tonight", "soon"]]


async def test_tickets_go_with_their_entry(coop):
    entry = await add(coop)
    await take(coop, entry)
    async with coop.writing() as db:
        await events.remove_entry(db, entry)
    assert await all_of(coop, events.Ticket.id) == []


async def ask(coop, entry, address="mei@far.example", client="a client", places="1"):
    now = datetime.fromtimestamp(coop._clock(), UTC)
    async with coop.writing() as db:
        await story.begin(db, entry, "Mei", address, places, client, now, LONDON)


async def press(coop, entry, address="mei@far.example", client="a client", places="1"):
    """The button of the mailed link."""
    wanted = events.Wanted(entry, "Mei", address, int(places))
    async with coop.writing() as db:
        return await story.take(db, wanted, places, client, NOW, LONDON)


async def test_what_is_asked_for_holds_no_place_and_is_mailed_as_often_as_it_is_asked_for(coop, mailer, clock):
    entry = await add(coop)
    for _ in range(2):
        await ask(coop, entry, places="3")
        clock.now += 1
    await settle(coop)
    assert [(to, payload["template"], payload["title"]) for _, to, payload in mailer.sent] == [
        ("mei@far.example", "wanted-ticket", "Supper")
    ] * 2
    wanted = events.Wanted.read(mailer.sent[0][2]["link"])
    assert wanted[:4] == (entry, "Mei", "mei@far.example", 3) and await taken(coop) == 0


async def test_whoever_has_a_ticket_and_asks_again_is_mailed_that(coop, mailer):
    entry = await add(coop)
    ticket = await take(coop, entry)
    await ask(coop, entry, places="1")
    await settle(coop)
    ((_, to, payload),) = mailer.sent
    assert (to, payload["template"], payload["ticket"], payload["places"]) == (ticket.address, "ticket", ticket.id, 2)


@pytest.mark.parametrize("name", ["Mei Lin", 'Zoë "the" Ünal, 3', "梅" * 80])
def test_all_that_is_wanted_is_in_a_link_that_needs_no_care_in_a_path(name):
    wanted = events.Wanted(7, name, "ü+'`{|}~@bücher.example", 6, 1_800_000_000)
    assert re.fullmatch(r"[\w-]+", wanted.written(), re.ASCII) and events.Wanted.read(wanted.written()) == wanted


async def test_no_stranger_floods_others_nor_an_address(coop):
    entry = await add(coop, places="100")
    for number in range(story.FROM_CLIENT):
        await ask(coop, entry, f"guest{number}@far.example")
    with pytest.raises(TooMany):
        await ask(coop, entry, "one-more@far.example")
    for number in range(story.FOR_ADDRESS):
        await ask(coop, entry, client=f"client {number}")
    with pytest.raises(TooMany):
        await ask(coop, entry, client="another client")


@pytest.mark.parametrize(("places", "takes"), [("16", "62"), ("7", "3"), ("4", "11"), ("1", "1"), ("2", "1")])
async def test_one_client_takes_half_of_the_places_in_an_hour_and_always_one(coop, places, takes):
    entry = await add(coop, places=places)
    for number, many in enumerate(takes):
        for _ in range(2):  # twice is once
            await press(coop, entry, f"guest{number}@far.example", places=many)
    with pytest.raises((TooMany, Invalid)):
        await press(coop, entry, "jo@far.example")
    assert await taken(coop) == sum(int(many) for many in takes)
    if int(places) > 1:
        await press(coop, entry, "jo@far.example", "another client")


async def test_of_fifty_who_press_at_once_for_ten_places_ten_get_one(coop):
    entry = await add(coop)
    pressing = [press(coop, entry, f"guest{number}@far.example", f"client {number}") for number in range(50)]
    answers = await asyncio.gather(*pressing, return_exceptions=True)
    assert sum(isinstance(answer, events.Ticket) for answer in answers) == 10 == await taken(coop)


async def test_all_who_have_a_ticket_are_mailed_when_it_is_cancelled_and_nobody_else(coop, mailer):
    entry, other = await add(coop), await add(coop, title="Breakfast")
    await take(coop, entry)
    await take(coop, entry, ("Sam", "sam@far.example"))
    await take(coop, other, ("Jo", "jo@far.example"))
    left = await take(coop, entry, ("Ann", "ann@far.example"))
    await give_back(coop, left.id)
    for _ in range(2):
        async with coop.writing() as db:
            await account.subscribe(db, "reader@far.example")
            await events.cancel_entry(db, entry, "The hall is flooded.")
    await settle(coop)
    assert sorted((to, payload["template"], payload["why"]) for _, to, payload in mailer.sent) == [
        ("mei@far.example", "called-off", "The hall is flooded."),
        ("sam@far.example", "called-off", "The hall is flooded."),
    ]


async def test_who_had_a_ticket_is_forgotten_ninety_days_after_what_it_was_for(coop, clock):
    async with coop.writing() as db:
        await sites.describe(db, sites.Facts(name="Oak"), "https://oak.example")
    today = datetime.fromtimestamp(clock.now, UTC)
    soon, later = [await add(coop, day=f"{today + timedelta(days=days):%Y-%m-%d}") for days in (1, 200)]
    for entry in soon, later:
        await take(coop, entry, at=today)
    left = []
    for days in (80, 88, 96, 104):
        clock.now = (today + timedelta(days=days)).timestamp()
        await settle(coop)
        left.append([entry for (entry,) in await all_of(coop, events.Ticket.entry_id)])
    assert left[0] == left[1] == [soon, later] and left[-1] == [later]
    assert await all_of(coop, events.Entry.taken) == [(2,), (2,)]
