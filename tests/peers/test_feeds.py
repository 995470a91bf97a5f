"""Feeds, the sitemap and JSON-LD, as programs that others wrote read them."""

import json
import re
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.http.test_html import NODE

READER = Path(__file__).with_name("read.mjs")
FEEDS = ("/blog/feed.atom", "/blog/feed.rss", "/blog/tag/growers/feed.atom", "/blog/author/ines-okafor/feed.rss")
SCHEMA = "https://schema.org/"


@pytest.fixture(scope="module")
def understood(peer, oakhill):
    for name in ("fast-xml-parser", "feedsmith", "jsonld"):
        peer(f"{name}/package.json")

    def get(path):
        return urlopen(oakhill.url + path).read().decode()

    feeds, pages = [get(path) for path in FEEDS], [get(path) for path in ("/", "/four-leeks", "/how-we-work")]
    facts = [json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1]) for page in pages]
    told = json.dumps({"xml": [*feeds, get("/sitemap.xml")], "feeds": feeds, "facts": facts})
    done = subprocess.run([NODE, READER], input=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_validator_of_xml_finds_no_fault(understood):
    assert understood["faults"] == []


def test_a_reader_of_feeds_understands_all_of_them(understood):
    atom, rss, tag, author = understood["feeds"]
    assert [one["format"] for one in understood["feeds"]] == ["atom", "rss", "atom", "rss"]
    entries, items = atom["feed"]["entries"], rss["feed"]["items"]
    assert [entry["title"]["value"] for entry in entries] == [item["title"] for item in items]
    assert all(entry["updated"] and entry["links"] for entry in entries)
    assert all(item["dc"]["creators"] and item["guid"] for item in items)
    whole = [[one["title"] for one in feed if "content" in one] for feed in (entries, items)]
    assert len(whole[0]) == len(whole[1]) == len(entries) - 1, "one is for members"
    assert 0 < len(tag["feed"]["entries"]) < len(entries) >= len(author["feed"]["items"]) > 0


def test_a_processor_of_json_ld_understands_what_pages_are_about(understood):
    home, post, page = understood["facts"]
    assert [one["@type"] for one in home] == [[f"{SCHEMA}WebSite"], [f"{SCHEMA}Organization"]]
    assert (post[0]["@type"], page[0]["@type"]) == ([f"{SCHEMA}Article"], [f"{SCHEMA}WebPage"])
    assert {f"{SCHEMA}{name}" for name in ("headline", "datePublished", "author", "publisher")} <= post[0].keys()
