"""What the co-op says of itself in ActivityStreams."""

import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

from domains.site import Site

STREAMS, SECURITY = "https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"
WORD = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
TAKEN = {"www", "blog", "market", "cart", "events", "federation", "account"}
"""Names that say what a host is for, not whose it is; some of them will be actors of their own."""


def name(site: Site) -> str:
    """`oakhill` of oakhill.example and of www.oakhill.example; `coop` where the host has no such word.

    It never changes, for a co-op's address never does. Mastodon shows a mention by this name alone, so it is not the
    same word for every co-op.
    """
    word = site.host.removeprefix("www.").partition(".")[0]
    return word if WORD.fullmatch(word) and word not in TAKEN else "coop"


def address(site: Site) -> str:
    """As people write it, without the first @: oakhill@oakhill.example."""
    return f"{name(site)}@{urlsplit(site.url).netloc}"


def actor(site: Site) -> dict[str, Any]:
    """An Organization: Mastodon shows it as it shows a person, and every word of it is true.

    A Service would wear the badge of a machine, and a Group promises to pass on whatever it is sent. The inbox has to
    be named (ActivityPub 4.1); until it takes messages it answers 501, and follows are said to need approval, so that
    nobody is shown as a follower whom nobody has let in.
    """
    id = place(site, "actor")
    return {
        "@context": [STREAMS, SECURITY, {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"}],
        "id": id,
        "type": "Organization",
        "preferredUsername": name(site),
        "name": site.name,
        "summary": "".join(f"<p>{escape(line)}</p>" for line in site.about.splitlines() if line.strip()),
        "url": f"{site.url}/",
        "inbox": place(site, "inbox"),
        "outbox": place(site, "outbox"),
        "followers": place(site, "followers"),
        "following": place(site, "following"),
        "manuallyApprovesFollowers": True,
        "endpoints": {"sharedInbox": place(site, "inbox")},
        "publicKey": {"id": f"{id}#main-key", "owner": id, "publicKeyPem": site.public_key},
    }


def nobody(site: Site, collection: str) -> dict[str, Any]:
    """`followers` or `following`, as long as nobody can be either."""
    return {
        "@context": STREAMS,
        "id": place(site, collection),
        "type": "OrderedCollection",
        "totalItems": 0,
        "orderedItems": [],
    }


def place(site: Site, noun: str) -> str:
    """The id of a thing of the co-op's own."""
    return f"{site.url}/federation/{noun}"
