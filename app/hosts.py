"""The host that a request names, as the registry knows it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from domains.site import is_local

HOST = re.compile(r"(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?", re.ASCII | re.IGNORECASE)
"""A name or an address, and a port (RFC 9110)."""


def host(scope: Mapping[str, Any]) -> str:
    """The one Host of a request, as the registry knows it; "" unless there is exactly one, no longer than names are."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return host_of(hosts[0]) if len(hosts) == 1 else ""


@lru_cache(1000)
def host_of(said: bytes) -> str:
    """As the registry knows it; "" for what is no host."""
    found = HOST.fullmatch(said.decode("latin1")) if len(said) < 300 else None
    return canonical(found[0]) if found and int(found[1] or 0) < 2**16 else ""


def canonical(host: str) -> str:
    """As hosts are compared: in small letters, without a default port, and on this machine itself without any."""
    name, _, port = host.lower().partition(":")
    name = name.removesuffix(".")
    return name if port in ("", "80", "443") or is_local(name) else f"{name}:{port}"
