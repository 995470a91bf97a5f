"""The one address of a co-op, as it is typed and as it is kept."""

import re
from urllib.parse import urlsplit

from domains.check import Check
from domains.errors import say as words

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*")
USUAL = {"http": ":80", "https": ":443"}


def address(check: Check, typed: str) -> str:
    """As browsers send it: a scheme, a host in ASCII (RFC 5891), and a port where it is not the usual one."""
    empty = words("Give it an address, like https://oakhill.example.")
    url = check.web_address("url", typed.strip().rstrip("/"), empty)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError among them
        check.refuse("url", words("Write a whole address, like https://oakhill.example."))
        return ""
    if parts.netloc.lower() != f"{parts.hostname}{port}" or parts.path or parts.query or not HOST.fullmatch(host):
        check.refuse("url", words("Leave only the scheme and the host, like https://oakhill.example."))
    return f"{parts.scheme}://{host}{'' if port == USUAL.get(parts.scheme) else port}"
