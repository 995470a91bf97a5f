"""`rose ghost`: how a blog comes over from Ghost."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from . import moving
from .coops import FILE, take
from .settings import Settings
from .shell import AS_JSON, asked, command


@click.group()
def ghost() -> None:
    """Ghost: take the blog of one over, and go to one."""


@command(ghost, "import")
@FILE
@click.option("--coop", "slug", required=True, metavar="SLUG", help="The co-op that takes it over.")
@click.option("--from", "site", default="", metavar="URL", help="Its address until now; links to it lead here then.")
@AS_JSON
def bring(data_dir: Path | None, file: Path, slug: str, site: str, as_json: bool) -> None:
    """Take over what Ghost has exported into FILE, a JSON or a zip of it and content/images; again is harmless."""
    waiting = moving.bring(file, Settings.read(data_dir=data_dir).data_dir)
    try:
        made = asked(data_dir, "import_ghost", slug=slug, file=str(waiting.absolute()), site=site)
    finally:
        waiting.unlink(missing_ok=True)
    if as_json:
        return click.echo(json.dumps(made))
    for sentence in _told(made):
        click.echo(sentence)


@command(ghost, "export")
@click.argument("slug")
@FILE
@click.option("--force", is_flag=True, help="Write over FILE where it is there.")
@AS_JSON
def export(data_dir: Path | None, slug: str, file: Path, force: bool, as_json: bool) -> None:
    """Write all posts and pages of the co-op SLUG into FILE, as a Ghost imports them; their pictures stay here."""
    if file.exists() and not force:
        raise moving.there_already(file)
    made = asked(data_dir, "export_ghost", slug=slug)
    take(made, file, force)
    click.echo(json.dumps(made) if as_json else f"{made['posts']} posts and pages of {slug} are in {file}.")


def _told(made: dict[str, Any]) -> list[str]:
    counts = Counter(post["how"] for post in made["posts"])
    how = ", ".join(f"{many} {name}" for name, many in sorted(counts.items())) or "no posts"
    told = [f"{how}; {made['pictures']} new pictures, {made['addresses']} old addresses."]
    told += [f"{post['how']}: {post['title']}: {note}" for post in made["posts"] for note in post["notes"]]
    return [*told, *made["refused"]]
