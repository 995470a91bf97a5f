"""How a request meets its co-op: the view that a handler is given, and the page that a refusal is answered with."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO

from litestar import Request, Response
from litestar.response import Redirect
from litestar.types import Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account, blog
from domains import site as sites
from domains.activities import acting
from domains.errors import NotFound
from domains.site import Site
from fragments.caching import wants_fragment
from fragments.chrome import chrome
from fragments.copies import Copies
from fragments.imports import Imports
from fragments.view import View
from fragments.visit import cookie_name

from .coop import Coop
from .door import coop_of
from .errors import EMPTY, Refused
from .mail import Folder, Server
from .security import FORM, SAFE, client
from .setup import Setup
from .templates import templates
from .tenants import GLANCE, Tenants

log = logging.getLogger("visits")
AGAIN = (401, 408, 409, 429, 503)
"""Refusals after which the same form may well be taken."""
SECRET = re.compile("password|passphrase|admin_key")
"""Fields that are given back to nobody."""
FORMS = 20.0
"""Seconds that a form waits for a co-op that wakes up: rather that than to be sent again."""


class Visits:
    """`post`: where a co-op's mails go; `copies`: how its copies stand; `weigh`: finds out how large they are;
    `export`: all of one in an open file, under a passphrase or without its keys;
    `imports`: what comes from elsewhere; `client_header`: a setting."""

    def __init__(
        self,
        tenants: Tenants,
        setup: Setup,
        post: Callable[[str], Folder | Server],
        copies: Callable[[Coop], Copies],
        weigh: Callable[..., Awaitable[None]],
        export: Callable[[str, str], Awaitable[BinaryIO]],
        imports: Callable[[Coop], Imports],
        client_header: str,
    ) -> None:
        self._tenants, self._setup, self._post = tenants, setup, post
        self._copies, self._weigh, self._export = copies, weigh, export
        self._imports, self._client_header = imports, client_header

    @asynccontextmanager
    async def view(self, request: Request[Any, Any, Any]) -> AsyncIterator[View]:
        """For a safe method, and whatever only `reads`, it cannot write; any other is kept when its handler returns,
        undone if it raises.

        Raises NotFound where there is no co-op yet.
        """
        if not coop_of(request.scope):
            raise NotFound(request.scope["path"])
        reads = request.method in SAFE or request.route_handler.opt.get("reads")
        patience = GLANCE if request.method in SAFE else FORMS
        async with (
            self._tenants.use(coop_of(request.scope), patience) as coop,
            coop.reading() if reads else coop.writing() as db,
        ):
            yield await self._made(request, db, coop, coop.known() if reads else {})

    @asynccontextmanager
    async def reading(self, request: Request[Any, Any, Any]) -> AsyncIterator[AsyncSession]:
        """For what is the same for everybody. Raises NotFound where there is no co-op yet."""
        if not coop_of(request.scope):
            raise NotFound(request.scope["path"])
        async with self._tenants.use(coop_of(request.scope), GLANCE) as coop, coop.reading() as db:
            yield db

    async def show(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        """A refusal as a page of its co-op, or as a fragment; as a bare page where not even that can be made."""
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        if refused.status == 404 and (there := await self._led_on(request)):
            return await there.to_asgi_response(app=None, request=request)(scope, receive, send)
        if coop_of(scope):
            answer = await self._dressed(refused, request)
        elif self._setup.is_open:
            answer = await self._unfurnished(refused, request)
        else:
            answer = _bare(refused, request, {})
        if refused.wait:
            answer.headers["retry-after"] = str(refused.wait)
        if refused.comes_back and request.method in SAFE:
            answer.headers["refresh"] = str(refused.wait)
        answer.headers["cache-control"] = "no-store"
        await answer.to_asgi_response(app=None, request=request)(scope, receive, send)

    async def _led_on(self, request: Request[Any, Any, Any]) -> Redirect | None:
        """To where an address of the site that was here before is now."""
        if not coop_of(request.scope) or request.method not in SAFE:
            return None
        try:
            async with self._tenants.use(coop_of(request.scope), GLANCE) as coop, coop.reading() as db:
                there = await blog.old_address(db, request.scope["path"])
        except Exception:
            return None  # the page for what is not there is made, or says why not
        return Redirect(there, status_code=301, headers={"cache-control": "public, no-cache"}) if there else None

    async def _dressed(self, refused: Refused, request: Request[Any, Any, Any]) -> Response[str]:
        typed = await _typed(request) if refused.status in AGAIN else {}
        template = "errors/refused.html"
        try:
            async with self._tenants.use(coop_of(request.scope), GLANCE) as coop, coop.reading() as db:
                view = await self._made(request, db, coop, coop.known())
                title = view.text(refused.heading)
                return await view.render(template, title=title, status=refused.status, refused=refused, typed=typed)
        except Exception:
            if refused.status < 500:
                log.exception("the page for %s could not be made", refused)
            return _bare(refused, request, typed)

    async def _unfurnished(self, refused: Refused, request: Request[Any, Any, Any]) -> Response[str]:
        """On a server without a co-op: whatever is not there says how it comes to be."""
        view = await self._setup.view(request)
        refused = Refused(404, *EMPTY) if refused.status == 404 else refused
        return await view.render(
            "errors/refused.html",
            title=view.text(refused.heading),
            layout="setup/layout.html",
            status=refused.status,
            refused=refused,
            typed={},
        )

    async def _made(self, request: Request[Any, Any, Any], db: AsyncSession, coop: Coop, known: dict[Any, Any]) -> View:
        """`known`: as in its view. Whoever writes sees what nobody else may: they ask for themselves."""
        site = await _site(db, known)
        session = await _session(request, db, coop, site)
        if session and session.person:
            acting(db, f"account.person:{session.person.id}")
        post = self._post(coop.id)
        return View(
            request,
            db,
            site,
            session,
            datetime.now(UTC).astimezone(site.zone),
            coop.keyring,
            templates(site.language),
            chrome,
            mails=post.all if isinstance(post, Folder) else None,
            export=partial(self._export, coop.id),
            imports=self._imports(coop),
            room=coop.room,
            transport=coop.transport,
            client=client(request.scope, self._client_header),
            copies=partial(self._copies, coop),
            weigh=partial(self._weigh, coop.file, GLANCE if request.method in SAFE else 0),  # others wait to write
            known=known,
        )


async def _site(db: AsyncSession, known: dict[Any, Any]) -> Site:
    """Everybody's: whoever would change it takes a copy."""
    if sites.site not in known:
        site = await sites.site(db)
        db.expunge(site)
        known[sites.site] = site
    found: Site = known[sites.site]
    return found


async def _session(request: Request[Any, Any, Any], db: AsyncSession, coop: Coop, site: Site) -> account.Session | None:
    signed = request.cookies.get(cookie_name(site), "")
    token = coop.keyring.unsign("session", signed) if signed else None
    session = await account.session_of(db, token) if token else None
    if session:
        db.expunge_all()
    return session


async def _typed(request: Request[Any, Any, Any]) -> Mapping[str, str]:
    """What a refused form held, so that it can be sent again; never a secret."""
    if request.method in SAFE or request.content_type[0] != FORM:
        return {}
    try:
        async with asyncio.timeout(1):
            form = await request.form()
    except Exception:
        return {}
    return {name: str(value) for name, value in form.multi_items() if not SECRET.search(name)}


def _bare(refused: Refused, request: Request[Any, Any, Any], typed: Mapping[str, str]) -> Response[str]:
    page = templates("en-GB").get_template("errors/bare.html")
    path = request.scope["path"]
    html = page.render(refused=refused, part=wants_fragment(dict(request.scope["headers"])), path=path, typed=typed)
    return Response(html, status_code=refused.status, media_type="text/html")
