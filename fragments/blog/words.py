"""What is kept of a post, as people call it."""

from typing import Any

from domains import blog
from domains.errors import say
from fragments.view import View

FIELDS = {
    "title": say("Title"),
    "slug": say("Address"),
    "kind": say("Kind"),
    "excerpt": say("Summary"),
    "cover": say("Picture"),
    "canonical": say("First published at"),
    "tags": say("Tags"),
    "authors": say("By"),
    "format": say("Written in"),
    "visibility": say("Who reads it"),
    "featured": say("Stands before the others"),
}
"""All that is said of a post beside its body."""
KINDS = (
    ("post", say("Post"), say("News, with a date and whoever wrote it.")),
    ("page", say("Page"), say("Stays, like a page about how you work.")),
)
VISIBILITIES = (
    ("public", say("Everybody"), ""),
    ("members", say("Members"), say("Others see how it is called, and in short what it is about.")),
)
FORMATS = {blog.MARKDOWN: say("Markdown"), blog.HTML: say("Html, as it came")}
COVERS = {
    "": say("None"),
    "apples": say("Apples"),
    "beetroot": say("Beetroot"),
    "boots": say("Boots"),
    "carrots": say("Carrots"),
    "chard": say("Chard"),
    "cheese": say("Cheese"),
    "crate": say("Crate"),
    "cup": say("Cup"),
    "eggs": say("Eggs"),
    "hive": say("Beehive"),
    "honey": say("Honey"),
    "leeks": say("Leeks"),
    "loaf": say("Loaf"),
    "potatoes": say("Potatoes"),
    "pot": say("Pot"),
    "rose-ash": say("Rose and ash leaves"),
    "seeds": say("Seeds"),
    "shed": say("Shed"),
    "squash": say("Squash"),
    "van": say("Van"),
    "wreath": say("Wreath"),
}


async def in_words(view: View, name: str, value: Any) -> str:
    """Of a field of a post."""
    match name, value:
        case "kind" | "visibility", _:
            return view.text(next((name for one, name, _ in (*KINDS, *VISIBILITIES) if one == value), value))
        case "featured", _:
            return view.text(say("yes") if value else say("no"))
        case "format", _:
            return view.text(FORMATS[value])
        case "tags" | "authors", [_, *_]:
            return ", ".join(value)
        case "cover", str() if named := blog.address(value):
            picture = await blog.picture_at(view.db, named)
            return called(view, picture) if picture else view.text(say("A picture that is gone"))
        case "cover", str():
            return view.text(COVERS.get(value, value))
    return str(value or view.text(say("None")))


def called(view: View, picture: blog.Picture) -> str:
    return view.text(say("Picture: {alt}")).format(alt=picture.alt)
