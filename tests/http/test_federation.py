from domains import blog
from domains import site as sites
from tests.http.conftest import PARTIAL

ACTIVITY, BROWSER = "application/activity+json", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
MASTODON = (
    'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1'
)
ID = "https://oak.example/federation/actor"


async def test_the_address_stands_in_its_page_as_people_write_it(oak):
    page, part = await oak.get("/federation/address"), await oak.get("/federation/address", headers=PARTIAL)
    assert part.text in page.text and "<html" not in part.text
    assert '<section id="federation-address"' in part.text and "<b>@oak@oak.example</b>" in part.text


async def test_a_machine_is_given_the_actor(oak, coop):
    async with coop.reading() as db:
        key = {"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": (await sites.site(db)).public_key}
    for accept in (ACTIVITY, MASTODON, "application/ld+json", "application/json", "*/*", "", "x;q=inf"):
        answer = await oak.get("/federation/actor", headers={"accept": accept})
        assert answer.status_code == 200 and answer.headers["content-type"] == ACTIVITY, accept
        assert answer.headers["vary"] == "Accept" and answer.headers["cache-control"] == "public, no-cache"
        assert answer.json()["publicKey"] == key


async def test_somebody_with_a_browser_is_shown_the_home_page(oak):
    answer = await oak.get("/federation/actor", headers={"accept": BROWSER})
    assert answer.status_code == 303 and answer.headers["location"] == "/" and answer.headers["vary"] == "Accept"


async def test_a_browser_and_a_machine_never_get_each_others_answer(oak):
    for accept, status in ((BROWSER, 303), (ACTIVITY, 200), (BROWSER, 303), (ACTIVITY, 200)):
        assert (await oak.get("/federation/actor", headers={"accept": accept})).status_code == status


async def test_whatever_the_actor_names_is_there(oak):
    actor = (await oak.get("/federation/actor")).json()
    assert (await oak.get(actor["inbox"])).status_code == 405
    for collection in ("outbox", "followers", "following"):
        answer = (await oak.get(actor[collection])).json()
        assert answer["id"] == actor[collection] and answer["type"] == "OrderedCollection" and not answer["totalItems"]


async def write(coop, *titles, status="published", kind="post"):
    async with coop.writing() as db:
        words = [blog.Words(title, excerpt="In short", kind=kind) for title in titles]
        return [(await blog.write_post(db, one, status=status)).id for one in words]


async def test_the_outbox_holds_what_is_published_and_nothing_else(oak, coop):
    await write(coop, *(f"News {number}" for number in range(21)))
    await write(coop, "Draft", status="draft")
    await write(coop, "Page", kind="page")
    outbox = (await oak.get("/federation/outbox")).json()
    first = (await oak.get(outbox["first"])).json()
    last = (await oak.get(first["next"])).json()
    created = first["orderedItems"] + last["orderedItems"]
    assert outbox["totalItems"] == len(created) == 21 and "next" not in last
    assert [one["object"]["name"] for one in created] == [f"News {number}" for number in reversed(range(21))]
    assert (await oak.get("/nodeinfo/2.1")).json()["usage"]["localPosts"] == 21


async def test_a_page_that_the_outbox_does_not_have_is_not_found(oak, coop):
    await write(coop, "News")
    for page in ("0", "2", "-1", "01", "1e3", "x", "%00", "9" * 30):
        assert (await oak.get(f"/federation/outbox?page={page}")).status_code == 404, page


async def test_a_post_has_an_id_that_machines_read_and_browsers_follow(oak, coop):
    (id,) = await write(coop, "Spring fair")
    said = await oak.get(f"/federation/post/{id}", headers={"accept": ACTIVITY})
    assert said.json()["id"] == f"https://oak.example/federation/post/{id}" and said.json()["name"] == "Spring fair"
    seen = await oak.get(f"/federation/post/{id}", headers={"accept": BROWSER})
    assert seen.status_code == 303 and seen.headers["location"] == "/spring-fair"


