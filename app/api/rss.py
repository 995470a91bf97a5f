"""A feed as RSS 2.0 has it, with whole texts and authors in the two modules that every reader knows."""

from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement

from fragments.meta import RSS

from . import xml
from .feed import Feed, Item
from .xml import add

MODULES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def written(feed: Feed) -> bytes:
    root = Element("rss", {"version": "2.0", **MODULES})
    channel = SubElement(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.page)
    add(channel, "description", feed.subtitle or feed.title)
    add(channel, "language", feed.language)
    add(channel, "lastBuildDate", format_datetime(feed.updated))
    add(channel, "atom:link", rel="self", type=RSS, href=feed.address)
    for item in feed.items:
        _add_item(channel, item)
    return xml.written(root)


def _add_item(channel: Element, item: Item) -> None:
    made = SubElement(channel, "item")
    add(made, "title", item.title)
    add(made, "link", item.address)
    add(made, "guid", item.id, isPermaLink="false")
    add(made, "pubDate", format_datetime(item.published))
    for author in item.authors:
        add(made, "dc:creator", author)
    for tag in item.tags:
        add(made, "category", tag)
    if item.summary:
        add(made, "description", escape(item.summary, quote=False))  # which is read as HTML
    if item.html:
        add(made, "content:encoded", item.html)
