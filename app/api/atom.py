"""A feed as RFC 4287 has it."""

from xml.etree.ElementTree import Element, SubElement

from fragments.meta import ATOM

from . import xml
from .feed import Feed, Item
from .xml import add


def written(feed: Feed) -> bytes:
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": feed.language})
    add(root, "id", feed.address)
    add(root, "title", feed.title)
    if feed.subtitle:
        add(root, "subtitle", feed.subtitle)
    add(root, "updated", feed.updated.isoformat(timespec="seconds"))
    add(root, "link", rel="self", type=ATOM, href=feed.address)
    add(root, "link", rel="alternate", type="text/html", href=feed.page)
    add(SubElement(root, "author"), "name", feed.author)
    for item in feed.items:
        _add_entry(root, item)
    return xml.written(root)


def _add_entry(root: Element, item: Item) -> None:
    entry = SubElement(root, "entry")
    add(entry, "id", item.id)
    add(entry, "title", item.title)
    add(entry, "published", item.published.isoformat(timespec="seconds"))
    add(entry, "updated", item.updated.isoformat(timespec="seconds"))
    add(entry, "link", rel="alternate", type="text/html", href=item.address)
    for author in item.authors:
        add(SubElement(entry, "author"), "name", author)
    for tag in item.tags:
        add(entry, "category", term=tag)
    if item.summary:
        add(entry, "summary", item.summary)
    if item.html:
        add(entry, "content", item.html, type="html")
