"""What every answer says to browsers, and which requests come from elsewhere."""

from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Network
from typing import Any
from urllib.parse import urlsplit

from domains.site import is_local

from .hosts import canonical

FORM, FILES = "application/x-www-form-urlencoded", "multipart/form-data"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
HSTS = (b"strict-transport-security", b"max-age=31536000")


def headers(url: str) -> list[tuple[bytes, bytes]]:
    """For a co-op at this address."""
    return [*HEADERS, HSTS] if url.startswith("https:") else HEADERS


def is_from_elsewhere(scope: Mapping[str, Any], host: str, url: str) -> bool:
    """Whether another site made the browser send this; browsers say so, and what is no browser brings no cookies.

    `Sec-Fetch-Site` decides; where it is missing (plain http, old browsers) `Origin` must be this very `host`, and not
    a plain one where the co-op is at https (`url`).
    """
    if scope["method"] in SAFE:
        return False
    said = dict(scope["headers"])
    if (site := said.get(b"sec-fetch-site")) is not None:
        return site not in (b"same-origin", b"none")
    if (origin := said.get(b"origin")) is not None:
        try:
            site = urlsplit(origin.decode("latin1"))
            is_plainer = site.scheme == "http" and url.startswith("https:") and not is_local(host)
            return is_plainer or canonical(site.netloc) != host
        except ValueError:
            return True
    return False


def client(scope: Mapping[str, Any], header: str) -> str:
    """Whose request it is, for counting: the address that the proxy in front names last in `header`, if any. Of IPv6 it
    is the network: whoever has one address of that has 2**64."""
    if header:
        named = [value for name, value in scope["headers"] if name.decode("latin1") == header.lower()]
        if named:
            return _network(named[-1].decode("latin1").split(",")[-1].strip()[:64])
    return _network(str(scope["client"][0])) if scope.get("client") else ""


def _network(address: str) -> str:
    """/64; as it is where it is none of IPv6."""
    if ":" not in address:
        return address
    try:
        known = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(known.ipv4_mapped or IPv6Network((known, 64), strict=False))
