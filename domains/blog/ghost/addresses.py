"""The addresses in what comes from Ghost: its own become paths, and those of its pictures can be exchanged."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from urllib.parse import unquote, urlsplit

HERE = "__GHOST_URL__"
"""What an export says in place of the site's own address."""
_HERE = re.compile(rf"{HERE}/?")
_BEFORE = r"""^|=["']|\d[wx],\s*|url\((?:&quot;|["'])?"""
"""What stands before an address that is no word of a text."""
_FILES = re.compile(r"(?<![\w.])(/content/(?:media|files)/)")
_SIZED = re.compile(r"^(/content/images)/size/w\d+(?:h\d+)?(?:/format/\w+)?/")
_PICTURE = re.compile(r"""(?:^|(?<=["'\s(,=;]))/content/images/[^"'\s<>()\\,]+""")
"""Of the site itself: a path with no host before it."""


def at_home(html: str, *sites: str) -> str:
    """With paths in place of a site's own addresses, of which it may have several, each a whole one or empty.

    Files that are not kept here are left at the first.
    """
    html = relative(html, *sites)
    html = _HERE.sub("/", html)
    site = sites[0].rstrip("/") if sites and _own(sites[0]) else ""
    return _FILES.sub(lambda found: f"{site}{found[1]}", html)


def relative(html: str, *sites: str) -> str:
    """With paths in place of the addresses of these sites; one that lies in a folder has it before all of its paths."""
    for site in dict.fromkeys(sites):
        if own := _own(site):
            html = own.sub(r"\1/", html)
    return html


@lru_cache(maxsize=32)
def _own(site: str) -> re.Pattern[str] | None:
    """What its addresses begin with; None for what is no whole address."""
    try:
        parts = urlsplit(site)
    except ValueError:
        return None
    host = re.escape(re.sub(r"^www\.", "", parts.netloc, flags=re.IGNORECASE))
    folder = re.escape(parts.path.rstrip("/"))
    if not host:
        return None
    begins = rf"(?:https?:)?//(?:www\.)?{host}{folder}{f'|{folder}' if folder else ''}"
    return re.compile(rf"""({_BEFORE})(?:{begins})(?=[/"'?#\s,&)]|$)/?""", re.IGNORECASE)


def pictures_in(html: str) -> list[str]:
    """The paths of the originals, each once."""
    return list(dict.fromkeys(original(found) for found in _PICTURE.findall(html)))


def original(address: str) -> str:
    """The path of a picture as it lies there, whatever size was asked for and however it is written."""
    return _SIZED.sub(r"\1/", unquote(unescape(address)).split("?")[0])


def exchanged(html: str, pictures: Mapping[str, str]) -> str:
    """With our addresses of pictures in place of theirs; one that is unknown stays."""
    return _PICTURE.sub(lambda found: pictures.get(original(found[0])) or found[0], html)
