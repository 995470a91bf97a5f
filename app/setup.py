"""Setting up in a browser, while there is no co-op: for whoever was shown the address when the server started.

The same address, opened again, leads on to what was made, for a browser may be cut off just then.
"""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.errors import Conflict, NotFound
from domains.site import Site
from fragments.view import View

from .commands import create_coop
from .control import quiet
from .settings import Settings
from .templates import templates
from .trouble import Trouble

if TYPE_CHECKING:
    from .main import House


class Setup:
    """Open until there is a co-op. The token is of this process, and is kept nowhere."""

    def __init__(self, house: "House") -> None:
        self._house, self._token = house, secrets.token_urlsafe(24)
        self._making: tuple[dict[str, Any], asyncio.Task[dict[str, str]]] | None = None
        self._made: dict[str, str] = {}

    @property
    def is_open(self) -> bool:
        return self._house.registry.is_empty()

    @property
    def host(self) -> str:
        """And port, as a browser on this machine reaches it."""
        return urlsplit(local_url(self._house.settings)).netloc

    def address(self) -> str:
        return f"http://{self.host}/setup?token={self._token}"

    def admits(self, token: str) -> bool:
        return self.is_open and self._is_ours(token)

    async def made(self, token: str) -> Mapping[str, str] | None:
        """Whoever reads the token can ask for a link on the command line, so it is no more than they have."""
        if not (self._made and self._is_ours(token)):
            return None
        return self._made | ({} if await self._is_good(self._made) else {"sign_in_url": ""})

    async def view(self, request: Request[Any, Any, Any]) -> View:
        """Over a co-op that is nowhere but in its page. Raises NotFound once others made a real one."""
        if not (self.is_open or self._made):
            raise NotFound("setup")
        site = Site(name="Rose Ash")
        return View(
            request, AsyncSession(), site, None, datetime.now(UTC), _Keyless(), templates(site.language), _unfurnished
        )

    async def create(self, *, sample: bool, **typed: str) -> dict[str, str]:
        about = typed | {"sample": sample}
        if self._making is None:
            task = asyncio.create_task(self._make(sample=sample, **typed))
            task.add_done_callback(lambda _: setattr(self, "_making", None))
            self._making = about, task
        known, task = self._making
        if known != about:
            raise Conflict("a co-op is being made")
        try:
            return await asyncio.shield(task)
        except Trouble as trouble:
            raise Conflict(str(trouble)) from None

    async def _make(self, **about: Any) -> dict[str, str]:
        """Remembered even where whoever asked for it has gone meanwhile."""
        made = await create_coop(self._house, quiet, **about)
        self._made = made | {"steward": about["steward"].strip()}
        return made

    def _is_ours(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(errors="replace"), self._token.encode())

    async def _is_good(self, made: Mapping[str, str]) -> bool:
        """Whether its link signs anybody in: once, within half an hour."""
        async with self._house.tenants.use(made["id"]) as coop, coop.reading() as db:
            signed = made["sign_in_url"].rpartition("/")[2]
            return await account.sign_in(db, int(coop.keyring.unsign("sign-in", signed) or 0)) is not None


def local_url(settings: Settings) -> str:
    host = settings.host
    if host in ("127.0.0.1", "0.0.0.0", "::", "::1"):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


class _Keyless:
    """There is nobody yet who could sign."""

    def sign(self, purpose: str, what: str) -> str:
        raise NotFound(purpose)

    def unsign(self, purpose: str, signed: str) -> None:
        return None

    def seal(self, name: str, secret: bytes) -> bytes:
        raise NotFound(name)

    def unseal(self, name: str, sealed: bytes) -> bytes:
        raise NotFound(name)


async def _unfurnished(view: View) -> dict[str, Any]:
    return {}
