"""`rose coop`: how a co-op leaves in one file, comes in one, and is removed."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from . import label as labels
from . import moving
from .settings import Settings
from .shell import AS_JSON, asked, command
from .trouble import Trouble

VARIABLE = "ROSE_PASSPHRASE"
FILE_PATH = click.Path(dir_okay=False, path_type=Path)
FILE = click.argument("file", type=FILE_PATH)


@click.group()
def coop() -> None:
    """Co-ops: make one, list them, sign in to one, take one away, bring one here, bring one back, remove one."""


def passphrase(function: Callable[..., Any]) -> Callable[..., Any]:
    """Never as an argument: everybody on this machine reads those."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    asks = click.option("--passphrase", "asks", is_flag=True, help=f"With its keys: ask for one, else {VARIABLE}.")
    reads = click.option("--passphrase-file", "from_file", type=file, metavar="FILE", help="… or read it from there.")
    return asks(reads(function))


@command(coop, "export")
@click.argument("slug")
@FILE
@passphrase
@click.option("--force", is_flag=True, help="Write over FILE where it is there.")
@AS_JSON
def export(
    data_dir: Path | None, slug: str, file: Path, asks: bool, from_file: Path | None, force: bool, as_json: bool
) -> None:
    """Take the co-op SLUG away in one FILE; with a passphrase its keys, sessions and passwords come too, sealed."""
    if file.exists() and not force:
        raise moving.there_already(file)
    made = asked(data_dir, "export_coop", slug=slug, passphrase=_passphrase(asks, from_file, twice=True))
    take(made, file, force)
    if as_json:
        return click.echo(json.dumps(made))
    keys = "its keys, sessions and passwords sealed in it" if made["sealed"] else "without keys, sessions and passwords"
    click.echo(f"{slug} is in {file}: {made['bytes']} bytes, {keys}.")


@command(coop, "import")
@FILE
@click.option("--url", required=True, help="Its address here: the one that it had, unless it moves for good.")
@click.option("--slug", default="", help="Its short name on this machine; the one that it had where not given.")
@passphrase
@click.option("--new-keys", is_flag=True, help="Leave sealed keys in FILE, and give it new ones.")
@AS_JSON
def bring(
    data_dir: Path | None, file: Path, asks: bool, from_file: Path | None, new_keys: bool, as_json: bool, **about: str
) -> None:
    """Serve the co-op that `rose coop export` put into FILE."""
    label, data = labels.read(file), Settings.read(data_dir=data_dir).data_dir
    asks |= label.is_sealed and not new_keys and sys.stdin.isatty()
    typed = "" if new_keys else _passphrase(asks, from_file, twice=False)
    waiting = moving.bring(file, data)
    try:
        about |= {"file": str(waiting.absolute()), "name": str(file)}
        made = asked(data_dir, "import_coop", passphrase=typed, new_keys=new_keys, **about)
    finally:
        waiting.unlink(missing_ok=True)
    if as_json:
        return click.echo(json.dumps(made))
    click.echo(f"{made['slug']} lives at {made['url']}, as it was at {label.made}.")
    for sentence in _changes(made):
        click.echo(sentence)


@command(coop, "restore")
@click.argument("slug")
@click.option("--at", metavar="TIME", default="", help="As it was then, like 2026-11-24T12:00:00Z; else the newest.")
@click.option("--to", "file", type=FILE_PATH, help="Into FILE, beside the co-op, which goes on as it is.")
@click.option("--force", is_flag=True, help="Write over FILE where it is there.")
@AS_JSON
def restore(data_dir: Path | None, slug: str, at: str, file: Path | None, force: bool, as_json: bool) -> None:
    """Bring the co-op SLUG back from its copies; the file as it was is kept."""
    if file and file.exists() and not force:
        raise moving.there_already(file)
    made = asked(data_dir, "restore_beside" if file else "restore_coop", slug=slug, at=at)
    if file:
        take(made, file, force)
    if as_json:
        return click.echo(json.dumps(made))
    when = f"as it was at {made['at']}" if made["at"] else "as it was copied last"
    click.echo(f"{slug}, {when}, is in {file}." if file else f"{slug} is {when}.")
    if made.get("kept"):
        click.echo(f"Its file before that is kept: {made['kept']}. Remove it when all is well.")


@command(coop, "remove")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--replica", is_flag=True, help="Erase its copies as well.")
@passphrase
@AS_JSON
def remove(
    data_dir: Path | None, slug: str, yes: bool, replica: bool, asks: bool, from_file: Path | None, as_json: bool
) -> None:
    """Remove the co-op SLUG; one last export of it is kept, with its keys where a passphrase is given."""
    if not yes:
        _ask_for(slug)
    typed = _passphrase(asks, from_file, twice=True)
    made = asked(data_dir, "remove_coop", slug=slug, passphrase=typed, replica=replica)
    if as_json:
        return click.echo(json.dumps(made))
    click.echo(f"{slug} is removed; its last export is {made['kept']}." if made["kept"] else f"{slug} is removed.")
    if made["erased"]:
        click.echo(f"Its copies in {made['erased']} are erased.")


def take(made: dict[str, Any], file: Path, force: bool) -> None:
    """What waits in the folder `moving` goes to where it was asked for. Raises Trouble."""
    waiting, made["file"] = Path(made["file"]), str(file)
    try:
        moving.hand_over(waiting, file, force=force)
    finally:
        waiting.unlink(missing_ok=True)


def _passphrase(asks: bool, file: Path | None, *, twice: bool) -> str:
    """Empty where none is wanted. Raises Trouble."""
    if file:
        return file.read_text().rstrip("\r\n")
    if found := os.environ.get(VARIABLE):
        return found
    if not asks:
        return ""
    if not sys.stdin.isatty():
        raise Trouble(f"There is no terminal to ask at: set {VARIABLE}, or name a --passphrase-file.")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True))


def _changes(made: dict[str, Any]) -> list[str]:
    """What whoever imported it should know."""
    told = []
    if made["new_keys"]:
        told.append("Its keys are new: everybody signs in again by mail, and other servers see a new key.")
    if made["url"] != made["was_at"]:
        told.append(f"It was at {made['was_at']}: links and ids from there lead nowhere until that address leads here.")
    return told


def _ask_for(slug: str) -> None:
    """Raises Trouble."""
    try:
        typed = click.prompt(f"Type {slug} to remove it", err=True)
    except click.Abort:
        typed = ""
    if typed != slug:
        raise Trouble("Nothing is removed: that was not its slug.")
