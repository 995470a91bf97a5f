"""XML that can be read whatever people wrote."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, section 2.2."""


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Inside `parent`, which it returns: `add(feed, "link", rel="self", href=…)`."""
    made = SubElement(parent, name, {key: _readable(value) for key, value in attributes.items()})
    made.text = _readable(text) or None
    return parent


def written(root: Element) -> bytes:
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _readable(text: str) -> str:
    return NO_CHARACTER.sub("\ufffd", text)
