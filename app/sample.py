"""A co-op with something in every room, so that each page shows its best; days are counted from today."""

from datetime import date, timedelta

from domains import account, blog, events, market
from domains import site as sites
from domains.values import now

from .coop import Coop

ABOUT = (
    "Each week the growers tell us what is ready. You order by Thursday evening, they harvest on Friday, and you "
    "collect on Saturday morning. Nothing sits in a warehouse, and nothing is picked that has not been asked for."
)
PEOPLE = (("Ines Okafor", "ines@oakhill.example", "editor"), ("Tam Achebe", "tam@oakhill.example", "member"))
PAGES = (
    blog.Words(
        kind="page",
        title="How we work",
        slug="how-we-work",
        body="""We are owned by the people who eat and the people who grow. A share costs £20 once, or whatever you can
manage. Members pay about a fifth less, and each has one vote.

## A week with us

1. On **Monday** the growers say what is ready.
2. You order until **Thursday** at eight in the evening.
3. They harvest on **Friday**, and six of us pack.
4. You collect on **Saturday** morning at the Old Goods Shed.

## Who decides

Whoever holds a share. We meet on the third Tuesday of the month, with soup.

::calendar
""",
    ),
)
POSTS = (
    blog.Words(
        title="What to do with four leeks",
        slug="four-leeks",
        tags="kitchen",
        excerpt="Leeks are sold by the handful, and the handful is always four. Here are three evenings.",
        cover="leeks",
        body="""Leeks are sold by the handful, and the handful is always **four**. Here are three evenings.

## Monday: leeks and eggs

Cut them in half along the length, wash out the mud, and lay them in a pan with butter and *two spoons* of water. Lid
on, ten minutes.

1. Take the lid off.
2. Crack in four eggs.
3. Wait.

> You cannot hurry a leek either.

## Wednesday: soup

With the Pink Fir Apples, if you have them.

::products
""",
    ),
    blog.Words(
        title="We voted: the van goes electric",
        slug="the-van-goes-electric",
        tags="meeting",
        excerpt="31 for, 4 against, 6 not sure yet. What it costs and when it comes.",
        cover="van",
        body="""Thirty-one of us were for it, four against, and six want to see it first.

| | diesel | electric |
|---|---|---|
| a year's fuel | £1,940 | £610 |
| repairs | £820 | £300 |
| noise in Station Yard at six | a lot | none |

It comes in March. The old van goes to the bike workshop, which wants it for parts.
""",
    ),
    blog.Words(
        title="The beetroot that nearly got away",
        slug="the-beetroot-that-nearly-got-away",
        tags="growers",
        excerpt="A wet September, a borrowed broadfork and a lesson about patience.",
        cover="beetroot",
        body="""By the second week of September the bottom of Low Field had become a pond with ambitions. We had sown late,
after the broad beans, and for a fortnight the rows were something we talked about in the past tense.

Then it stopped raining. It went from three weeks of drizzle to nineteen dry days in a row, and the roots that had been
sulking just under the surface decided to *get on with it*. We went in with a broadfork borrowed from Pear Tree Farm and
loosened every second row by hand.

## What we did differently

- Left the thinnings in until they were the size of a walnut, then sold them as baby beet.
- Kept the tractor off. The whole field was worked on foot.
- Asked you to wait two weeks. You did, and thank you.

::products

There are around four hundred bunches to lift before the first hard frost. If you would like to see how it is done, or you
simply want mud, we are opening the field for a morning.

::calendar

> You cannot hurry a beetroot. You can only get out of its way.

The leaves are the best part for the next week: cook them as you would chard, in butter, with the lid on.
""",
    ),
)
MENU = (
    ("Market", "/market/goods"),
    ("Calendar", "/events/calendar"),
    ("News", "/blog/news"),
    ("How we work", "/how-we-work"),
)
ENTRIES = (
    (-3, dict(title="Collection morning", kind="market", starts="09:00", ends="12:00", place="The Old Goods Shed")),
    (
        2,
        dict(
            title="Orders close", kind="market", starts="20:00", note="The growers harvest what is asked for by then."
        ),
    ),
    (
        4,
        dict(
            title="Collection morning",
            kind="market",
            starts="09:00",
            ends="12:00",
            place="The Old Goods Shed",
            note="Bring your bags and last week’s jars.",
            description="Come when you like between nine and twelve. Somebody you know is behind the table.",
        ),
    ),
    (4, dict(title="The van: Low Field", kind="booking", starts="14:00", ends="17:00")),
    (
        5,
        dict(
            title="Lifting morning at Low Field",
            starts="10:00",
            ends="12:30",
            place="Low Field, by the river gate",
            note="Free. Boots, gloves, a flask.",
            description="Four hundred bunches want lifting before the frost. We show you how, you take home what you lift last.",
        ),
    ),
    (
        8,
        dict(
            title="Wreath making with Ines",
            starts="19:00",
            ends="21:00",
            place="The Old Goods Shed",
            note="A hot drink is in it.",
        ),
    ),
    (18, dict(title="Midwinter supper", starts="18:30", place="The village hall", note="Pay what you can.")),
    (25, dict(title="Members’ meeting", starts="19:00", place="The village hall", note="Opening hours, and soup.")),
)
GOODS = (
    (
        "114",
        "Beetroot, bunched",
        "Low Field",
        "Roots",
        "2.40",
        "1.95",
        "a bunch",
        "About 600 g with leaves.",
        "",
        "beetroot",
    ),
    ("118", "Carrots, bunched", "Low Field", "Roots", "1.80", "1.45", "a bunch", "Washed, 500 g.", "9", "carrots"),
    ("121", "Leeks", "Low Field", "Roots", "2.10", "1.70", "500 g", "Three or four.", "", "leeks"),
    (
        "126",
        "Potatoes, Pink Fir Apple",
        "Pear Tree Farm",
        "Roots",
        "4.40",
        "3.55",
        "2 kg",
        "Unwashed, in a paper sack.",
        "",
        "potatoes",
    ),
    (
        "129",
        "Crown Prince squash",
        "Achebe Gardens",
        "Roots",
        "3.60",
        "2.90",
        "one",
        "About 1.2 kg. Keeps until March.",
        "4",
        "squash",
    ),
    ("203", "Rainbow chard", "Achebe Gardens", "Leaves", "1.95", "1.55", "300 g", "A good handful.", "", "chard"),
    (
        "211",
        "Perpetual spinach",
        "Achebe Gardens",
        "Leaves",
        "1.95",
        "1.55",
        "300 g",
        "Slow this week: it has been cold.",
        "0",
        "chard",
    ),
    (
        "302",
        "Apples, Cox",
        "Pear Tree Farm",
        "Fruit",
        "2.60",
        "2.10",
        "1 kg",
        "Picked in September, from the cold store.",
        "",
        "apples",
    ),
    (
        "401",
        "Six hen’s eggs",
        "Wenn Valley Hens",
        "Larder",
        "2.80",
        "2.25",
        "six",
        "Boxes come back, if you can.",
        "24",
        "eggs",
    ),
    (
        "404",
        "Three-seed loaf",
        "Station Bakery",
        "Larder",
        "4.25",
        "3.40",
        "800 g",
        "Baked on Saturday at four in the morning.",
        "12",
        "loaf",
    ),
    (
        "409",
        "Heather honey",
        "The Bee Bank",
        "Larder",
        "7.50",
        "6.00",
        "340 g",
        "Set, from the tops above Wenn.",
        "18",
        "honey",
    ),
    (
        "415",
        "Hard sheep’s cheese",
        "Wenn Dairy",
        "Larder",
        "5.20",
        "4.20",
        "200 g",
        "Eleven months old.",
        "15",
        "cheese",
    ),
)
FEATURED = ("114", "121", "203", "129", "401", "404")


async def fill(coop: Coop) -> None:
    """All of it in one transaction, so that a co-op has the whole sample or none of it. Raises nothing that is typed."""
    async with coop.writing() as db:
        found = await sites.site(db)
        motto = "Food from nine growers within nine miles, shared out on Saturdays"
        await sites.describe(db, sites.Facts(name=found.name, motto=motto, about=ABOUT))
        for name, address, role in PEOPLE:
            await account.add_person(db, name, address, role)
        for number, words in enumerate((*PAGES, *POSTS)):
            post = await blog.write_post(db, words, author="Ines Okafor", status="published")
            post.published = now() - timedelta(days=3 * (len(POSTS) - number))
        for label, target in MENU:
            await blog.add_menu_item(db, label, target)
        for number, name, supplier, category, price, member, unit, note, stock, art in GOODS:
            facts = market.Facts(
                name=name, supplier=supplier, category=category, price=price, member_price=member, number=number,
                note=note, unit=unit, stock=stock, art=art, featured="yes" if number in FEATURED else "",
            )  # fmt: skip
            await market.add_product(db, facts, found.currency)
        for days, about in ENTRIES:
            await events.add_entry(db, day=str(date.today() + timedelta(days=days)), **about)
