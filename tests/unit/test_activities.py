"""The ledger: what it says, and what it finds."""

import json
from base64 import b32decode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domains.activities import Activity, acting, content_id, ledger, record, said, take_recorded

LEEKS = {
    "type": "Create",
    "kind": "market.product",
    "ref": 7,
    "actor": "account.person:1",
    "object": {"title": "Lauch & Möhren 🥕", "price": 240},
    "published": "2026-11-24T10:00:00+00:00",
}


def decoded(cid):
    """Version, codec and digest, as any other reader of content ids takes one apart."""
    assert cid[0] == "b" and cid == cid.lower()
    text = cid[1:].upper()
    data = b32decode(text + "=" * (-len(text) % 8))
    return data[0], int.from_bytes(bytes([data[1] & 0x7F])) | data[2] << 7, data[3:5], data[5:]


def test_a_content_id_is_a_version_a_codec_and_a_hash():
    canonical = (
        '{"actor":"account.person:1","kind":"market.product","object":{"price":240,"title":"Lauch & Möhren 🥕"},'
        '"published":"2026-11-24T10:00:00+00:00","ref":7,"type":"Create"}'
    )
    version, codec, hash, digest = decoded(content_id(LEEKS))
    assert (version, codec, hash) == (1, 0x0200, b"\x12\x20") and digest == sha256(canonical.encode()).digest()


def test_it_does_not_change_between_versions_of_this_house():
    assert content_id({"a": 1}) == "bagaaieraafnl2724yv5c3wklowipaswybbbhhec64m7mltv6vzrco2ux7bra"


@given(some.dictionaries(some.text(some.characters(exclude_categories=["Cs"])), some.integers(-(2**53), 2**53)))
def test_the_order_of_what_is_said_does_not_matter(data):
    backwards = dict(reversed(data.items()))
    assert content_id(data) == content_id(backwards) == content_id(json.loads(json.dumps(data)))


@pytest.mark.parametrize("name", LEEKS)
def test_every_part_of_an_activity_counts(name):
    assert content_id(LEEKS | {name: "other"}) != content_id(LEEKS)


async def noted(coop, **about):
    async with coop.writing() as db:
        acting(db, "account.person:1")
        return await record(db, Activity(**{"type": "Create", "kind": "market.product", "ref": 1} | about))


async def found(coop, words="", **more):
    async with coop.reading() as db:
        return [entry.ref for entry in await ledger(db, words, **more)]


async def test_what_is_read_back_has_the_same_content_id(coop):
    kept = await noted(coop, object={"title": "Möhren 🥕", "price": 1}, published=datetime(2026, 1, 2, 3, tzinfo=UTC))
    async with coop.reading() as db:
        (read,) = await ledger(db)
    assert content_id(said(read)) == read.cid == kept.cid and read.actor == "account.person:1"


async def test_what_nobody_did_was_done_by_the_site(coop):
    async with coop.writing() as db:
        assert (await record(db, Activity(type="Create", kind="a.b", ref=1))).actor == "site"


async def test_the_ledger_is_newest_first_and_goes_on_where_it_stopped(coop):
    for ref in range(5):
        await noted(coop, ref=ref)
    assert await found(coop, most=2) == [4, 3] and await found(coop, before=4, most=2) == [2, 1]
    assert await found(coop, before=0) == []


async def test_every_word_must_be_there_somewhere(coop):
    await noted(coop, ref=1, object={"title": "Leeks"})
    await noted(coop, ref=2, type="Update", object={"title": "Leeks"})
    await noted(coop, ref=3, kind="test.thing", object={"title": "Über Möhren"})
    assert await found(coop, "leeks") == [2, 1] and await found(coop, "leeks UPDATE") == [2]
    assert await found(coop, "test.thing möhren") == [3] and await found(coop, "parsnip") == []
    assert await found(coop, "account.person:1") == [3, 2, 1] and await found(coop, "  ") == [3, 2, 1]


async def test_it_is_found_by_its_content_id(coop):
    kept = await noted(coop, ref=1)
    await noted(coop, ref=2)
    assert await found(coop, kept.cid) == [1] and await found(coop, kept.cid[-8:]) == [1]


@pytest.mark.parametrize("word", ["%", "_", "/", "'", "100%", "🥕", "مزرعة"])
async def test_a_word_means_itself(coop, word):
    await noted(coop, ref=1, object={"title": f"all {word} of it"})
    await noted(coop, ref=2, kind="market", object={})
    assert await found(coop, word) == [1]


async def test_what_was_recorded_is_taken_once(coop):
    async with coop.writing() as db:
        await record(db, Activity(type="Create", kind="a.b", ref=1))
        assert [entry.ref for entry in take_recorded(db)] == [1] and take_recorded(db) == []
