"""Where editors write: a new post, or an old one again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from domains import account, blog
from domains.errors import Conflict, NotFound, say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View
from fragments.widgets import NAMES

from .reading import draft_link
from .typing import LARGEST, filled, fitted, forgotten, key_of, previewed
from .words import COVERS, FIELDS, KINDS, VISIBILITIES, called, in_words

PICTURES = 50
"""As many may be chosen from, where a cover is."""
PREVIEW = "preview"
"""What the form's third button says instead of a status."""


@get("/blog/new-post")
async def new_post(db: Db, view: Page, unsaved: FromQuery[str] = "") -> Response[str]:
    """`unsaved`: the key of what was typed before, to be taken up."""
    me = view.editor()
    typed = (await blog.unsaved_at(db, me.id, unsaved, 0)).words if unsaved else {}
    return await _new_post(view, Form(typed))


@post("/blog/new-post", request_max_body_size=LARGEST)
async def add_post(db: Db, view: Page, data: Typed) -> Response[Any]:
    me, form = view.editor(), Form(data)
    if await forgotten(db, view, form):
        return await _new_post(view, form)
    with form.refusals():
        if form.text("status") == PREVIEW:
            blog.read_body(form.text("body"))
            return await _new_post(view, form)
        status = form.text("status") or "draft"
        written = await blog.write_post(db, _words(form.typed), author=me.name, status=status, zone=view.site.zone)
        await blog.forget_unsaved(db, me.id, form.text("key"))
        return view.see(f"/{written.slug}", _said(written))
    return await _new_post(view, form, 422)


@get("/blog/edit-post/{id:int}")
async def edit_post(db: Db, view: Page, id: FromPath[int], unsaved: FromQuery[str] = "") -> Response[str]:
    """`unsaved`: the key of what was typed before, to be taken up, of whichever version that was."""
    me, found = view.editor(), await blog.post(db, id)
    typed = (await blog.unsaved_at(db, me.id, unsaved, id)).words if unsaved else filled(view, found)
    return await _edit_post(view, Form(typed), found)


@post("/blog/edit-post/{id:int}", request_max_body_size=LARGEST)
async def change_post(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """When somebody was quicker both are shown and nothing is written; the next attempt has seen both. What is gone by
    now is given back as a new one."""
    me, form = view.editor(), Form(data)
    try:
        found = await blog.post(db, id)
    except NotFound:
        return await _new_post(view, form, 404, is_gone=True)
    if await forgotten(db, view, form):
        return await _edit_post(view, form, found)
    was = found.status
    try:
        with form.refusals():
            if form.text("status") == PREVIEW:
                blog.read_body(form.text("body"))
                return await _edit_post(view, form, found)
            about: dict[str, Any] = {"by": me.name, "status": form.text("status"), "zone": view.site.zone}
            words = replace(_words(fitted(view, form.typed, found)), body=form.typed.get("body"))
            await blog.edit_post(db, id, form.text("version"), words, **about)
            if form.text("aside"):  # it is typed, and in no post yet
                await blog.keep_unsaved(db, me.id, key_of(form), id, form.typed)
            else:
                await blog.forget_unsaved(db, me.id, form.text("key"))
            return view.see(f"/{found.slug}", "saved" if found.status == was else _said(found))
    except Conflict:
        both = Form({**data, "version": str(found.version)})
        return await _edit_post(view, both, found, 409, theirs=found, differs=await _differs(view, found, form))
    return await _edit_post(view, form, found, 422)


async def _differs(view: View, found: blog.Post, form: Form) -> list[tuple[str, str]]:
    """What is kept of it where something else is typed, in words: which field, and how."""
    typed = {name: form.text(name) for name in FIELDS} | {"featured": bool(form.text("featured"))}
    kept = {name: getattr(found, name) for name in FIELDS if name in form.typed or name == "featured"}
    kept |= {name: ", ".join(getattr(found, name)) for name in ("tags", "authors") if name in kept}
    return [
        (view.text(called), await in_words(view, name, kept[name]))
        for name, called in FIELDS.items()
        if name in kept and kept[name] != typed[name]
    ]


def _said(written: blog.Post) -> str:
    if written.is_published:
        return "published-members" if written.visibility == "members" else "published"
    return "scheduled" if written.due else "draft"


def _tags(form: Form) -> list[str]:
    return [tag.strip() for tag in form.text("tags").split(",")]


def _words(typed: Mapping[str, str]) -> blog.Words:
    return blog.Words(
        **{"title": ""} | {name: typed[name] for name in blog.Words.__dataclass_fields__ if name in typed}
    )


async def _new_post(view: View, form: Form, status: int = 200, **about: Any) -> Response[str]:
    form.typed = {"kind": "post", "visibility": "public", **form.typed}
    return await _form(view, "blog/_new_post.html", view.text(say("New post")), form, status, post=None, **about)


async def _edit_post(view: View, form: Form, found: blog.Post, status: int = 200, **about: Any) -> Response[str]:
    title = view.text(say("Editing: {title}")).format(title=found.title)
    form.typed = fitted(view, form.typed, found)
    return await _form(
        view, "blog/_edit_post.html", title, form, status, post=found, draft_link=draft_link(view, found), **about
    )


async def _form(view: View, template: str, title: str, form: Form, status: int, **about: Any) -> Response[str]:
    key, id = key_of(form), about["post"].id if about["post"] else 0
    takes = form.text("takes") if form.text("takes") == form.text("slug") else ""
    form.typed = {**form.typed, "key": key, "takes": takes}
    leads = takes or form.wrong.get("slug") == blog.LEADS
    known: dict[str, Any] = {
        "kinds": [(kind, view.text(name), view.text(what)) for kind, name, what in KINDS],
        "visibilities": [(one, view.text(name), view.text(what)) for one, name, what in VISIBILITIES],
        "covers": await _covers(view, form.text("cover")),
        "parts": await previewed(view, Form(form.typed), about["post"]),
        "widgets": [(name, view.text(NAMES[name])) for name in blog.WIDGETS],
        "waiting": await blog.unsaved(view.db, view.editor().id, id, but=key),
        "missing": await blog.missing(view.db, form.text("body"), form.text("cover")),
        "readers": await account.count_readers(view.db) if "urgent" in _tags(form) else None,
        "is_html": bool(about["post"] and about["post"].format == blog.HTML),
        "theirs": None,
        "is_gone": False,
        "leads_to": await blog.moved_post(view.db, form.text("slug")) if leads else None,
        "is_in_bin": form.wrong.get("slug") == blog.IN_BIN,
    }
    return await view.render(template, title=title, layout="desk.html", status=status, form=form, **(known | about))


async def _covers(view: View, chosen: str) -> list[tuple[str, str]]:
    """Linocuts, then the newest pictures, and what is chosen however old it is."""
    linocuts = [(cover, view.text(name)) for cover, name in COVERS.items()]
    pictures = list((await blog.pictures(view.db, size=PICTURES)).pictures)
    if (at := blog.address(chosen)) and (own := await blog.picture_at(view.db, at)) and own not in pictures:
        pictures.append(own)
    return linocuts + [(str(each.address), called(view, each)) for each in pictures if each.alt]


ROUTES = [new_post, add_post, edit_post, change_post]
