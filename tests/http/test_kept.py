"""What is answered from memory, to whom, and that nobody is given what is somebody else's."""

import gzip
import re

import pytest

from domains import account
from fragments import ROUTES
from fragments.caching import Caching
from tests.http.conftest import MEMBER, PARTIAL, STEWARD, changed, cookies

LEEKS = {"kind": "market.product", "ref": "1", "quantity": "2"}


@pytest.fixture(scope="module")
def furnished(stocked, tmp_path_factory):
    """With a second member, and three more people who have names like nobody else's."""

    async def invite(coop):
        async with coop.writing() as db:
            await account.add_person(db, "Odo Ottersley", "odo@oak.example")
            for name, role in ROLES.items():
                await account.add_person(db, name, f"{name}@oak.example".lower(), role=role)

    return changed(stocked, tmp_path_factory.mktemp("kept"), invite)


async def put_in(client):
    """Something into their basket."""
    assert (await client.post("/cart/lines", data=LEEKS)).status_code == 303


def count(answer):
    """As the basket at the top of a page says it; empty where nothing is in it."""
    return "".join(re.findall(r'id="cart-badge".*<span class="count">(\d+)</span>', answer.text))


# ---- strangers ----


@pytest.mark.parametrize("headers", [{}, PARTIAL, {"accept-encoding": "identity"}], ids=["page", "part", "identity"])
@pytest.mark.parametrize("path", ["/", "/market/goods", "/events/calendar?month=2026-12", "/blog/news"])
async def test_a_page_that_has_not_changed_is_answered_from_memory(oak, woken, path, headers):
    first, second = await oak.get(path, headers=headers), await oak.get(path, headers=headers)
    assert len(woken) == 1 and second.status_code == 200
    assert (first.content, first.headers) == (second.content, second.headers)
    assert second.headers["cache-control"] == "public, no-cache" and "content-security-policy" in second.headers


async def test_a_page_and_its_fragment_are_kept_apart(oak):
    for _ in range(2):
        page, part = await oak.get("/blog/news"), await oak.get("/blog/news", headers=PARTIAL)
        assert "<html" in page.text and "<html" not in part.text and part.text in page.text


async def test_what_one_coop_keeps_is_never_anothers(oak, elm):
    for _ in range(2):
        assert ">Oak</a>" in (await oak.get("/")).text and ">Elm</a>" in (await elm.get("/")).text


@pytest.mark.parametrize(
    "path", ["/", "/cart/basket", "/no/such/page", "/health", "/account/sign-in", "/static/0/site.css"]
)
async def test_head_says_all_that_get_says(oak, path):
    for _ in range(2):
        got, head = await oak.get(path), await oak.head(path)
        assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")


