"""The list of all that is written, for editors: narrowed, changed many at a time, and changed back."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.blog import ghost
from domains.errors import Invalid, NotFound, say
from flows import mailing
from flows.undoing import undo_post
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .lists import number
from .words import KINDS

MOST = 50
"""At once; as many as stand on a page."""
STATES = (
    ("draft", say("Drafts")),
    ("scheduled", say("Scheduled")),
    ("published", say("Published")),
    (blog.BINNED, say("In the bin")),
)
DEEDS: Mapping[str, Callable[..., Awaitable[Any]]] = {
    "publish": blog.publish_post,
    "unpublish": blog.unpublish_post,
    "bin": blog.bin_post,
    "tag": partial(blog.tag_post, on=True),
    "untag": partial(blog.tag_post, on=False),
}
"""What can be done with many, and undone."""
UNDONE = {
    blog.Undone.NOT: "not-undone",
    blog.Undone.BUT_ITS_TIME: "undone-but-time",
    blog.Undone.WHOLLY: "undone",
}
"""What is said of it; the first counts for all."""
DONE = "done-with-many"
"""What the way back is signed for."""
SOUGHT = tuple(blog.Sought.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done with many, and can be undone."""

    deed: str
    tag: str
    befores: Sequence[blog.Before]
    """What each that it changed was."""
    signed: str = ""

    def written(self) -> str:
        each = [(*one[:2], *(time and time.timestamp() for time in one[2:])) for one in self.befores]
        return json.dumps((self.deed, self.tag, each))

    @classmethod
    def read(cls, view: View, signed: str) -> "Done | None":
        """None for what this co-op never signed."""
        if not (written := view.keys.unsign(DONE, signed)):
            return None
        deed, tag, each = json.loads(written)
        return cls(deed, tag, [blog.Before(*one[:2], *map(_time, one[2:])) for one in each], signed)


@get("/blog/posts")
async def posts(
    db: Db,
    view: Page,
    page: FromQuery[str] = "",
    status: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    tag: FromQuery[str] = "",
    words: FromQuery[str] = "",
    undo: FromQuery[str] = "",
    all: FromQuery[str] = "",
) -> Response[str]:
    """Drafts too; what is in the bin when it is asked for. `all`: each is chosen."""
    view.editor()
    sought = {"status": status, "kind": kind, "tag": tag, "words": words[:200]}
    return await _posts(db, view, Form(sought), number(page), done=Done.read(view, undo), are_chosen=bool(all))


@post("/blog/posts")
async def change_posts(db: Db, view: Page, data: Typed) -> Response[Any]:
    """With each that is named, like `id-7`: one of DEEDS, or `remove` for good what is in the bin; or `undo` it all."""
    me, form = view.editor(), Form(data)
    with form.refusals():
        if form.text("deed") == "undo":
            return view.see(_address(form), await _undo(db, view, form, me.name))
        ids = [int(name[3:]) for name in form.typed if re.fullmatch(r"id-\d{1,18}", name, re.ASCII)][:MOST]
        if not ids:
            raise Invalid(ids=say("Choose some first."))
        if form.text("deed") == "remove":
            return view.see(_address(form), await _remove_all(db, ids))
        done = [deed for id in ids if (deed := await _do(db, form, id, me.name))]
        if not (changed := [before for before, after in done if before.version != after]):
            return view.see(_address(form), "as-before")
        written = Done(form.text("deed"), form.text("tag_name"), changed).written()
        return view.see(_address(form, undo=view.keys.sign(DONE, written)))
    return await _posts(db, view, form, 1, status=422)


async def _do(db: AsyncSession, form: Form, id: int, by: str) -> tuple[blog.Before, int] | None:
    """What it was, and its version after; None for one that somebody has removed. Raises Invalid."""
    deed = DEEDS.get(form.text("deed"))
    if not deed:
        raise Invalid(deed=say("Choose one of these."))
    about = (form.text("tag_name"),) if "tag" in form.text("deed") else ()
    try:
        found = await blog.post(db, id)
        before = blog.Before(id, found.version, found.published, found.due)
        return before, (await deed(db, id, *about, by=by)).version
    except NotFound:
        return None


async def _undo(db: AsyncSession, view: View, form: Form, by: str) -> str:
    """What is said of it."""
    done, at = Done.read(view, form.text("undo")), view.now.timestamp()
    undone = {await undo_post(db, before, at, by=by) for before in done.befores} if done else {blog.Undone.NOT}
    return next(words for one, words in UNDONE.items() if one in undone)


async def _remove_all(db: AsyncSession, ids: Sequence[int]) -> str:
    """What is said of it. What is not in the bin stays, and what a Ghost still has."""
    there = [id for id in ids if await _is_in_bin(db, id)]
    held = await ghost.held(db, there)
    for id in there:
        if id not in held:
            await blog.remove_post(db, id)
    return "held" if held else "removed" if there else "not-removed"


async def _is_in_bin(db: AsyncSession, id: int) -> bool:
    try:
        return (await blog.post(db, id)).status == blog.BINNED
    except NotFound:
        return False


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _address(form: Form, **more: str) -> str:
    """The list, narrowed as it was."""
    asked = {name: form.text(name) for name in SOUGHT} | more
    query = urlencode({name: text for name, text in asked.items() if text})
    return f"/blog/posts?{query}" if query else "/blog/posts"


async def _posts(
    db: AsyncSession,
    view: View,
    form: Form,
    page: int,
    *,
    done: Done | None = None,
    are_chosen: bool = False,
    status: int = 200,
) -> Response[str]:
    sought = blog.Sought(**{name: form.text(name) for name in SOUGHT})
    listing = await blog.posts(db, page, sought, size=MOST)
    address = _address(form)
    return await view.render(
        "blog/_posts.html",
        title=view.text(say("Posts and pages")),
        layout="desk.html",
        status=status,
        form=form,
        done=done,
        listing=listing,
        pages=f"{address}{'&' if '?' in address else '?'}page={{page}}",
        all=_address(form, page=str(listing.page), all="yes"),
        are_chosen=are_chosen,
        is_narrowed=address != "/blog/posts",
        is_bin=sought.status == blog.BINNED,
        going=await mailing.going(db, view.site.zone, view.now.timestamp()),
        kinds={kind: view.text(name) for kind, name, _ in KINDS},
        states={state: view.text(name) for state, name in STATES},
        tags=[(tag, tag) for tag in await blog.tags(db)],
    )


ROUTES = [posts, change_posts]
