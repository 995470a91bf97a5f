"""Ties the house together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from time import time
from typing import Any, BinaryIO

from litestar import Litestar, Request, Router
from litestar._parsers import parse_url_encoded_form_data
from litestar.di import Provide
from litestar.exceptions import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

import flows
import fragments
from domains import site as sites
from fragments.view import Page, View

from . import api, media, static, theme
from .api.ask import Ask
from .backup import Backup, beside
from .cache import Doorkeeper
from .chores import Chores
from .coop import Coop
from .copies import copies
from .counting import Counting, no_requests
from .door import Door
from .dues import Dues
from .errors import Refused, handlers
from .imports import Imports
from .keys import Sealer
from .leaving import unnamed
from .lookout import Lookout
from .mail import Folder, Letters, Server
from .outside import Outside
from .registry import Registry
from .scales import Scales
from .security import FILES, FORM, SAFE
from .settings import Settings
from .setup import Setup
from .templates import templates
from .tenants import Tenants
from .visits import Visits
from .worker import Worker

MACHINES = [*api.ROUTES, media.media, static.static, theme.theme, theme.mark]
ROUTES = [*fragments.ROUTES, *MACHINES]
"""Every one that there is."""
LARGEST_FORM, MOST_FIELDS = 2 * 2**20, 200  # bytes, and fields


class House:
    """Everything that one process needs to serve its co-ops; whoever builds one holds the lock on its data folder."""

    def __init__(self, settings: Settings) -> None:
        """Raises NewerVersion."""
        self.settings, data = settings, settings.data_dir
        self.registry = Registry(data / "registry.db")
        self.dues, self.outside = Dues(), Outside(near=settings.near)
        self._limits: dict[str, flows.Limits] = {}
        self.backup = Backup(data, beside(settings, opened=lambda: self.tenants.left_open()))
        self.tenants = Tenants(data, self.registry, self.dues, self._coop, self.backup, settings.open_coops)
        self.lookout, self.scales = Lookout(self.backup), Scales(self.backup)
        self.worker, self.chores = Worker(self.tenants, self.dues), Chores(self)
        self.arrivals, self.drills = asyncio.Lock(), asyncio.Lock()
        self.setup, self.imports = Setup(self), Imports(self)
        visits = Visits(
            self.tenants,
            self.setup,
            lambda id: self.post(id),
            partial(copies, self),
            self.scales.weigh,
            self._export,
            self.imports.of,
            settings.client_header,
        )
        door = Door(Inside(visits, self.setup), self.tenants, visits.show)
        self.requests = no_requests()
        self.app: Any = Doorkeeper(Ask(door, self.registry), self.tenants)
        if settings.metrics:
            self.app = Counting(self.app, self.requests)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["House"]:
        """With its worker at work, its chores done, and its files copied."""
        async with self.awake():
            if self.backup.litestream:
                await self.backup.litestream.start()
            await self.worker.start()
            await self.chores.start()
            try:
                yield self
            finally:
                await self.chores.stop()
                await self.worker.stop()

    @asynccontextmanager
    async def awake(self) -> AsyncIterator["House"]:
        """Enough for a command: files can be opened, nothing runs by itself."""
        try:
            yield self
        finally:
            await self.imports.stop()
            await self.tenants.close()
            await self.outside.close()
            if self.backup.litestream:
                await self.backup.litestream.stop()
            self.registry.close()

    def _coop(self, file: Path) -> Coop:
        """A file that is about to be opened."""
        id = file.parent.name
        sealer = Sealer(self.settings.secret_key.value, id)

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
        limits = self._limits.setdefault(id, flows.Limits(time))
        room = self.settings.pictures * 10**6
        coop = Coop(file, self.dues.of(id), letters, sealer=sealer, transport=self.outside, room=room, limits=limits)
        return coop

    def post(self, id: str) -> Folder | Server:
        """Where the mails of a co-op go."""
        if url := self.settings.smtp_url.value:
            return Server(url)
        return Folder(self.settings.data_dir / "mail" / id)

    async def _export(self, id: str, passphrase: str) -> BinaryIO:
        return await unnamed(self, id, passphrase)


class Inside:
    """The framework, which is the process's own, with what is this house's in the scope of each request."""

    def __init__(self, visits: Visits, setup: Setup) -> None:
        self._ours = {"visits": visits, "setup": setup}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope.update(self._ours)
        await _framework()(scope, receive, send)


@cache
def _framework() -> Litestar:
    """To look through all routes takes a third of a second."""
    return Litestar(
        [Router("/", route_handlers=fragments.ROUTES, before_request=_only_forms), *MACHINES],
        dependencies={
            "view": Provide(_view),
            "db": Provide(_session_of, sync_to_thread=False),
            "reading": Provide(_reading),
            "setup": Provide(_setup, sync_to_thread=False),
        },
        exception_handlers=handlers(_show),
        request_max_body_size=LARGEST_FORM,
        multipart_form_part_limit=MOST_FIELDS,
        openapi_config=None,
        logging_config=None,
    )


async def _view(request: Request[Any, Any, Any]) -> AsyncIterator[View]:
    scope: Any = request.scope
    async with scope["visits"].view(request) as view:
        yield view


async def _reading(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncSession]:
    scope: Any = request.scope
    async with scope["visits"].reading(request) as db:
        yield db


def _setup(request: Request[Any, Any, Any]) -> Setup:
    scope: Any = request.scope
    setup: Setup = scope["setup"]
    return setup


async def _show(refused: Refused, scope: Any, receive: Any, send: Any) -> None:
    await scope["visits"].show(refused, scope, receive, send)


def _session_of(view: Page) -> AsyncSession:
    """One session a request; what builds a view may fail, so it is closed where it was opened."""
    return view.db


async def _only_forms(request: Request[Any, Any, Any]) -> None:
    """People's browsers send forms; whatever else arrives is not misread as an empty one.

    One with files is read by whoever handles it, once it is known who sends it; what is `unread` may be anything.
    """
    about = request.route_handler.opt
    if request.method in SAFE or about.get("unread"):
        return
    takes = FILES if about.get("files") else FORM
    parse_url_encoded_form_data.cache_clear()  # the framework would keep what people typed, passwords too
    if request.content_type[0] not in ("", takes):
        raise HTTPException(status_code=415)
    if takes == FORM and (await request.body()).count(b"&") > MOST_FIELDS:
        raise HTTPException(status_code=413)