async def test_a_browser_that_has_it_still_is_told_so(oak, woken):
    etag = (await oak.get("/")).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", W/{etag}', "*"):
        answer = await oak.get("/", headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        assert "content-length" not in answer.headers and "Accept-Encoding" in answer.headers["vary"]
    for other in ('"other"', etag.strip('"'), ""):
        assert (await oak.get("/", headers={"if-none-match": other})).status_code == 200
    assert len(woken) == 1


async def test_a_page_that_is_made_again_and_is_the_same_has_the_same_tag(oak, coop, woken):
    etag = (await oak.get("/blog/news")).headers["etag"]
    async with coop.writing() as db:
        await (await db.connection()).exec_driver_sql("UPDATE market_products SET note = note || '.'")
    assert (await oak.get("/blog/news", headers={"if-none-match": etag})).status_code == 304 and len(woken) == 2


async def test_each_encoding_has_its_own_tag_and_the_same_page(oak):
    plain = await oak.get("/", headers={"accept-encoding": "identity"})
    async with oak.stream("GET", "/", headers={"accept-encoding": "br, gzip;q=0.5"}) as small:
        raw = b"".join([part async for part in small.aiter_raw()])
    assert gzip.decompress(raw) == plain.content and len(raw) == int(small.headers["content-length"])
    assert small.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert small.headers["etag"] != plain.headers["etag"]
    crossed = {"accept-encoding": "gzip", "if-none-match": plain.headers["etag"]}
    assert (await oak.get("/", headers=crossed)).status_code == 200


@pytest.mark.parametrize("said", ["gzip;q=0", "gzip; q=0.000", "x-gzipped", "*", "", "br", "gzip;q=nonsense"])
async def test_whoever_does_not_take_gzip_is_not_given_it(oak, said):
    answer = await oak.get("/", headers={"accept-encoding": said})
    assert "content-encoding" not in answer.headers and "</html>" in answer.text


# ---- people with a basket ----


async def test_a_basket_is_filled_into_the_page_that_everybody_gets(oak, visit, woken):
    stranger = await visit("oak")
    await put_in(oak)
    await stranger.get("/"), await oak.get("/")
    await stranger.get("/blog/news")
    woken.clear()
    for path in ("/", "/blog/news"):
        theirs, strangers = await oak.get(path), await stranger.get(path)
        assert count(theirs) == "2" and count(strangers) == "" and theirs.headers["etag"] != strangers.headers["etag"]
        assert theirs.headers["cache-control"] == "private, no-cache"
    assert woken == []


async def test_a_basket_and_a_sign_in_leave_the_pages_in_memory(oak, visit, house, woken):
    stranger = await visit("oak")
    await stranger.get("/")
    await put_in(oak)
    await cookies(house, "oak", MEMBER)
    woken.clear()
    assert (await stranger.get("/")).status_code == 200 and woken == []


async def test_what_a_basket_says_is_never_older_than_the_basket(oak, woken):
    for quantity in range(2, 9, 2):
        await put_in(oak)
        assert [count(await oak.get("/blog/news")) for _ in range(3)] == [str(quantity)] * 3
    assert woken.count("/blog/news") == 4


async def test_a_fragment_takes_nothing_from_the_page_around_it(oak, woken):
    await put_in(oak)
    for headers in ({}, PARTIAL, {}, PARTIAL, {}):
        assert (count(await oak.get("/blog/news", headers=headers)) == "2") is (headers == {})
    assert woken.count("/blog/news") == 2


async def test_a_browser_that_has_the_page_with_its_basket_is_told_so(oak):
    await put_in(oak)
    etag = (await oak.get("/")).headers["etag"]
    assert (await oak.get("/", headers={"if-none-match": etag})).status_code == 304
    await put_in(oak)
    assert count(await oak.get("/", headers={"if-none-match": etag})) == "4"


# ---- members, and whoever writes ----


async def test_members_share_a_page_with_their_prices_and_each_their_own_name(visit, woken):
    maud, odo, stranger = [await visit("oak", who) for who in (MEMBER, "odo@oak.example", "")]
    for who in (maud, stranger, odo):
        await who.get("/market/goods")
    await odo.get("/blog/news")
    woken.clear()
    said = {who: (await who.get("/market/goods")).text for who in (maud, odo, stranger)}
    assert woken == []
    assert "Maud</a>" in said[maud] and "Odo</a>" in said[odo] and "Sign in</a>" in said[stranger]
    assert "Others £" in said[odo] and "Others £" not in said[stranger] and "Member £" in said[stranger]


async def test_whoever_writes_is_never_answered_from_memory(steward, oak, woken):
    for _ in range(2):
        assert "/events/new-entry" in (await steward.get("/events/calendar")).text
        assert "/events/new-entry" not in (await oak.get("/events/calendar")).text
    assert len(woken) == 3


ROLES = {"Xaveria": "member", "Yolanthe": "member", "Zebulon": "steward"}
SHOWN = sorted({path for route in ROUTES if "GET" in route.http_methods for path in route.paths})


@pytest.mark.parametrize("path", SHOWN)
async def test_nothing_made_for_somebody_is_given_to_anybody_else(visit, path):
    """Whoever comes first; each has a name and a basket like nobody else's."""
    path = re.sub(r"{slug:str}", "four-leeks", path.replace("{id:int}", "1").replace("{signed:str}", "1.x"))
    people = {name: await visit("oak", f"{name}@oak.example".lower()) for name in ROLES}
    people |= {"": await visit("oak"), "77": await visit("oak")}
    await people["77"].post("/cart/lines", data=LEEKS | {"ref": "2", "quantity": "7"})
    for headers, me in [(headers, me) for headers in ({}, {}, PARTIAL, PARTIAL) for me in people]:
        answer = await people[me].get(path, headers=headers)
        for other in people.keys() - {me, "77", ""}:
            assert me == "Zebulon" or other.lower() not in answer.text.lower(), f"{me} is shown {other}"
        assert me == "77" or 'class="count">7<' not in answer.text


ODDLY = ["session ={}", "session\t={}", "a=b;session={}", '__Host-session="{}"', "__Host-session={};__Host-session=x"]
ODDLY += ["__Host-session=x; __Host-session={}", "__Host-session={}; session={}", "__host-session={}", "$Version=1; {}"]


@pytest.mark.parametrize("oddly", [*ODDLY, "a=b; __Host-session={}", "__Host-session={}; a=b"])
@pytest.mark.parametrize("who", [MEMBER, STEWARD])
async def test_however_a_cookie_is_written_its_page_is_nobody_elses(house, oak, oddly, who):
    (token,) = (await cookies(house, "oak", who)).values()
    for path in ("/", "/blog/news"):
        for _ in range(2):
            await oak.get(path, headers={"cookie": oddly.format(token, token)})
        for headers in ({}, {"cookie": "a=b"}, {"cookie": "__Host-session=x"}):
            answer = await oak.get(path, headers=headers)
            assert "Maud</a>" not in answer.text and "Ruth" not in answer.text and "/steward" not in answer.text


# ---- what is not kept ----


@pytest.mark.parametrize("path", ["/cart/basket", "/account/sign-in", "/account/home", "/no/such/page", "/health"])
async def test_what_is_somebodys_own_or_no_page_is_not_kept(member, woken, path):
    for _ in range(2):
        await member.get(path)
    assert len(woken) == 2


START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
BODY = {"type": "http.response.body", "body": b"hi"}


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (Caching(), [START | {"status": 500}, BODY]),
        (Caching(), [START | {"status": 303}, BODY]),
        (Caching(), [START | {"headers": [*START["headers"], (b"set-cookie", b"a=b")]}, BODY]),
        (Caching(), [START | {"headers": []}, BODY | {"more_body": True}, BODY]),
        (Caching(is_personal=True), [START, BODY]),
        (Caching(parts={"/cart/badge": "h"}, role="steward"), [START, BODY]),
        (Caching(parts={"/cart/badge": ""}), [START, BODY]),
        (None, [START, BODY]),
    ],
    ids=["an error", "a redirect", "a cookie", "a stream", "a person's", "a steward's", "a part twice", "unsaid"],
)
async def test_an_error_a_cookie_and_a_stream_are_sent_and_never_kept(house, oak, monkeypatch, said, sent):
    async def app(scope, receive, send):
        scope |= {"path_template": "/", "path_params": {}, "route_handler": ROUTES[0]} | (
            {"caching": said} if said else {}
        )
        for message in sent:
            await send(message)

    monkeypatch.setattr(house.app, "app", app)
    assert (await oak.get("/")).text == "hi" * len(sent[1:])
    assert [key for key in house.app.pages.kept if len(key) > 2] == [] and not house.app.others.kept
