"""The addresses in what comes from Ghost: its own become paths, and those of its pictures can be exchanged."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import unquote, urlsplit

HERE = "__GHOST_URL__"
"""What an export says in place of the site's own address."""
_FILES = re.compile(r"(?<![\w.])(/content/(?:media|files)/)")
_SIZED = re.compile(r"^(/content/images)/size/w\d+(?:h\d+)?(?:/format/\w+)?/")
_PICTURE = re.compile(r"/content/images/[^\"'\s<>()\\,]+")


def at_home(html: str, site: str) -> str:
    """With paths in place of the site's own addresses; files that are not kept here are left where they are."""
    html = html.replace(HERE, "")
    host = re.escape(re.sub(r"^www\.", "", urlsplit(site).netloc, flags=re.IGNORECASE))
    if host:
        ours = rf"""(^|=["'])(?:https?:)?//(?:www\.)?{host}(?=[/"'?#]|$)/?"""
        html = re.sub(ours, r"\1/", html, flags=re.IGNORECASE)
        html = _FILES.sub(lambda found: f"{site.rstrip('/')}{found[1]}", html)
    return html


def pictures_in(html: str) -> list[str]:
    """The paths of the originals, each once."""
    return list(dict.fromkeys(original(found) for found in _PICTURE.findall(html)))


def original(address: str) -> str:
    """The path of a picture as it lies there, whatever size was asked for and however it is written."""
    return _SIZED.sub(r"\1/", unquote(unescape(address)).split("?")[0])


def exchanged(html: str, pictures: Mapping[str, str]) -> str:
    """With our addresses of pictures in place of theirs; one that is unknown stays."""
    return _PICTURE.sub(lambda found: pictures.get(original(found[0])) or found[0], html)
