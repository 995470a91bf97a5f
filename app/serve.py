"""One process serves: it owns the data folder, runs Granian and the worker in one event loop, Litestream beside it."""

import asyncio
import ctypes
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from ops.litestream import LitestreamTrouble

from .answers import answering
from .check import set_back
from .commands import create_coop, sign_in_link
from .control import owning, quiet
from .main import House
from .metrics import telling
from .rebuilding import check_new
from .settings import Settings
from .setup import local_url
from .trouble import Trouble

if TYPE_CHECKING:
    from granian.server.embed import Server

log = logging.getLogger("serve")
ARENA_MAX, HEAPS = -8, 2
"""M_ARENA_MAX of mallopt(3), and how many."""
SAMPLE = {"name": "Oakhill Growers", "slug": "oakhill", "steward": "maud@oakhill.example"}


def serve(settings: Settings, *, sample: bool) -> None:
    """Until a signal. Raises Trouble."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # it would log every value that is written
    if settings.log_level != "debug":
        for chatty in ("alembic", "litestream"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
    _share_heaps()
    with owning(settings.data_dir), _having(settings):
        try:
            import uvloop

            uvloop.run(_serve(settings, sample))
        except LitestreamTrouble as trouble:
            raise Trouble(str(trouble)) from None


def granian(app: Any, host: str, port: int) -> "Server":
    """It serves in this process, in its one event loop."""
    from granian.constants import HTTPModes, Interfaces
    from granian.server.embed import Server

    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )


async def _serve(settings: Settings, sample: bool) -> None:
    await check_new(settings)
    if said := set_back(settings.data_dir):
        log.warning("The clock may be wrong: %s", said)
    house = House(settings)
    server = granian(house.app, house.settings.host, house.settings.port)
    async with house.serving(), answering(house), telling(house):
        if sample:
            await _make_sample(house)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        await _greet(house, sample)
        await server.serve()


async def _make_sample(house: House) -> None:
    if not house.registry.all():
        click.echo("Making a sample co-op …")
        await create_coop(house, quiet, url=local_url(house.settings), sample=True, **SAMPLE)


async def _greet(house: House, sample: bool) -> None:
    entries = house.registry.all(10)
    for entry in entries:
        click.echo(f"{entry.slug} is at {entry.url}")
    if not entries:
        click.echo(f"There is no co-op yet. Open this address, and make one:\n  {house.setup.address()}")
        click.echo(f"From another machine, put the address of this one in place of {house.setup.host}.")
    if sample and (made := house.registry.by_slug(str(SAMPLE["slug"]))):
        link = await sign_in_link(house, quiet, slug=made.slug, address=str(SAMPLE["steward"]))
        click.echo(f"Sign in to {made.slug} as its steward, once, within half an hour:\n  {link}")
    where = house.settings.replica_url
    click.echo(f"Copied continuously to {where.partition('?')[0]}" if where else "Nothing is copied: --replica none.")
    click.echo("Stop with Ctrl-C.")


def _share_heaps() -> None:
    """glibc gives each thread a heap of its own, and each co-op has several: with ten of them, 6 MB that lie idle."""
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(ARENA_MAX, HEAPS)


@contextmanager
def _having(settings: Settings) -> Iterator[None]:
    """The port, for ourselves: Granian would share it with whoever has it already. Raises Trouble.

    A name in the kernel is taken first, which goes with this process: of two that start at once, one has it.
    """
    taken = f"{settings.host}:{settings.port} cannot be used: {{}}; choose another with --port."
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind(f"\0rose-ash port {settings.port}")
        except OSError:
            raise Trouble(taken.format("another rose serves there")) from None
        try:
            _probe(settings)
        except OSError as error:
            raise Trouble(taken.format(error.strerror)) from None
        yield


def _probe(settings: Settings) -> None:
    """Raises OSError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((settings.host, settings.port))
