"""The one way to answer people: the fragment alone to htmx, the house around it to everyone else."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import cache
from typing import Any, BinaryIO, TypeVar

from jinja2 import Environment
from litestar import Response
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from domains.outside import Transport

from .caching import PRIVATE, PUBLIC, VARY, is_personal
from .copies import Copies
from .forms import Form
from .imports import Imports
from .meta import Meta
from .said import SAID, saying
from .visit import Visit

Answer = TypeVar("Answer", bound=Response[Any])


@dataclass
class View(Visit):
    """What a fragment knows of whoever asks, and how it answers them."""

    templates: Environment
    chrome: Callable[["View"], Awaitable[Mapping[str, Any]]]
    mails: Callable[[], Sequence[EmailMessage]] | None = None
    """What was mailed, the newest first, where mails are kept on this machine instead of being sent."""
    export: Callable[[str], Awaitable[BinaryIO]] | None = None
    """The whole co-op in one open file, its keys sealed under a passphrase, or left out where that is empty."""
    imports: Imports | None = None
    room: int = 0
    """Bytes of pictures that the co-op may keep."""
    transport: Transport | None = None
    """The way to servers elsewhere; whoever goes it keeps no transaction open meanwhile."""
    client: str = ""
    """Whose request it is, for counting tries: a network address."""
    copies: Callable[[], Copies] = Copies
    """How they stand just now, out of memory."""
    weigh: Callable[..., Awaitable[None]] | None = None
    """Finds out how large they are: seldom, or sooner where that `is_wished`; waits a moment for it at most."""
    under: str = ""
    """The room that this page belongs to, when its address does not say so: a post's is its name alone."""
    is_part: bool = False
    """Whether it is made to stand inside another fragment."""
    is_preview: bool = False
    """Whether it is made to show how it will look, inside the form in which it is typed: its own would end that."""
    is_swapped: bool = False
    """Whether it is made to take its own old place in a page, beside the fragment that was asked for."""

    @property
    def level(self) -> str:
        """Of this fragment's own heading: h1 where it is the page, h2 where it stands in one."""
        return "h2" if self.is_part else "h1"

    @property
    def said(self) -> str:
        """What the deed before this page was, in words of ours; empty for anything else that the address says."""
        return self.text(SAID.get(self.request.query_params.get("said", ""), ""))

    def html(self, template: str, *, until: datetime | None = None, **context: Any) -> Markup:
        """`until`: when time alone will change this; midnight unless it says sooner."""
        self.caching.note(self.now, until)
        return Markup(self.templates.get_template(template).render(view=self, **context))  # noqa: S704 - escaped there

    async def embed(
        self, fragment: HTTPRouteHandler, *, is_swapped: bool = False, is_own: bool = False, **parameters: Any
    ) -> Markup:
        """What another fragment answers, made in process; its `until` counts for the whole page too."""
        inner = object.__new__(View)  # a copy, in a tenth of what `copy` takes
        vars(inner).update(vars(self), is_part=True, is_swapped=is_swapped, is_own=is_own or self.is_own)
        known = {"db": self.db, "view": inner} | parameters
        takes = _parameters(fragment)
        response = await fragment.fn(**{name: value for name, value in known.items() if name in takes})
        return Markup(response.content)  # noqa: S704 - a fragment of ours

    async def own(self, fragment: HTTPRouteHandler) -> Markup:
        """A part that shows who they are; a page is kept without it, and filled in again for each.

        It may show nothing but their name, their role, their basket and what is public: `app/bearers.py` reads no more.
        """
        html = await self.embed(fragment, is_own=True)
        self.caching.parts[min(fragment.paths)] = html
        return html

    async def render(
        self,
        template: str,
        *,
        title: str = "",
        description: str = "",
        status: int = 200,
        until: datetime | None = None,
        also: Sequence[HTTPRouteHandler] = (),
        layout: str = "layout.html",
        meta: Meta | None = None,
        **context: Any,
    ) -> Response[str]:
        """`also`: fragments elsewhere on the page that change with this one; a whole page has them anyway.

        `description`: what search engines say of it; the co-op's motto unless it is given. `meta`: what else programs
        are told of a page that is public.
        """
        html = self.html(template, until=until, **context)
        if not self.is_part:
            if self.wants_fragment:
                html += Markup("").join([await self.embed(one, is_swapped=True) for one in also])
            else:
                around = await self.chrome(self)
                if html in around.values():  # it stands in the house already
                    html = Markup()
                html = self.html(layout, body=html, title=title, description=description, meta=meta, **around)
            if status >= 400:
                await self.db.rollback()
        return self._keeping(Response(html, status_code=status, media_type="text/html", headers=self._caching(status)))

    def document(self, content: str | bytes, media_type: str, **headers: str) -> Response[Any]:
        """What programs read; it is kept like a page."""
        return self._keeping(Response(content, media_type=media_type, headers=self._caching(200) | headers))

    async def refuse(self, template: str, form: Form, **context: Any) -> Response[str]:
        """The same fragment again: what was typed is kept, what was wrong stands beside it, nothing is written."""
        return await self.render(template, status=422, form=form, **context)

    def see(self, path: str, said: str = "") -> Response[Any]:
        """After a write: go and look, and read what was done (`said`, one of SAID).

        htmx is told so in its own way, for a fetch follows a 303 unseen.
        """
        path = saying(path, said)
        headers = {"cache-control": "no-store", "vary": VARY}
        if self.wants_fragment:
            return self._keeping(Response(None, status_code=204, headers=headers | {"hx-redirect": path}))
        return self._keeping(Redirect(path, status_code=303, headers=headers))

    def text(self, sentence: str) -> str:
        """A sentence that was marked with `say`, in the co-op's language."""
        return str(self.templates.filters["said"](sentence)) if sentence else ""

    def _keeping(self, response: Answer) -> Answer:
        if self._cookie:
            response.set_cookie(**self._cookie)
        return response

    def _caching(self, status: int) -> dict[str, str]:
        """What every cache is told, and what the doorkeeper is told besides."""
        scope: Any = self.request.scope
        self.caching.is_personal |= bool(self.said)
        anyones = status == 200 and not (self._session or self._cookie or is_personal(scope["headers"]))
        if status == 200 and not self.is_part:
            self.caching.role, self.caching.session = self.role, self._session.id if self._session else 0
            scope["caching"] = self.caching
        return {"cache-control": PUBLIC if anyones and not self.caching.is_personal else PRIVATE, "vary": VARY}


@cache
def _parameters(fragment: HTTPRouteHandler) -> frozenset[str]:
    return frozenset(inspect.signature(fragment.fn).parameters)


Db = NamedDependency[AsyncSession]
Page = NamedDependency[View]
Typed = URLEncodedBody[dict[str, str]]
