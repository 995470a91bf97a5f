"""The first minute: a server without a co-op, and whoever was shown the address at which to make one."""

import asyncio
import re
from urllib.parse import urlsplit

import pytest
from httpx import ASGITransport, AsyncClient

from app.commands import create_coop
from app.control import quiet
from app.main import House
from domains.errors import Invalid
from domains.site import site
from fragments.guesses import guesses
from tests.http.conftest import PARTIAL, settings

HERE = "http://localhost:8000"
TYPED = {
    "name": "Ash Bank",
    "url": HERE,
    "steward": "Ruth@ash.example",
    "hue": "150",
    "timezone": "Europe/Lisbon",
    "currency": "EUR",
    "language": "en-GB",
    "next": "/steward",
}


@pytest.fixture
async def empty(tmp_path):
    (tmp_path / "empty").mkdir()
    house = House(settings(tmp_path / "empty"))
    async with house.awake():
        yield house


@pytest.fixture
async def browser(empty):
    transport = ASGITransport(empty.app, raise_app_exceptions=True)
    async with AsyncClient(transport=transport, base_url=HERE, headers={"origin": HERE}) as browser:
        yield browser


@pytest.fixture
def token(empty):
    return urlsplit(empty.setup.address()).query.removeprefix("token=")


@pytest.fixture
def send(browser, token):
    return lambda **typed: browser.post("/setup/new-coop", data={"token": token} | TYPED | typed)


async def made(house):
    (entry,) = house.registry.all()
    async with house.tenants.use(entry.id) as coop, coop.reading() as db:
        return await site(db)


async def test_the_printed_address_asks_for_few_things_and_guesses_the_others(empty, browser):
    page = await browser.get(empty.setup.address(), headers={"accept-language": "de-CH,de;q=0.9,en;q=0.5"})
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert page.text.count(" required") == 3
    for piece in (
        f'value="{HERE}"',
        '<option value="Europe/Zurich" selected>',
        '<option value="CHF" selected>',
        '<option value="en-GB" selected>',
        'name="sample" value="yes" checked',
    ):
        assert piece in page.text
    part = await browser.get(empty.setup.address(), headers=PARTIAL)
    assert "<html" not in part.text and part.text.startswith('<section id="setup-new-coop"')


async def test_behind_a_proxy_the_address_is_guessed_as_browsers_have_it(empty, browser, token):
    asked = {"host": "oakhill.example", "x-forwarded-proto": "https"}
    page = await browser.get("/setup", params={"token": token}, headers=asked)
    assert 'value="https://oakhill.example"' in page.text


@pytest.mark.parametrize(
    ("languages", "here", "currency", "timezone"),
    [
        ("en-GB,en;q=0.9", "Etc/UTC", "GBP", "Europe/London"),
        ("en;q=0.5, fr-FR", "Etc/UTC", "EUR", "Europe/Paris"),
        ("de", "Europe/Vienna", "EUR", "Europe/Vienna"),
        ("pt-BR", "Etc/UTC", "GBP", "Europe/London"),
        ("", "Europe/Stockholm", "SEK", "Europe/Stockholm"),
        ("", "Etc/UTC", "GBP", "Europe/London"),
        ("*;q=x, ;;, 漢字, en-US;q=2,-" + "a" * 5000, "UTC", "USD", "Europe/London"),
    ],
)
def test_where_somebody_is_is_guessed_from_what_their_browser_and_the_machine_tell(languages, here, currency, timezone):
    assert guesses(languages, here) == {"language": "en-GB", "currency": currency, "timezone": timezone}


@pytest.mark.parametrize("wrong", ["", "x", "x" * 32, "é", "\ud7ff", "\0"])
async def test_without_the_token_nothing_is_shown_or_made(empty, browser, send, token, wrong):
    shown, sent = await browser.get("/setup", params={"token": wrong}), await send(token=wrong)
    assert shown.status_code == sent.status_code == 404 and empty.registry.is_empty()
    for answer in (shown, sent):
        assert "No co-op here yet" in answer.text and token not in answer.text and "<form" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/steward", "/account/sign-in", "/no/such/page", "/oakhill", "/federation/actor"]
)
async def test_every_other_address_says_that_there_is_no_coop_yet(empty, browser, token, path):
    for host in ("localhost:8000", "10.0.0.7", "oak.example"):
        page = await browser.get(path, headers={"host": host})
        assert page.status_code == 404 and "it printed an address" in page.text and token not in page.text
        assert page.headers["cache-control"] == "no-store" and "set-cookie" not in page.headers


