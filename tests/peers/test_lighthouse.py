"""Lighthouse, as a slow phone meets the site; the median of three looks."""

import json
import os
import re
import subprocess
from statistics import median
from urllib.request import urlopen

import pytest

from tests.e2e.conftest import CHROMIUM, QUIET
from tests.http.test_html import NODE

LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
PAGES = {
    "home": ("/", ""),
    "post": ("/blog/news", r'(?<=<h3><a href=")/[\w-]+'),
    "market": ("/market/goods", ""),
    "product": ("/market/goods", r"/market/product/\d+"),
    "calendar": ("/events/calendar", ""),
    "event": ("/events/calendar", r"/events/entry/\d+"),
    "sign-in": ("/account/sign-in", ""),
}
"""Where it is, or where the first link to one like it is."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_finds_no_fault(peer, oakhill, page):
    lighthouse = peer("lighthouse/cli/index.js", needs=CHROMIUM)
    path, like = PAGES[page]
    if like:
        path = re.search(like, urlopen(oakhill.url + path).read().decode())[0]
    looks = [look(lighthouse, oakhill.url + path) for _ in range(3)]
    scores = {category: median(score(one, category) for one in looks) for category in LEAST}
    assert all(scores[category] >= least for category, least in LEAST.items()), (scores, faults(looks[0]))


def look(lighthouse, address):
    flags = " ".join(("--headless=new", *QUIET))
    command = [NODE, lighthouse, address, "--output=json", "--quiet", f"--chrome-flags={flags}"]
    about = {"capture_output": True, "text": True, "env": os.environ | {"CHROME_PATH": CHROMIUM}, "timeout": 180}
    done = subprocess.run([*command, f"--only-categories={','.join(LEAST)}"], **about)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def score(one, category):
    return round(100 * one["categories"][category]["score"])


def faults(one):
    """What did not count in full, each with the score that it has."""
    weighed = {about["id"] for of in one["categories"].values() for about in of["auditRefs"] if about["weight"]}
    audits = [one["audits"][id] for id in weighed]
    return [f"{audit['id']}: {audit['score']}: {audit['title']}" for audit in audits if (audit["score"] or 0) < 0.99]
