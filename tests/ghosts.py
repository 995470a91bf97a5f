"""A Ghost that never was, and what it would export: every kind of post, and every card."""

import json
import zipfile

from domains import blog
from domains import site as sites
from domains.blog import ghost
from domains.blog.ghost.models import Ghost
from tests.photos import photo

SITE = "https://old.example"
OURS = "https://oak.example"
TITLES = ("Leek soup", "Members' letter", "About us", "A draft", "To come", "An old one", "In Lexical")
LATER = "2090-01-01T08:00:00.000Z"


def id_of(number):
    return f"{number:024x}"


def post(number, title, html="<p>Words.</p>", status="published", **more):
    slug = more.pop("slug", title.lower().replace(" ", "-").replace("'", ""))
    row = {"id": id_of(number), "uuid": f"u{number}", "title": title, "slug": slug, "html": html, "status": status}
    row |= {"type": "post", "visibility": "public", "featured": 0, "custom_excerpt": None, "feature_image": None}
    row |= {"mobiledoc": None, "lexical": None, "published_at": "2024-05-03T10:00:00.000Z", "canonical_url": None}
    return row | {"created_at": "2024-05-01T10:00:00.000Z", "updated_at": "2024-06-01T10:00:00.000Z"} | more


CARDS = """<p>Soup with <a href="__GHOST_URL__/about-us/">us</a>, see <a href="https://old.example/tag/cold-days/">more</a>.</p>
<figure class="kg-card kg-image-card kg-card-hascaption"><img src="__GHOST_URL__/content/images/2024/05/leeks.jpg"
 class="kg-image" alt="" srcset="__GHOST_URL__/content/images/size/w600/2024/05/leeks.jpg 600w" width="40" height="30">
<figcaption><span>Four leeks</span></figcaption></figure>
<figure class="kg-card kg-gallery-card kg-width-wide"><div class="kg-gallery-container"><div class="kg-gallery-row">
<div class="kg-gallery-image"><img src="__GHOST_URL__/content/images/2024/05/leeks.jpg" alt="One"></div>
<div class="kg-gallery-image"><img src="__GHOST_URL__/content/images/2024/05/pot.jpg" alt="A pot"></div>
</div></div></figure>
<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://else.example/">
<div class="kg-bookmark-content"><div class="kg-bookmark-title">Else</div>
<div class="kg-bookmark-description">Where</div>
<div class="kg-bookmark-metadata"><img class="kg-bookmark-icon" src="https://else.example/i.png" alt="">
<span class="kg-bookmark-author">Ann</span><span class="kg-bookmark-publisher">Press</span></div></div>
<div class="kg-bookmark-thumbnail"><img src="https://else.example/t.png" alt=""></div></a></figure>
<div class="kg-card kg-callout-card kg-callout-card-blue"><div class="kg-callout-emoji">!</div>
<div class="kg-callout-text">Mind the <b>pot</b>.</div></div>
<div class="kg-card kg-toggle-card" data-kg-toggle-state="close"><div class="kg-toggle-heading">
<h4 class="kg-toggle-heading-text"><span>How long?</span></h4>
<button class="kg-toggle-card-icon"><svg></svg></button></div>
<div class="kg-toggle-content"><p>An hour.</p></div></div>
<figure class="kg-card kg-embed-card"><iframe src="https://tube.example/embed/1" title="A film"></iframe></figure>
<div class="kg-card kg-audio-card">
<div class="kg-audio-player-container"><audio src="__GHOST_URL__/content/media/song.mp3">
</audio><div class="kg-audio-title">Song</div><div class="kg-audio-player"><button>Play</button></div></div></div>
<figure class="kg-card kg-video-card">
<div class="kg-video-container"><video src="__GHOST_URL__/content/media/a.mp4"></video>
<div class="kg-video-overlay"><button>Play</button></div></div></figure>
<div class="kg-card kg-file-card"><a class="kg-file-card-container" href="__GHOST_URL__/content/files/list.pdf">
<div class="kg-file-card-contents"><div class="kg-file-card-title">A list</div></div></a></div>
<div class="kg-card kg-button-card kg-align-center"><a href="__GHOST_URL__/" class="kg-btn kg-btn-accent">Home</a></div>
<blockquote class="kg-blockquote-alt">Said.</blockquote><hr><pre><code class="language-sh">make soup</code></pre>
<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
<p>Word<sup class="footnote-ref"><a href="#fn1" id="fnref1">[1]</a></sup></p>
<section class="footnotes"><ol><li id="fn1"><p>Note <a href="#fnref1">back</a></p></li></ol></section>"""
MOBILEDOC = {
    "version": "0.3.1",
    "atoms": [["soft-return", "", {}]],
    "cards": [["image", {"src": "__GHOST_URL__/content/images/2024/05/pot.jpg", "caption": "A pot"}], ["gallery", {}]],
    "markups": [["strong"], ["a", ["href", "__GHOST_URL__/leek-soup/"]]],
    "sections": [
        [1, "h2", [[0, [], 0, "Old <days>"]]],
        [1, "p", [[0, [0], 1, "Bold"], [1, [], 0, 0], [0, [1], 1, "a link"]]],
        [3, "ul", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
        [10, 0],
        [10, 1],
    ],
}
LEXICAL = {
    "root": {
        "type": "root",
        "children": [
            {
                "type": "extended-heading",
                "tag": "h2",
                "children": [{"type": "extended-text", "text": "New", "format": 0}],
            },
            {
                "type": "paragraph",
                "children": [
                    {"type": "extended-text", "text": "Bold & slanted", "format": 3},
                    {"type": "linebreak"},
                    {
                        "type": "link",
                        "url": "__GHOST_URL__/leek-soup/",
                        "children": [{"type": "text", "text": "there"}],
                    },
                ],
            },
            {"type": "list", "listType": "number", "children": [{"type": "listitem", "children": []}]},
            {"type": "markdown", "markdown": "*Slanted* <script>x()</script>"},
            {"type": "horizontalrule"},
            {"type": "codeblock", "code": "a < b"},
            {"type": "signup", "header": "Join"},
        ],
    }
}
POSTS = [
    post(1, TITLES[0], CARDS, custom_excerpt="How we make it", featured=1, slug="leek-soup")
    | {"feature_image": "__GHOST_URL__/content/images/2024/05/leeks.jpg"},
    post(2, TITLES[1], "<p>For all.</p><!--members-only--><p>For some.</p>", visibility="paid", slug="members-letter"),
    post(3, TITLES[2], type="page"),
    post(4, TITLES[3], status="draft", published_at=None),
    post(5, TITLES[4], status="scheduled", published_at=LATER),
    post(6, TITLES[5], "", status="draft", mobiledoc=json.dumps(MOBILEDOC), published_at=None),
    post(7, TITLES[6], None, status="draft", lexical=json.dumps(LEXICAL), published_at=None),
]
TAGS = [
    ("Cold Days!", "cold-days", "public"),
    ("#no-image", "no-image", "internal"),
    ("Urgent", "urgent", "public"),
]
USERS = [("Ines Okafor", "ines"), ("Tom Oak", "tom-oak")]
NAVIGATION = [{"label": "Home", "url": "/"}, {"label": "About", "url": "__GHOST_URL__/about-us/"}]


def export(posts=POSTS, version="6.8.0", **more):
    """As Ghost writes it; `more` are tables."""
    data = {
        "posts": posts,
        "posts_meta": [{"id": "m1", "post_id": id_of(1), "feature_image_alt": "Leeks on a board"}],
        "tags": [{"id": f"t{n}", "name": a, "slug": b, "visibility": c} for n, (a, b, c) in enumerate(TAGS)],
        "posts_tags": [{"id": f"pt{n}", "post_id": id_of(1), "tag_id": f"t{n}", "sort_order": n} for n in range(3)],
        "users": [{"id": f"u{n}", "name": a, "slug": b, "email": f"{b}@old.example"} for n, (a, b) in enumerate(USERS)],
        "posts_authors": [
            {"id": "a1", "post_id": id_of(1), "author_id": "u1", "sort_order": 1},
            {"id": "a0", "post_id": id_of(1), "author_id": "u0", "sort_order": 0},
            *({"id": f"b{n}", "post_id": id_of(n), "author_id": "u0", "sort_order": 0} for n in range(2, 8)),
        ],
        "settings": [
            {"id": "s1", "key": "navigation", "value": json.dumps(NAVIGATION)},
            {"id": "s2", "key": "secondary_navigation", "value": json.dumps(NAVIGATION[1:])},
        ],
    }
    return {"db": [{"meta": {"exported_on": 1, "version": version}, "data": data | more}]}


def written(to, said, **files):
    """A zip where there are files beside it: name -> bytes, `__` for a slash."""
    if not files:
        to.write_text(json.dumps(said))
        return to
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("ghost.json", json.dumps(said))
        for name, data in files.items():
            made.writestr(name.replace("__", "/"), data)
    return to


async def founded(coop):
    """The co-op that takes it over, where its file has none yet."""
    async with coop.writing() as db:
        await sites.describe(db, sites.Facts("Oak"), OURS)
    return coop


async def taken(coop, there=POSTS[0]):
    """A post, else the one with every card, taken over, and changed there since; its id."""
    async with coop.writing() as db:
        taken = await ghost.take_post(db, ghost.from_api(there, SITE), {})
        await ghost.offer(db, there | {"title": "Changed there"}, SITE)
        return taken.post


async def linked(coop):
    """To a Ghost without a key, and a post of it that both have edited; nobody is sent to ask it."""
    id = await taken(coop, post(8, "Boxes for the winter"))
    async with coop.writing() as db:
        db.add(Ghost(address=SITE, title="The old blog"))
        await blog.tag_post(db, id, "kitchen", on=True)


def whole(folder):
    """All of it, with its pictures and redirects."""
    redirects = [{"from": "^/old/(.*)$", "to": "/new"}, {"from": "/soup-of-old", "to": "/leek-soup/"}]
    return written(
        folder / "ghost.zip",
        export(),
        **{
            "content/images/2024/05/leeks.jpg": photo(),
            "content/images/2024/05/pot.jpg": b"no picture",
            "content/images/size/w600/2024/05/leeks.jpg": b"small",
            "data/redirects.json": json.dumps(redirects).encode(),
        },
    )
