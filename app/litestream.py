"""`rose litestream`: what runs beside the server, as an operator looks at it."""

from pathlib import Path

import click

from .settings import Settings
from .shell import command
from .trouble import Trouble


@click.group()
def litestream() -> None:
    """Litestream, which copies every commit: what it is told."""


@command(litestream, "config")
def config(data_dir: Path | None) -> None:
    """Print the configuration that `rose serve` writes for Litestream; what is open it is told over its socket."""
    from ops.litestream import LitestreamTrouble

    from .backup import beside

    if not (found := beside(Settings.read(data_dir=data_dir))):
        raise Trouble("Nothing is copied: ROSE_REPLICA is none.")
    try:
        click.echo(found.config(), nl=False)
    except LitestreamTrouble as trouble:
        raise Trouble(f"{trouble}.") from None
