"""An export of Ghost 2 and newer: its posts and pages, where its addresses lead, and what its navigation says."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domains.errors import Invalid, say
from domains.values import in_address

from .addresses import at_home
from .archive import NO_EXPORT, Archive, Document, read_json
from .menu import SETTINGS
from .posts import MOST_NAME, MOST_TAG, Arrived, arrived
from .redirects import read_redirects
from .unlike import of_export
from .words import line

FIRST_VERSION = 2
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    archive: Archive
    posts: Sequence[Arrived]
    addresses: Mapping[str, str]
    """Old path -> where it leads: of tags and authors whose names make other addresses here, and of redirects."""
    menus: Mapping[str, Sequence[tuple[str, str]]]
    refused: Sequence[str]
    """Sentences, of what is in it and cannot be taken."""


def read_export(file: Path, site: str = "") -> Export:
    """`site` is its old address. The archive of the answer is open. Takes seconds, on a thread. Raises Invalid."""
    archive = Archive(file)
    try:
        data, others = _data(archive)
        settings = {str(row.get("key")): row.get("value") for row in _rows(data, "settings")}
        rows = _whole(data)
        refused = list(of_export(rows, len(_rows(data, "members")), settings))
        posts = list(_posts(data, rows, site, refused))
        redirects: dict[str, str] = {}
        for name, read in others:
            redirects |= read_redirects(name, read(), site, refused)
        menus = {menu: _menu(settings.get(name), site) for menu, name in SETTINGS.items()}
        return Export(archive, posts, _lists(data) | redirects, menus, refused)
    except BaseException:
        archive.close()
        raise


def _data(archive: Archive) -> tuple[Row, list[Document]]:
    """The export, and the redirects beside it. Raises Invalid."""
    found, others, wrong = None, [], Invalid(file=NO_EXPORT)
    for name, read in archive.documents():
        if name.startswith("redirects"):
            others.append((name, read))
            continue
        try:
            found = found or _one(read_json(read()))
        except Invalid as refused:
            wrong = refused if refused.fields["file"] != NO_EXPORT else wrong
    if not found:
        raise wrong
    return found, others


def _one(said: Any) -> Row | None:
    """Raises Invalid for one of a Ghost that is too old, or of something else."""
    whole = said.get("db") if isinstance(said, dict) else None
    said = whole[0] if isinstance(whole, list) and whole else said
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("posts"), list):
        raise Invalid(file=NO_EXPORT)
    meta = said.get("meta")
    version = str(meta.get("version", "")) if isinstance(meta, dict) else ""
    major = version.partition(".")[0]
    if not major.isdecimal() or int(major) < FIRST_VERSION:
        sentence = say(
            "This is an export of Ghost {version}. Bring that Ghost up to date, export it again, then bring that."
        )
        raise Invalid(file=sentence.format(version=line(version, 20) or "0"))
    return data


def _posts(data: Row, rows: Sequence[Row], site: str, refused: list[str]) -> Iterator[Arrived]:
    tags, users = _by_id(data, "tags"), _by_id(data, "users")
    tagged, written = _of_post(data, "posts_tags", "tag_id", tags), _of_post(data, "posts_authors", "author_id", users)
    seen: set[str] = set()
    for row in rows:
        id = row.get("id") if _is_plain(row.get("id")) else None
        kind = "page" if row.get("type") == "page" or row.get("page") in (1, True) else "post"
        own = [users[row["author_id"]]] if _is_plain(row.get("author_id")) and row.get("author_id") in users else []
        try:
            came = arrived(row, tagged[id], written[id] or own, (site,), kind)
        except ValueError:
            refused.append(say("A post without an id: {title}.").format(title=line(row.get("title"), 80)))
            continue
        if came.id in seen:
            refused.append(say("Two have the same id, and one is left out: {title}.").format(title=came.title))
            continue
        seen.add(came.id)
        yield came


def _whole(data: Row) -> list[Row]:
    """Posts and pages, each with what is said about it elsewhere."""
    about = {row.get("post_id"): row for row in _rows(data, "posts_meta") if _is_plain(row.get("post_id"))}
    rows = [row for row in data["posts"] if isinstance(row, dict)]
    return [{**(about.get(row.get("id"), {}) if _is_plain(row.get("id")) else {}), **row} for row in rows]


def _rows(data: Row, table: str) -> list[Row]:
    rows = data.get(table)
    return [row for row in rows if isinstance(row, dict) and _is_plain(row.get("id"))] if isinstance(rows, list) else []


def _is_plain(id: Any) -> bool:
    return id is None or isinstance(id, (str, int))


def _by_id(data: Row, table: str) -> dict[Any, Row]:
    return {row.get("id"): row for row in _rows(data, table)}


def _of_post(data: Row, table: str, name: str, others: Mapping[Any, Row]) -> defaultdict[Any, list[Row]]:
    """Post -> what it has of the others, in its order."""
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in sorted(_rows(data, table), key=lambda row: _number(row.get("sort_order"))):
        if _is_plain(row.get("post_id")) and _is_plain(row.get(name)) and row.get(name) in others:
            found[row.get("post_id")].append(others[row.get(name)])
    return found


def _number(said: Any) -> int:
    return said if isinstance(said, int) else 0


def _lists(data: Row) -> dict[str, str]:
    """Where the pages of tags and authors are now that have another name in their address here."""
    found = {}
    for kind, table, most in (("tag", "tags", MOST_TAG), ("author", "users", MOST_NAME)):
        for row in _rows(data, table):
            name, slug = line(row.get("name"), most), line(row.get("slug"), 200)
            here = in_address(name.lower() if kind == "tag" else name)
            if name and slug and here != slug and not name.startswith("#"):
                found[f"/{kind}/{slug}"] = f"/blog/{kind}/{here}"
    return found


def _menu(said: Any, site: str) -> list[tuple[str, str]]:
    try:
        items = json.loads(said) if isinstance(said, str) else said
        pairs = [(line(item["label"], 40), at_home(line(item["url"], 2000), site)) for item in items]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    return [(label, target.rstrip("/") or "/") for label, target in pairs if label]
