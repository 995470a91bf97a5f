"""What a post was before, how it changed, and how it becomes that again."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import Conflict, say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .words import FIELDS, in_words


@get("/blog/revisions/{id:int}")
async def revisions(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    found, kept = await blog.post(db, id), await blog.revisions(db, id)
    minutes = {view.local(one.at).replace(second=0, microsecond=0) for one in kept}
    return await view.render(
        "blog/_revisions.html",
        title=view.text(say("History: {title}")).format(title=found.title),
        layout="desk.html",
        post=found,
        revisions=kept,
        exactly="short" if len(minutes) == len(kept) else "medium",
    )


@get("/blog/revision/{id:int}/{version:int}")
async def revision(db: Db, view: Page, id: FromPath[int], version: FromPath[int]) -> Response[str]:
    """Beside what is kept now, but for its address, which it keeps whatever it becomes."""
    view.editor()
    return await _revision(db, view, id, version)


@post("/blog/revision/{id:int}/{version:int}")
async def restore(db: Db, view: Page, id: FromPath[int], version: FromPath[int], data: Typed) -> Response[Any]:
    """When somebody was quicker it is shown beside what they saved, and nothing is written."""
    me = view.editor()
    try:
        restored = await blog.restore_post(db, id, version, Form(data).text("version"), by=me.name)
    except Conflict:
        return await _revision(db, view, id, version, 409)
    there = f"/blog/revisions/{id}" if restored.status == blog.BINNED else f"/{restored.slug}"
    return view.see(there, "restored")


async def _revision(db: AsyncSession, view: View, id: int, version: int, status: int = 200) -> Response[str]:
    found, then = await blog.post(db, id), await blog.revision(db, id, version)
    now = {name: getattr(found, name) for name in then.words}
    changed = [
        (view.text(called), await in_words(view, name, then.words[name]), await in_words(view, name, now[name]))
        for name, called in FIELDS.items()
        if name in now and name != "slug" and then.words[name] != now[name]
    ]
    return await view.render(
        "blog/_revision.html",
        title=view.text(say("History: {title}")).format(title=found.title),
        layout="desk.html",
        status=status,
        is_newer=status == 409,
        post=found,
        then=then,
        changed=changed,
        comes_back=any(then.words[name] != now[name] for name in now if name not in blog.STAYS),
        pieces=await asyncio.to_thread(blog.difference, then.words["body"], found.body),
    )


ROUTES = [revisions, revision, restore]
