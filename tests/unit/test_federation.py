from datetime import UTC, datetime

import pytest

from domains import federation
from domains.errors import NotFound
from domains.site import Site

OAK = Site(name="Oak & Elm", url="https://oak.example", about="Fruit <b>and</b> veg.\n\nSince 1844.", public_key="PEM")


THEN = datetime(2026, 11, 24, 9, 30, 15, 123456, UTC)
NEWS = federation.Article(7, "Beet & leek", "The <i>beetroot</i> & us", "/beetroot", THEN, THEN)


def at(url):
    return Site(url=url)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://oakhill.example", "oakhill"),
        ("https://www.oakhill.example", "oakhill"),
        ("https://oak-hill.coops.example", "oak-hill"),
        ("http://localhost:8000", "localhost"),
        ("https://market.oakhill.example", "coop"),
        ("https://www.example", "example"),
        ("http://127.0.0.1:8000", "coop"),
        ("http://[::1]:8000", "coop"),
        ("https://xn--bcher-kva.example", "coop"),
    ],
)
def test_its_name_comes_from_its_own_host(url, name):
    assert federation.name(at(url)) == name


def test_its_address_names_the_port_where_that_is_not_the_ordinary_one():
    assert federation.address(OAK) == "oak@oak.example"
    assert federation.address(at("http://localhost:8000")) == "localhost@localhost:8000"


def test_an_actor_has_all_that_others_look_for_under_its_own_address():
    actor = federation.actor(OAK)
    assert actor["id"] == "https://oak.example/federation/actor" and actor["type"] == "Organization"
    assert actor["preferredUsername"] == "oak" and actor["name"] == "Oak & Elm"
    places = [actor[part] for part in ("inbox", "followers", "following", "url")] + list(actor["endpoints"].values())
    assert all(place.startswith("https://oak.example/") for place in places)
    assert actor["publicKey"] == {"id": actor["id"] + "#main-key", "owner": actor["id"], "publicKeyPem": "PEM"}


def test_what_people_wrote_of_it_is_text_in_its_summary_and_nothing_else():
    assert federation.actor(OAK)["summary"] == "<p>Fruit &lt;b&gt;and&lt;/b&gt; veg.</p><p>Since 1844.</p>"


@pytest.mark.parametrize(
    "asked",
    ["acct:oak@oak.example", "acct:Oak@OAK.example", "https://OAK.example/federation/actor", "https://oak.example/"],
)
def test_it_is_found_by_whatever_names_it(asked):
    found = federation.resource(OAK, asked)
    assert found["subject"] == "acct:oak@oak.example"
    assert found["links"][0]["href"] == "https://oak.example/federation/actor"


@pytest.mark.parametrize(
    "asked", ["", "oak", "acct:oak", "acct:oak@elm.example", "acct:elm@oak.example", "https://oak.example/other", "\0"]
)
def test_nobody_else_is_found(asked):
    with pytest.raises(NotFound):
        federation.resource(OAK, asked)


def test_only_the_links_that_were_asked_for_are_given():
    assert [link["rel"] for link in federation.resource(OAK, "acct:oak@oak.example", ["self"])["links"]] == ["self"]
    assert federation.resource(OAK, "acct:oak@oak.example", ["other"])["links"] == []


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_a_node_counts_its_people_and_posts_and_takes_no_sign_ups(version):
    node = federation.node(OAK, version, software="1.2", people=3, posts=5)
    assert node["version"] == version and node["software"] == {"name": "rose-ash", "version": "1.2"}
    assert node["usage"] == {"users": {"total": 3}, "localPosts": 5} and node["openRegistrations"] is False


def test_there_is_no_node_of_a_version_that_nobody_wrote():
    with pytest.raises(NotFound):
        federation.node(OAK, "3.0", software="1.2", people=3, posts=5)


def test_a_post_is_an_article_to_anyone_under_an_id_that_is_not_its_address():
    article = federation.article(OAK, NEWS)
    assert article["id"] == "https://oak.example/federation/post/7" and article["type"] == "Article"
    assert article["url"] == "https://oak.example/beetroot" and article["published"] == "2026-11-24T09:30:15Z"
    assert article["attributedTo"] == federation.actor(OAK)["id"]
    assert article["to"] == ["https://www.w3.org/ns/activitystreams#Public"]
    assert article["content"].startswith("<p>The &lt;i&gt;beetroot&lt;/i&gt; &amp; us</p>")


def test_an_outbox_without_posts_is_empty_and_one_with_posts_has_pages():
    assert federation.outbox(OAK, 0)["orderedItems"] == []
    outbox = federation.outbox(OAK, 41)
    assert outbox["totalItems"] == 41 and outbox["first"] == "https://oak.example/federation/outbox?page=1"


@pytest.mark.parametrize(("page", "prev", "next"), [(1, None, 2), (2, 1, 3), (3, 2, None)])
def test_a_page_of_the_outbox_leads_to_its_neighbours(page, prev, next):
    said = federation.outbox_page(OAK, page, 3, [NEWS])
    ways = {"prev": prev, "next": next}
    assert {way: said.get(way) for way in ways} == {
        way: to and f"https://oak.example/federation/outbox?page={to}" for way, to in ways.items()
    }
    (created,) = said["orderedItems"]
    assert created["type"] == "Create" and created["object"]["name"] == "Beet & leek"
    assert created["actor"] == created["object"]["attributedTo"] and created["to"] == created["object"]["to"]