async def test_what_is_not_published_is_nobodys_to_read(oak, coop):
    (draft,), (page,) = await write(coop, "Draft", status="draft"), await write(coop, "Page", kind="page")
    for id in (draft, page, 0, -1, 10**30):
        assert (await oak.get(f"/federation/post/{id}", headers={"accept": ACTIVITY})).status_code == 404


async def test_the_inbox_says_that_it_takes_nothing_yet(oak):
    answer = await oak.post("/federation/inbox", json={"type": "Follow"}, headers={"content-type": ACTIVITY})
    assert answer.status_code == 501 and answer.json() == {"error": "This co-op does not take messages yet."}


async def test_an_address_leads_to_the_actor(oak):
    answer = await oak.get("/.well-known/webfinger", params={"resource": "acct:oak@OAK.example"})
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/jrd+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    (link,) = [link for link in answer.json()["links"] if link["rel"] == "self"]
    assert link == {"rel": "self", "type": ACTIVITY, "href": ID} and (await oak.get(ID)).json()["id"] == ID


async def test_webfinger_answers_machines_whatever_they_ask(oak):
    strangers = ["acct:elm@oak.example", "acct:oak@elm.example", "%00", "a" * 5000]
    for query, status in [("", 400), ("?resource=", 400), *((f"?resource={stranger}", 404) for stranger in strangers)]:
        answer = await oak.get(f"/.well-known/webfinger{query}")
        assert answer.status_code == status and answer.json()["error"], query
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_webfinger_gives_only_the_links_that_were_asked_for(oak):
    answer = await oak.get("/.well-known/webfinger?resource=acct:oak@oak.example&rel=self&rel=other")
    assert [link["rel"] for link in answer.json()["links"]] == ["self"]


async def test_nodeinfo_leads_to_each_of_its_versions(oak):
    links = (await oak.get("/.well-known/nodeinfo")).json()["links"]
    assert [link["href"] for link in links] == [f"https://oak.example/nodeinfo/{number}" for number in ("2.1", "2.0")]
    for link in links:
        answer = await oak.get(link["href"])
        assert answer.headers["content-type"] == f'application/json; profile="{link["rel"]}#"'
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.json()["usage"]["users"] == {"total": 2} and answer.json()["openRegistrations"] is False


async def test_a_head_is_a_get_without_its_body(oak):
    for path in ("/federation/actor", "/.well-known/nodeinfo", "/nodeinfo/2.1"):
        head = await oak.head(path)
        assert head.status_code == 200 and head.content == b""


async def test_ids_are_the_same_whatever_host_it_was_asked_by(visit, house):
    house.registry._file.execute("DELETE FROM hosts WHERE coop = (SELECT id FROM coops WHERE slug = 'elm')")
    house.registry._file.execute("DELETE FROM coops WHERE slug = 'elm'")
    stranger = await visit("stranger")
    assert (await stranger.get("/federation/actor")).json() == (
        await (await visit("oak")).get("/federation/actor")
    ).json()
    found = await stranger.get("/.well-known/webfinger", params={"resource": "acct:oak@oak.example"})
    assert "stranger" not in found.text and found.json()["links"][0]["href"] == ID
    assert (await stranger.get("/.well-known/nodeinfo")).json()["links"][0]["href"].startswith("https://oak.example/")


async def test_a_refusal_is_json_to_machines_and_a_page_to_people(oak):
    for accept in (ACTIVITY, MASTODON, "application/json"):
        answer = await oak.get("/nodeinfo/3.0", headers={"accept": accept})
        assert answer.status_code == 404 and answer.json()["error"].startswith("It may have moved"), accept
    for accept in (BROWSER, "*/*", "x;q=inf"):
        answer = await oak.get("/nodeinfo/3.0", headers={"accept": accept})
        assert answer.status_code == 404 and "text/html" in answer.headers["content-type"], accept


async def test_each_coop_speaks_for_itself(elm):
    assert (await elm.get("/federation/actor")).json()["id"] == "https://elm.example/federation/actor"
    answer = await elm.get("/.well-known/webfinger", params={"resource": "acct:oak@oak.example"})
    assert answer.status_code == 404