async def test_the_policy_the_cross_site_check_and_the_limits_hold_there_too(browser, send, token):
    for answer in (await browser.get("/setup", params={"token": token}), await browser.get("/"), await send(name="")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
    about = {"data": TYPED | {"token": token}}
    assert (
        await browser.post("/setup/new-coop", headers={"origin": "http://evil.example"}, **about)
    ).status_code == 403
    assert (await browser.post("/setup/new-coop", headers={"sec-fetch-site": "cross-site"}, **about)).status_code == 403
    assert (await browser.post("/setup/new-coop", json={"token": token})).status_code == 415
    assert (await send(name="x" * 3_000_000)).status_code == 413
    assert (await browser.get("/setup?token=" + "x" * 9000)).status_code == 414
    assert (await browser.get("/setup", headers={"host": ""})).status_code == 400


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "x" * 61),
        ("name", "a\0b"),
        ("url", ""),
        ("url", "oakhill.example"),
        ("url", "http://[::"),
        ("url", "https://oakhill.example/shop"),
        ("steward", ""),
        ("steward", "ruth"),
        ("hue", "361"),
        ("hue", "-1"),
        ("timezone", "Mars/Olympus"),
        ("currency", "XXX"),
        ("language", "tlh"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_the_rest_is_kept(empty, send, field, typed):
    refused = await send(**({"name": "Ash 🌳 بنك"} | {field: typed}))
    assert (
        refused.status_code == 422 and f'id="{field}-error"' in refused.text and 'aria-invalid="true"' in refused.text
    )
    assert "Ash 🌳 بنك" in refused.text or field == "name"
    assert "Ruth@ash.example" in refused.text or field == "steward"
    assert 'name="sample" value="yes"' in refused.text and "checked" not in refused.text
    assert empty.registry.is_empty() and not list(empty.settings.data_dir.glob("coops/*"))


async def test_all_that_is_wrong_is_said_at_once(send):
    refused = await send(name="", url="", steward="x", hue="", timezone="x")
    assert "5 things to put right" in refused.text


async def test_the_ink_is_looked_at_before_anything_is_made(empty, send):
    page = await send(then="look", name="")
    assert page.status_code == 200 and "/theme/150-" in page.text and empty.registry.is_empty()
    assert 'value="Ruth@ash.example"' in page.text and "aria-invalid" not in page.text
    for odd in ("361", "-1", "red", "9" * 5000, "٣"):
        assert "/theme/12-" in (await send(then="look", hue=odd)).text


async def test_what_was_typed_becomes_the_coop_and_its_steward_is_signed_in(empty, browser, send):
    sent = await send()
    assert sent.status_code == 307 and sent.headers["location"].startswith(f"{HERE}/account/sign-in-link/")
    entered = await browser.post(sent.headers["location"], data=TYPED)
    assert entered.status_code == 303 and entered.headers["location"] == "/steward"
    token = entered.headers["set-cookie"].split(";")[0]
    desk = await browser.get("/steward", headers={"cookie": token})
    assert desk.status_code == 200 and "Ash Bank" in desk.text and "/theme/150-" in desk.text
    found = await made(empty)
    about = found.name, found.url, found.hue, found.timezone, found.currency, found.language
    assert about == ("Ash Bank", HERE, 150, "Europe/Lisbon", "EUR", "en-GB")


async def test_made_at_another_address_the_browser_goes_to_its_own_and_signs_in_there(empty, send):
    sent = await send(url="https://ash.example")
    link = re.fullmatch(
        r"0; url=(https://ash\.example(/account/sign-in-link/\S+)\?next=/steward)", sent.headers["refresh"]
    )
    assert sent.status_code == 200 and f'href="{link[1]}"' in sent.text and sent.headers["cache-control"] == "no-store"
    async with AsyncClient(transport=ASGITransport(empty.app), base_url="https://ash.example") as browser:
        assert 'name="next" value="/steward"' in (await browser.get(link[1])).text
        entered = await browser.post(link[2], data={"next": "/steward"})
        assert entered.headers["location"] == "/steward" and (await browser.get("/steward")).status_code == 200


@pytest.mark.parametrize(("typed", "has_posts"), [({"sample": "yes"}, True), ({}, False)])
async def test_the_sample_is_there_if_it_was_wished(browser, send, typed, has_posts):
    await send(**typed)
    assert ("How we work" in (await browser.get("/")).text) is has_posts


async def test_then_nothing_more_is_made_and_without_the_token_there_is_nothing_to_see(empty, browser, send):
    await send()
    again = await send(name="Another")
    assert again.status_code == 200 and "It is made" in again.text and len(empty.registry.all()) == 1
    for token in ("", "x" * 32):
        shown, sent = await browser.get("/setup", params={"token": token}), await send(token=token)
        assert shown.status_code == sent.status_code == 404
        assert "Ash Bank" in shown.text and "No co-op here yet" not in shown.text


@pytest.mark.parametrize("url", [HERE, "https://ash.example"])
async def test_whoever_was_cut_off_is_led_on_by_the_same_address_until_they_have_signed_in(
    empty, browser, send, token, url
):
    await send(url=url)
    for _ in range(2):
        page = await browser.get("/setup", params={"token": token})
        link = re.fullmatch(r"0; url=(\S+)\?next=/steward", page.headers["refresh"])[1]
        assert f'href="{link}?next=/steward"' in page.text and page.headers["cache-control"] == "no-store"
    entered = await browser.post(
        link.removeprefix(url), data=TYPED, headers={"origin": url, "host": urlsplit(url).netloc}
    )
    assert entered.status_code == 303 and "set-cookie" in entered.headers
    spent = await browser.get("/setup", params={"token": token})
    assert spent.status_code == 200 and "refresh" not in spent.headers and "sign-in-link" not in spent.text
    assert "rose coop sign-in ash-bank Ruth@ash.example" in spent.text


async def test_whoever_goes_while_it_is_made_finds_it_there(empty, browser, send, token):
    cut_off = asyncio.create_task(send())
    await asyncio.sleep(0.01)
    cut_off.cancel()
    while empty.registry.is_empty():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)
    assert "sign-in-link" in (await browser.get("/setup", params={"token": token})).text


