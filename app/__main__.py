"""`rose`, the command line: one command a function; errors are one sentence, exit codes are for scripts."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from .control import importing
from .coops import coop
from .flow import flow
from .ghost import ghost
from .litestream import litestream
from .settings import Settings
from .shell import AS_JSON, asked, command, watched
from .trouble import Trouble

COLOURS = {"good": "green", "warn": "yellow", "bad": "red"}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rose-ash")
def main() -> None:
    """Rose Ash: a co-op in a box. One server, one SQLite file for each co-op."""


main.add_command(coop)
main.add_command(flow)
main.add_command(ghost)
main.add_command(litestream)


@command(main, "serve")
@click.option("--host", help="Else ROSE_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Else ROSE_PORT, else 8000.")
@click.option(
    "--replica",
    metavar="URL",
    help="file:///…, s3://… or none; else ROSE_REPLICA, else the folder replica in the data folder.",
)
@click.option(
    "--sample", is_flag=True, help="Make a sample co-op first where there is none; print a steward's sign-in link."
)
def serve(data_dir: Path | None, host: str | None, port: int | None, replica: str | None, sample: bool) -> None:
    """Serve every co-op of the data folder, with its worker, and Litestream beside it."""
    with importing():
        from .serve import serve as run

    run(Settings.read(data_dir=data_dir, host=host, port=port, replica=replica), sample=sample)


@command(coop, "create")
@click.argument("name")
@click.option("--url", required=True, help="Its address, like https://oakhill.example; it never changes.")
@click.option("--steward", required=True, metavar="EMAIL", help="Its first steward.")
@click.option("--slug", default="", help="Its short name on this machine; made from its name where not given.")
@click.option("--hue", help="Its second ink, from 0 to 360; else 12.")
@click.option("--timezone", metavar="ZONE", help="Like Europe/London, which it is else.")
@click.option("--currency", metavar="CODE", help="Like GBP, which it is else.")
@click.option("--language", metavar="TAG", help="Like en-GB, which it is else.")
@click.option("--sample", is_flag=True, help="With sample content in every room.")
@AS_JSON
def create(data_dir: Path | None, as_json: bool, **about: Any) -> None:
    """Make a co-op, and print its first steward's sign-in link."""
    made = asked(data_dir, "create_coop", **{name: said for name, said in about.items() if said is not None})
    if as_json:
        return click.echo(json.dumps(made))
    click.echo(f"{made['slug']} lives at {made['url']}.\nSign in within half an hour: {made['sign_in_url']}")


@command(coop, "list")
@AS_JSON
def list_coops(data_dir: Path | None, as_json: bool) -> None:
    """Every co-op of the data folder."""
    found = asked(data_dir, "list_coops")
    if as_json:
        return click.echo(json.dumps(found))
    if not found:
        click.echo("There is no co-op here yet; make one with `rose coop create`.", err=True)
    for entry in found:
        click.echo(f"{entry['slug']}\t{entry['url']}\t{entry['id']}")


@command(coop, "sign-in")
@click.argument("slug")
@click.argument("address", metavar="EMAIL")
def sign_in(data_dir: Path | None, slug: str, address: str) -> None:
    """Print a link that signs EMAIL in to the co-op SLUG, once, within half an hour."""
    click.echo(asked(data_dir, "sign_in_link", slug=slug, address=address))


@command(main, "restore")
@click.option("--from", "source", metavar="URL", default="", help="Where its copies are; else ROSE_REPLICA.")
@click.option("--all", "everything", is_flag=True, help="Every co-op now; else each when somebody asks for it.")
@click.option("--at", metavar="TIME", default="", help="The registry as it was then; else the newest.")
@AS_JSON
def restore(data_dir: Path | None, source: str, everything: bool, at: str, as_json: bool) -> None:
    """Make an empty machine again what its copies say; set the ROSE_SECRET_KEY that it had first."""
    from .rebuilding import rebuild

    settings = Settings.read(data_dir=data_dir)
    made = watched(settings, lambda say: rebuild(settings, say, source=source, everything=everything, at=at))
    if as_json:
        click.echo(json.dumps(made))
    else:
        rest = f"; the other {made['asleep']} come when somebody asks for them" if made["asleep"] else ""
        click.echo(f"{made['here']} of {made['coops']} co-ops are here{rest}. `rose serve` serves them all.")
        for slug, fault in made["faults"].items():
            click.echo(f"{slug} could not be brought back: {fault}", err=True)
    if made["faults"]:
        sys.exit(1)


@command(main, "migrate")
def migrate(data_dir: Path | None) -> None:
    """Bring every co-op's file to this version."""
    counts = asked(data_dir, "migrate")
    click.echo(f"{counts['upgraded']} upgraded, {counts['current']} current, {counts['newer']} from a newer version.")
    if counts["asleep"]:
        click.echo(f"{counts['asleep']} asleep in their copies; each is brought up when it wakes.")
    if counts["newer"]:
        raise Trouble("Some files were written by a newer Rose Ash; run that one.")


@command(main, "drill")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@AS_JSON
def drill(data_dir: Path | None, slugs: tuple[str, ...], as_json: bool) -> None:
    """Restore every co-op, or each SLUG, beside it from its copies, and see whether all of it is there; exit code 1
    when something is wrong."""
    found = asked(data_dir, "drill_coops", slugs=list(slugs))
    if as_json:
        click.echo(json.dumps(found))
    told = [("registry", found["registry"]), *((one["slug"], one) for one in found["coops"])]
    for name, one in [] if as_json else told:
        state = "bad" if one["wrong"] else "good"
        says = one["wrong"] or f"as of {one['at']}, {one['bytes']} bytes in {one['seconds']} s"
        click.secho(f"{state:<5}{name}: {says}", fg=COLOURS[state])
    if any(one["wrong"] for _, one in told):
        sys.exit(1)


@command(main, "settings")
@AS_JSON
def settings(data_dir: Path | None, as_json: bool) -> None:
    """Every setting as it stands, with secrets masked."""
    shown = Settings.read(data_dir=data_dir).shown()
    if as_json:
        return click.echo(json.dumps({name: value for name, (value, _) in shown.items()}))
    for name, (value, meaning) in shown.items():
        click.echo(f"{name}={value}\n    {meaning}")


@command(main, "check")
@AS_JSON
def check(data_dir: Path | None, as_json: bool) -> None:
    """What is wrong with this machine, and how to mend it; exit code 1 when something is."""
    from .check import checks

    found = checks(data_dir)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found]))
    for finding in [] if as_json else found:
        click.secho(f"{finding.state:<5}{finding.what}: {finding.says}", fg=COLOURS[finding.state])
        if finding.mend:
            click.echo(f"     {finding.mend}")
    if any(finding.state == "bad" for finding in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
