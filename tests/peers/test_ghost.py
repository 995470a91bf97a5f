"""What we count on in Ghost, so that a newer one which does otherwise is noticed here."""

import hashlib
import hmac
import json
import re
import time

import pytest

from tests.peers.ghost.hooks import listening


@pytest.fixture
def hooks():
    with listening() as hooks:
        yield hooks


def test_a_webhook_is_signed_and_tells_all_of_a_post_and_what_has_changed(ghost, hooks):
    ghost.add_webhook("post.published.edited", hooks.url, "a-thorn")
    post = ghost.publish("Leeks", html="<p>Four</p>", tags=["News"])
    ghost.edit(post["id"], html="<p>Five</p>")
    ((headers, body),) = hooks.heard("post.published.edited")
    hashed, moment = re.fullmatch("sha256=([0-9a-f]{64}), t=([0-9]{13})", headers["X-Ghost-Signature"]).groups()
    assert hashed == hmac.new(b"a-thorn", body + moment.encode(), hashlib.sha256).hexdigest()
    told = json.loads(body)["post"]
    assert (told["current"]["html"], told["previous"]["html"]) == ("<p>Five</p>", "<p>Four</p>")
    assert told["current"]["tags"][0]["name"] == "News" and "title" not in told["previous"]


def test_of_a_deleted_post_only_what_it_was_is_told(ghost, hooks):
    ghost.add_webhook("post.deleted", hooks.url)
    post = ghost.publish("Leeks", html="<p>Four</p>")
    ghost.delete(post["id"])
    ((_, body),) = hooks.heard("post.deleted")
    told = json.loads(body)["post"]
    assert (told["current"], told["previous"]["id"]) == ({}, post["id"])
    assert ghost.ask("GET", f"posts/{post['id']}/").status_code == 404


def test_a_call_that_fails_is_not_made_again_but_the_next_one_is(ghost, hooks):
    ghost.add_webhook("page.edited", hooks.url)
    page, hooks.answer = ghost.publish("Leeks", kind="pages", html="<p>Four</p>"), 503
    ghost.edit(page["id"], kind="pages", title="Beans")
    hooks.heard("page.edited")
    time.sleep(2)  # in which it would be tried again
    ghost.edit(page["id"], kind="pages", title="Peas")
    titles = [json.loads(body)["page"]["current"]["title"] for _, body in hooks.heard("page.edited", 2)]
    assert titles == ["Beans", "Peas"]


def test_a_key_reads_settings_and_can_neither_export_nor_import(ghost):
    settings = {one["key"]: one["value"] for one in ghost.admin("GET", "settings/")["settings"]}
    assert {"label", "url"} == json.loads(settings["navigation"])[0].keys()
    file = {"importfile": ("export.json", b"{}", "application/json")}
    assert [ghost.ask("GET", "db/").status_code, ghost.ask("POST", "db/", files=file).status_code] == [403, 403]


def test_who_edits_an_older_version_is_told_so(ghost):
    post = ghost.publish("Leeks", html="<p>Four</p>")
    change = {"title": "Beans", "updated_at": "2020-01-01T00:00:00.000Z"}
    refused = ghost.ask("PUT", f"posts/{post['id']}/", json={"posts": [change]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "UPDATE_COLLISION")


def test_a_date_in_a_filter_has_a_blank_and_finds_nothing_with_a_t(ghost):
    moment = ghost.publish("Leeks", html="<p>Four</p>")["updated_at"]
    blank = moment.replace("T", " ").removesuffix(".000Z")
    found, lost = (ghost.posts(filter=f"updated_at:>='{date}'") for date in (blank, moment))
    assert found and all(post["updated_at"] >= moment for post in found) and not lost


def test_a_change_of_tags_alone_leaves_the_time_of_the_last_change(ghost):
    post = ghost.publish("Leeks", html="<p>Four</p>")
    time.sleep(1.1)
    changed = ghost.edit(post["id"], tags=["News"])
    assert changed["tags"] and changed["updated_at"] == post["updated_at"]
