"""Every card that Ghost's editor has, as its lexical documents hold them, and what each shows a reader on the web."""

import json

URL = "https://example.org/"


def document(*nodes):
    """As the field `lexical` of a post."""
    return json.dumps({"root": block("root", *nodes)})


def paragraph(*words):
    return block("paragraph", *map(text, words))


def text(words, format=0):
    """`format`: 1 for bold, 2 for italic, 3 for both."""
    about = {"detail": 0, "format": format, "mode": "normal", "style": ""}
    return {"type": "extended-text", "version": 1, "text": words, **about}


def block(type, *children, **about):
    about = {"direction": "ltr", "format": "", "indent": 0, **about}
    return {"type": type, "version": 1, "children": list(children), **about}


def card(type, **about):
    return {"type": type, "version": 1, **about}


def cards(picture):
    """Its name -> its node, and the words that it shows; `picture`: an address of one."""
    return {
        "image": (image(picture), ["A crate of leeks", "Leeks, caption of an image"]),
        "gallery": (gallery(picture), ["Caption of a gallery"]),
        "bookmark": (bookmark(), ["Title of a bookmark", "Description of a bookmark"]),
        "callout": (
            card("callout", calloutText="<p>Words of a callout</p>"),
            ["Words of a callout"],
        ),
        "toggle": (
            card("toggle", heading="Heading of a toggle", content="<p>Words of a toggle</p>"),
            ["Heading of a toggle", "Words of a toggle"],
        ),
        "embed": (embed(), ["Caption of an embed"]),
        "audio": (card("audio", src=f"{URL}a.mp3", title="Title of a sound", duration=61), ["Title of a sound"]),
        "video": (
            card("video", src=f"{URL}a.mp4", caption="Caption of a film", width=640, height=360, duration=61),
            ["Caption of a film"],
        ),
        "file": (
            card("file", src=f"{URL}a.pdf", fileTitle="Title of a file", fileCaption="Words of a file"),
            ["Title of a file", "Words of a file"],
        ),
        "product": (product(), ["Title of a product", "Words of a product", "Button of a product"]),
        "html": (card("html", html="<p>Words of <em>raw</em> HTML</p>"), ["raw"]),
        "markdown": (card("markdown", markdown="Words of *some* Markdown[^1]\n\n[^1]: A note below"), ["A note below"]),
        "code": (card("codeblock", code="print('words of code')", language="python"), ["words of code"]),
        "button": (card("button", buttonText="Words of a button", buttonUrl=URL), ["Words of a button"]),
        "header": (
            card("header", header="Words of a header", subheader="Words below a header", version=2),
            ["Words of a header", "Words below a header"],
        ),
        "signup": (card("signup", header="Words of a sign-up", subheader="Words below it"), []),
        "rule": (card("horizontalrule"), []),
        "call": (call(), ["Words of a call to action", "Button of a call"]),
        "heading": (block("extended-heading", text("Words of a heading"), tag="h2"), ["Words of a heading"]),
        "quote": (block("extended-quote", text("Words of a quote")), ["Words of a quote"]),
        "aside": (block("aside", text("Words of an aside")), ["Words of an aside"]),
        "list": (items("Words of an item", "Words of another"), ["Words of an item", "Words of another"]),
        "email": (card("email", html="<p>Words for mails alone</p>"), []),
        "email-cta": (card("email-cta", html="<p>Words for mails alone too</p>", segment="status:free"), []),
    }


HIDDEN = "Words for mails alone"


def image(picture):
    about = {"width": 500, "height": 300, "cardWidth": "wide", "alt": "A crate of leeks"}
    return card("image", src=picture, caption="Leeks, caption of an image", **about)


def gallery(picture):
    about = {"src": picture, "width": 500, "height": 300}
    images = [{**about, "fileName": f"{row}.png", "row": row // 3, "alt": f"Picture {row}"} for row in range(4)]
    return card("gallery", images=images, caption="Caption of a gallery")


def bookmark():
    about = {"title": "Title of a bookmark", "description": "Description of a bookmark", "author": "Ann"}
    return card("bookmark", url=URL, metadata={**about, "icon": f"{URL}icon.png", "publisher": "Example"}, caption="")


def embed():
    frame = f'<iframe src="{URL}player" width="480" height="270" title="A film"></iframe>'
    return card("embed", url=f"{URL}film", embedType="video", html=frame, metadata={}, caption="Caption of an embed")


def product():
    button = {"productButtonEnabled": True, "productButton": "Button of a product", "productUrl": URL}
    words = {"productTitle": "Title of a product", "productDescription": "<p>Words of a product</p>"}
    return card("product", productRatingEnabled=True, productStarRating=4, **words, **button)


def call():
    button = {"showButton": True, "buttonText": "Button of a call", "buttonUrl": URL}
    return card("call-to-action", textValue="<p>Words of a call to action</p>", **button)


def items(*words):
    about = {"listType": "bullet", "start": 1, "tag": "ul"}
    return block("list", *(block("listitem", text(each), value=n) for n, each in enumerate(words, 1)), **about)
