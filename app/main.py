"""Ties the house together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncSession

import fragments
from domains import account
from domains import site as sites
from domains.activities import acting
from fragments.chrome import chrome
from fragments.view import Page, View, cookie_name, wants_fragment
from ops.litestream import Litestream

from . import api, static
from .backup import Backup
from .cache import Doorkeeper
from .coop import Coop
from .door import Door, coop_of
from .dues import Dues
from .errors import Refused, handlers
from .keys import Sealer
from .mail import Folder, Letters, Server
from .registry import Registry
from .security import SAFE, client
from .settings import Settings
from .templates import templates
from .tenants import Tenants
from .worker import Worker

log = logging.getLogger("house")
FORM = "application/x-www-form-urlencoded"
MACHINES = [*api.ROUTES, static.static, static.theme]
ROUTES = [*fragments.ROUTES, *MACHINES]
"""Every one that there is."""
LARGEST_FORM = 2 * 2**20  # bytes


class House:
    """Everything that one process needs to serve its co-ops; whoever builds one holds the lock on its data folder."""

    def __init__(self, settings: Settings) -> None:
        """Raises NewerVersion."""
        self.settings, data = settings, settings.data_dir
        self.registry = Registry(data / "registry.db")
        self.dues = Dues()
        litestream = self._litestream(data) if settings.replica_url else None
        self.backup = Backup(data, litestream)
        self.tenants = Tenants(data, self.registry, self.dues, self._coop, self.backup, settings.open_coops)
        self.worker = Worker(self.tenants, self.dues)
        self.litestar = self._build()
        self.app = Doorkeeper(Door(self.litestar, self.tenants, self.show), self.tenants)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["House"]:
        """With its worker at work, and its files copied."""
        async with self.awake():
            if self.backup.litestream:
                await self.backup.litestream.start()
            await self.worker.start()
            try:
                yield self
            finally:
                await self.worker.stop()

    @asynccontextmanager
    async def awake(self) -> AsyncIterator["House"]:
        """Enough for a command: files can be opened, nothing runs by itself."""
        try:
            yield self
        finally:
            await self.tenants.close()
            if self.backup.litestream:
                await self.backup.litestream.stop()
            self.registry.close()

    async def show(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        """A refusal as a page of its co-op, or as a fragment; as a bare page when not even that can be made."""
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        try:
            async with self.tenants.use(coop_of(scope)) as coop, coop.reading() as db:
                view = await self._view(request, db, coop)
                answer = await view.render(
                    "errors/refused.html",
                    title=refused.heading,
                    status=refused.status,
                    refused=refused,
                    typed=await _typed(request),
                )
        except Exception:
            if refused.status < 500:
                log.exception("the page for %s could not be made", refused)
            html = (
                templates("en-GB").get_template("errors/bare.html").render(refused=refused, part=wants_fragment(scope))
            )
            answer = _bare(html, refused.status)
        if refused.wait:
            answer.headers["retry-after"] = str(refused.wait)
        answer.headers["cache-control"] = "no-store"
        await answer.to_asgi_response(app=None, request=request)(scope, receive, send)

    def _litestream(self, data: Path) -> Litestream:
        always = [data / "registry.db"]
        return Litestream(data, self.settings.replica_url, always=always, opened=lambda: self.tenants.left_open())

    def _coop(self, file: Path) -> Coop:
        """A file that is about to be opened."""
        id = file.parent.name
        sealer = Sealer(self.settings.secret_key.get_secret_value(), id)

        async def site() -> sites.Site:
            async with coop.reading() as db:
                return await sites.site(db)

        letters = Letters(
            templates("en-GB"),
            site,
            lambda purpose, what: coop.keyring.sign(purpose, what),
            self.post(id),
            self.settings.mail_from,
        )
        coop = Coop(file, self.dues.of(id), letters, sealer=sealer)
        return coop

    def post(self, id: str) -> Folder | Server:
        if url := self.settings.smtp_url.get_secret_value():
            return Server(url)
        return Folder(self.settings.data_dir / "mail" / id)

    def _build(self) -> Litestar:
        return Litestar(
            [Router("/", route_handlers=fragments.ROUTES, before_request=_only_forms), *MACHINES],
            dependencies={"view": Provide(self._page), "db": Provide(_session_of, sync_to_thread=False)},
            exception_handlers=handlers(self.show),
            request_max_body_size=LARGEST_FORM,
            openapi_config=None,
            logging_config=None,
        )

    async def _page(self, request: Request[Any, Any, Any]) -> AsyncIterator[View]:
        """For a safe method one that cannot write; any other is kept when its handler returns, undone if it raises."""
        async with (
            self.tenants.use(coop_of(request.scope)) as coop,
            coop.reading() if request.method in SAFE else coop.writing() as db,
        ):
            yield await self._view(request, db, coop)

    async def _view(self, request: Request[Any, Any, Any], db: AsyncSession, coop: Coop) -> View:
        site = await sites.site(db)
        db.expunge(site)  # a rollback on the way would forget what it says
        session = await self._session(request, db, coop, site)
        if session and session.person:
            acting(db, f"account.person:{session.person.id}")
        now = datetime.now(UTC).astimezone(site.zone)
        post = self.post(coop.id)
        return View(
            request,
            db,
            site,
            session,
            now,
            coop.keyring,
            templates(site.language),
            chrome,
            mails=post.all if isinstance(post, Folder) else None,
            client=client(request.scope, self.settings.client_header),
            copies=self.settings.replica_url.partition("?")[0] if self.backup.alive else "",
        )

    async def _session(
        self, request: Request[Any, Any, Any], db: AsyncSession, coop: Coop, site: sites.Site
    ) -> account.Session | None:
        signed = request.cookies.get(cookie_name(site), "")
        token = coop.keyring.unsign("session", signed) if signed else None
        session = await account.session_of(db, token) if token else None
        if session:
            db.expunge_all()
        return session


def _session_of(view: Page) -> AsyncSession:
    """One session a request; what builds a view may fail, so it is closed where it was opened."""
    return view.db


async def _only_forms(request: Request[Any, Any, Any]) -> None:
    """People's browsers send forms; whatever else arrives is not misread as an empty one."""
    if request.method not in SAFE and request.content_type[0] not in ("", FORM):
        raise HTTPException(status_code=415)


async def _typed(request: Request[Any, Any, Any]) -> Mapping[str, str]:
    """What a refused form held, so that it can be sent again; never a password."""
    if request.method in SAFE or request.content_type[0] != FORM:
        return {}
    try:
        async with asyncio.timeout(1):
            form = await request.form()
    except Exception:
        return {}
    return {name: str(value) for name, value in form.multi_items() if "password" not in name}


def _bare(html: str, status: int) -> Any:
    from litestar import Response

    return Response(html, status_code=status, media_type="text/html")