async def test_a_coop_that_a_command_made_is_nobodys_in_the_browser(empty, browser, token):
    await create_coop(empty, quiet, name="Ash", url=HERE, steward="ruth@ash.example")
    assert (await browser.get("/setup", params={"token": token})).status_code == 404


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "oak.example", "10.0.0.7"])
async def test_a_machine_is_told_that_there_is_no_coop_yet_and_that_all_is_well(empty, browser, host):
    answer = await browser.get("/health", headers={"host": host})
    assert answer.status_code == 200 and answer.json() == {"status": "ok", "coop": "none yet"}
    assert not empty.tenants.open and not list(empty.settings.data_dir.glob("coops/*"))


async def test_a_coop_whose_file_is_gone_is_not_well(empty, browser, send):
    await send()
    off = {"replication": "off", "seconds": None}
    assert (await browser.get("/health")).json() == {"status": "ok"} | off
    (entry,) = empty.registry.all()
    await empty.tenants.forget(entry.id)
    gone = await browser.get("/health")
    assert gone.status_code == 503 and gone.json() == {"status": "away"} and gone.headers["retry-after"] == "60"


async def test_sent_twice_at_once_it_is_one_coop_and_both_lead_to_it(empty, send):
    answers = await asyncio.gather(*(send() for _ in range(5)))
    assert len({answer.headers.get("location") for answer in answers}) == 1 and len(empty.registry.all()) == 1
    assert len(list(empty.settings.data_dir.glob("coops/*"))) == 1


async def test_of_two_who_make_different_ones_at_once_the_second_is_told(empty, send):
    first, second = await asyncio.gather(send(), send(name="Elm Bank"))
    assert (first.status_code, second.status_code) == (307, 409)
    assert (await made(empty)).name == "Ash Bank"


async def test_a_refused_one_can_be_sent_again(empty, send):
    assert (await send(steward="")).status_code == 422
    assert (await send()).status_code == 307


async def test_where_there_is_a_coop_there_is_no_setup(house, oak):
    for path in ("/setup", f"/setup?{urlsplit(house.setup.address()).query}", "/setup/new-coop"):
        assert (await oak.get(path)).status_code == 404
    assert (await oak.get("/", headers={"host": "ash.example"})).text.count("No co-op here yet") == 0


async def test_each_start_prints_another_token(empty):
    other = House(empty.settings)
    assert other.setup.address() != empty.setup.address() and len(other.setup.address()) > 50
    assert not other.setup.admits(urlsplit(empty.setup.address()).query.removeprefix("token="))
    other.registry.close()


async def test_the_command_makes_the_same_coop_and_names_all_that_is_wrong(empty):
    about = {"name": "Ash", "url": HERE, "steward": "ruth@ash.example", "hue": "150", "currency": "EUR"}
    with pytest.raises(Invalid) as refused:
        await create_coop(empty, quiet, **(about | {"name": "", "url": "x", "steward": "y", "hue": "z"}))
    assert refused.value.fields.keys() == {"name", "url", "steward", "hue"}
    await create_coop(empty, quiet, **about)
    found = await made(empty)
    assert (found.hue, found.currency, found.timezone) == (150, "EUR", "Europe/London")


async def test_a_name_without_a_latin_letter_takes_its_slug_from_its_address(empty, send):
    await send(name="合作社", url="https://ash.example")
    assert empty.registry.all()[0].slug == "ash-example"
