"""`rose flow`: the runs of a co-op, as an operator looks at them and steers them."""

import json
from pathlib import Path
from typing import Any

import click

from .shell import AS_JSON, asked, command

STATES = ("moving", "waiting", "stuck", "done", "cancelled")
STATUSES = ("ready", "running", "cancelling", "suspended", "dead", "held")
COLUMNS = ("id", "flow", "title", "status", "node", "began", "error")
SLUG, ID = click.argument("slug"), click.argument("id", type=click.IntRange(1, 2**63 - 1))
VALUE = click.argument("value")


@click.group()
def flow() -> None:
    """Flows: which runs there are, how one stands, and what becomes of it."""


@command(flow, "list")
@SLUG
@click.option("--state", type=click.Choice(STATES + STATUSES), help="Only those that stand so.")
@click.option("--search", metavar="WORDS", default="", help="Only those with all of these words in them.")
@AS_JSON
def list_runs(data_dir: Path | None, as_json: bool, state: str | None, **about: str) -> None:
    """The newest fifty runs of the co-op SLUG."""
    found = asked(data_dir, "list_runs", state=state or "", **about)
    if as_json:
        return click.echo(json.dumps(found))
    if not found:
        click.echo("No runs.", err=True)
    for run in found:
        click.echo("\t".join(str(run[column] or "") for column in COLUMNS))


@command(flow, "show")
@SLUG
@ID
@AS_JSON
def show(data_dir: Path | None, as_json: bool, **about: Any) -> None:
    """One run: every step, and what came of it; without secrets."""
    run = asked(data_dir, "show_run", **about)
    if as_json:
        return click.echo(json.dumps(run))
    click.echo(f"{run['flow']}, run {run['id']}: {run['status']} at {run['node']}\nbegan {run['began']}")
    for name in ("title", "ended", "due", "error"):
        if run[name]:
            click.echo(f"{name} {run[name]}")
    click.echo(f"was given {json.dumps(run['input'], ensure_ascii=False)}")
    for node in run["nodes"]:
        said = json.dumps(node["output"], ensure_ascii=False) if "output" in node else ""
        click.echo(f"  {node['name']}\t{node['kind']}\t{node['state']}\t{node['attempts']}\t{node['at'] or ''}\t{said}")


@command(flow, "retry")
@SLUG
@ID
def retry(data_dir: Path | None, **about: Any) -> None:
    """Try a run again that has failed or is held, from where it stopped."""
    click.echo(asked(data_dir, "retry_run", **about))


@command(flow, "skip")
@SLUG
@ID
@VALUE
def skip(data_dir: Path | None, **about: Any) -> None:
    """Let a run go on that has failed or is held, with VALUE, a JSON, in place of what its step would have said."""
    click.echo(asked(data_dir, "skip_node", **about))


@command(flow, "cancel")
@SLUG
@ID
def cancel(data_dir: Path | None, **about: Any) -> None:
    """End a run; nothing more of it is done."""
    click.echo(asked(data_dir, "cancel_run", **about))


@command(flow, "resume")
@SLUG
@ID
@VALUE
@click.option("--tag", default="", help="What it asks; else what it waits for now.")
def resume(data_dir: Path | None, **about: Any) -> None:
    """Answer a run that waits, with VALUE, a JSON."""
    click.echo(asked(data_dir, "resume_run", **about))
