"""How other servers find the co-op: WebFinger (RFC 7033) and NodeInfo."""

from collections.abc import Collection
from typing import Any

from domains.errors import NotFound
from domains.site import Site

from .documents import actor, address

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.1", "2.0")


def resource(site: Site, asked: str, relations: Collection[str] = ()) -> dict[str, Any]:
    """The co-op's JRD, with the links of these relations, or all. Raises NotFound for whatever is not this co-op."""
    id, home, account = actor(site)["id"], f"{site.url}/", f"acct:{address(site)}"
    if asked.lower() not in (account, id, home):
        raise NotFound(f"no resource {asked}")
    links = [
        {"rel": "self", "type": "application/activity+json", "href": id},
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": home},
    ]
    wanted = [link for link in links if not relations or link["rel"] in relations]
    return {"subject": account, "aliases": [home, id], "links": wanted}


def nodes(site: Site) -> dict[str, Any]:
    """Where `node` is, in each version."""
    return {"links": [{"rel": f"{SCHEMA}{version}", "href": f"{site.url}/nodeinfo/{version}"} for version in VERSIONS]}


def node(site: Site, version: str, *, software: str, people: int, posts: int) -> dict[str, Any]:
    """NodeInfo in this version; `software` is Rose Ash's own. Raises NotFound for any other version."""
    if version not in VERSIONS:
        raise NotFound(f"no NodeInfo {version}")
    return {
        "version": version,
        "software": {"name": "rose-ash", "version": software},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": {"total": people}, "localPosts": posts},
        "metadata": {"nodeName": site.name, "nodeDescription": site.about},
    }


def profile(version: str) -> str:
    """The media type of NodeInfo in this version."""
    return f'application/json; profile="{SCHEMA}{version}#"'
