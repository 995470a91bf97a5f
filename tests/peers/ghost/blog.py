"""A blog as a co-op may have written it in Ghost over the years: every card, every state, several hands."""

import json
from datetime import UTC, datetime, timedelta

from tests.photos import photo

from .cards import card, cards, document, paragraph

AUTHORS = ("Ines Okafor", "Tam Reed")
FREE, PAID = "Words before the wall", "Words behind the wall"
OLD = "2019-05-03T08:30:00.000Z"
LATER = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:00.000Z")
MENU = [{"label": "Home", "url": "/"}, {"label": "About", "url": "/about-us/"}, {"label": "Old", "url": "/first-post/"}]
REDIRECTS = """301:
  /old-leeks/: /first-post/
  ^\\/archive\\/(.*)$: /$1
302:
  /old-beans/: https://else.example/beans
"""


def write(ghost):
    """Posts and pages, by what is special about them."""
    picture = ghost.upload(photo(kind="PNG"))
    people = invite(ghost)
    written = {name: ghost.publish(f"A post with: {name}", **of(node)) for name, (node, _) in cards(picture).items()}
    written |= {name: ghost.publish(**about) for name, about in special(picture, people).items()}
    ghost.settings(navigation=json.dumps(MENU))
    ghost.redirect(REDIRECTS)
    return written


def of(node):
    return {"lexical": document(paragraph("Before it."), node, paragraph("After it."))}


def special(picture, people):
    words = "<p>Plain words.</p>"
    wall = document(paragraph(FREE), card("paywall"), paragraph(PAID))
    return {
        "old": {"title": "First post", "html": words, "published_at": OLD, "tags": ["News", "Growers"]},
        "draft": {"title": "A draft", "html": words, "status": "draft"},
        "scheduled": {"title": "To come", "html": words, "status": "scheduled", "published_at": LATER},
        "members": {"title": "For members", "lexical": wall, "visibility": "members"},
        "paid": {"title": "For those who pay", "lexical": wall, "visibility": "paid"},
        "page": {"title": "About us", "html": words, "kind": "pages", "slug": "about-us"},
        "draft page": {"title": "A page to come", "html": words, "kind": "pages", "status": "draft"},
        "internal": {"title": "With an internal tag", "html": words, "tags": ["#hidden-shelf", "Seeds"]},
        "authors": {"title": "By two", "html": words, "authors": people},
        "featured": {"title": "Before the others", "html": words, "featured": True, "feature_image": picture},
        "route": {"title": "Market", "html": words, "slug": "market"},
        "unicode": {"title": "Käse & “Brot” – 日本 🌱", "html": words},
        "excerpt": {"title": "With a summary", "html": words, "custom_excerpt": "The summary."},
        "rich": {"title": "From HTML", "html": RICH},
    }


def invite(ghost):
    """Two who write, brought as Ghost brings them: by its importer."""
    users = [
        {"id": str(n), "name": name, "slug": name.lower().replace(" ", "-"), "email": f"{n}@oakhill.example"}
        for n, name in enumerate(AUTHORS, 1)
    ]
    made = {"meta": {"exported_on": 0, "version": "6.65.0"}, "data": {"users": users}}
    ghost.take(json.dumps({"db": [made]}).encode())
    found = ghost.admin("GET", "users/?limit=100")["users"]
    return [{"id": user["id"]} for user in found if user["name"] in AUTHORS]


RICH = """<h2>A heading</h2><p>Some <strong>bold</strong>, <em>italic</em> and
<a href="/first-post/">linked</a> words.</p>
<ul><li>One</li><li>Two</li></ul><ol><li>First</li></ol><blockquote>Quoted</blockquote><pre><code>some code</code></pre>
<table><tr><th>Leeks</th></tr><tr><td>Four</td></tr></table>"""
