"""What a post was before, how it changed, and how it becomes that again."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from domains import blog
from domains.errors import say
from fragments.view import Db, Page


@get("/blog/revisions/{id:int}")
async def revisions(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    found = await blog.post(db, id)
    return await view.render(
        "blog/_revisions.html",
        title=view.text(say("History: {title}")).format(title=found.title),
        layout="desk.html",
        post=found,
        revisions=await blog.revisions(db, id),
    )


@get("/blog/revision/{id:int}/{version:int}")
async def revision(db: Db, view: Page, id: FromPath[int], version: FromPath[int]) -> Response[str]:
    """Beside what is kept now."""
    view.editor()
    found, then = await blog.post(db, id), await blog.revision(db, id, version)
    changed = {name: (was, getattr(found, name)) for name, was in then.words.items() if was != getattr(found, name)}
    body = changed.pop("body", ("", ""))
    return await view.render(
        "blog/_revision.html",
        title=view.text(say("History: {title}")).format(title=found.title),
        layout="desk.html",
        post=found,
        then=then,
        changed=changed,
        pieces=await asyncio.to_thread(blog.difference, *body),
    )


@post("/blog/revision/{id:int}/{version:int}")
async def restore(db: Db, view: Page, id: FromPath[int], version: FromPath[int]) -> Response[Any]:
    me = view.editor()
    restored = await blog.restore_post(db, id, version, by=me.name)
    there = f"/blog/revisions/{id}" if restored.status == blog.BINNED else f"/blog/post/{restored.slug}"
    return view.see(there, "restored")


ROUTES = [revisions, revision, restore]
