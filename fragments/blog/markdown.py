"""The twin of a post, as Markdown: what is known of it, as YAML has it, and its words as they were written."""

import json
from typing import Any

from litestar import Response

from domains import blog
from domains.errors import say
from fragments.meta import MARKDOWN
from fragments.view import View


async def markdown(view: View, post: blog.Post, *, is_whole: bool) -> Response[Any]:
    """To whoever may not read all of it: its title and its summary."""
    address = f"{view.site.url}/{post.slug}"
    why = view.text(say("The rest is for members. They sign in at {address}."))
    words = await _words(post) if is_whole else why.format(address=f"{view.site.url}/account/sign-in")
    link = f'<{post.canonical or address}>; rel="canonical"'
    return view.document(f"{_head(post, address)}\n{words}\n", MARKDOWN, link=link)


async def _words(post: blog.Post) -> str:
    """Of html, what it would be."""
    return (await blog.converted(post)).markdown if post.format == blog.HTML else post.body


def _head(post: blog.Post, address: str) -> str:
    """Every JSON text and list is one of YAML too."""
    known = {
        "title": post.title,
        "summary": post.excerpt,
        "authors": post.authors,
        "published": post.published.isoformat(timespec="seconds") if post.published else "",
        "updated": post.updated.isoformat(timespec="seconds"),
        "tags": post.topics,
        "url": address,
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in known.items() if value]
    return "\n".join(("---", *lines, "---", ""))
