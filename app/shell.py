"""What every command of `rose` has in common: where the data is, whom it asks, and how it ends."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

import click

from .control import Say, ask
from .settings import Settings
from .trouble import Trouble

DATA = click.option(
    "--data",
    "data_dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The data folder; else ROSE_DATA_DIR, else data.",
)
MAKES = "create_coop"
"""Of all commands that ask, the only one that makes a data folder."""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")


def command(group: click.Group, name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with --data; what goes wrong in a known way ends it with one sentence and exit code 1."""

    def wrap(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def run(**given: Any) -> None:
            try:
                function(**given)
            except Trouble as trouble:
                click.echo(f"rose: {trouble}", err=True)
                sys.exit(1)

        return group.command(name)(DATA(run))

    return wrap


def asked(data_dir: Path | None, name: str, /, **about: Any) -> Any:
    """Of the running server, or of this process where none runs."""
    found = Settings.read(data_dir=data_dir)
    if name != MAKES and not found.data_dir.is_dir():
        raise Trouble(f"There is no data folder {found.data_dir}.")
    return watched(found, lambda say: ask(found, name, say, **about))


def watched(settings: Settings, work: Callable[[Say], Coroutine[Any, Any, Any]]) -> Any:
    """Long work shows how far it is; what goes wrong is told as one sentence."""

    def say(done: int, of: int, what: str) -> None:
        if sys.stderr.isatty() or done == of or done % 100 == 0:
            click.echo(f"\r{done}/{of} {what:<40.40}", nl=done == of, err=True)

    if settings.log_level != "debug":
        logging.disable()
    return asyncio.run(work(say))
