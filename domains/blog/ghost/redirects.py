"""The redirects that lie beside an export: each from one path to one place, and none in a circle."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domains import site as sites
from domains.base import is_one_of, table_of
from domains.errors import Invalid, say

from ..models import OldAddress
from .addresses import at_home, relative
from .archive import read_json
from .words import line

TOLD = 20
"""Redirects that are told by their paths; of the others how many there are."""
_FROM = re.compile(r"\^?(/[\w./%~@-]*?)(?:/\??)?\$?")
_TO = re.compile(r"(/(?!/)|https?://)[^\s\\$]*")
_YAML = re.compile(r"^\s+[\"']?([^\s\"']+)[\"']?:\s+[\"']?([^\s\"']+)[\"']?\s*$", re.M)
_addresses = table_of(OldAddress)
_COUNT = select(func.count()).select_from(_addresses)


def read_redirects(name: str, document: bytes, site: str, refused: list[str]) -> Mapping[str, str]:
    """Old path -> where it leads; what stands for many paths is refused."""
    try:
        rows = read_json(document) if name.endswith(".json") else _yaml(document)
        pairs = [(str(row["from"]), str(row["to"])) for row in rows]
    except (Invalid, ValueError, LookupError, TypeError):
        refused.append(say("The redirects in {name} cannot be read.").format(name=line(name, 80)))
        return {}
    led, many = {}, []
    for old, new in pairs:
        to, found = at_home(line(new, 2000), site), _FROM.fullmatch(old)
        if found and found[1] and found[1] != "/" and _TO.fullmatch(to):
            led[found[1].rstrip("/")] = to
        else:
            many.append(old)
    refused += _told(say("The redirect from {path} stands for more than one address."), many)
    return led


async def leading(db: AsyncSession, addresses: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Those that lead somewhere, by paths where they lead here; and sentences, of those that lead in a circle."""
    ours, columns = (await sites.site(db)).url, _addresses.c
    led = {path: relative(to, ours) for path, to in addresses.items()}
    asked = select(columns.path, columns.target).where(is_one_of(columns.path, map(_place, led.values())))
    lost = _circular(led | {path: to for path, to in await db.execute(asked)})
    told = _told(say("The redirect from {path} leads in a circle, so it is left out."), lost & led.keys())
    return [(path, to) for path, to in led.items() if path not in lost], list(told)


async def lead_on(db: AsyncSession, led: Sequence[tuple[str, str]]) -> int:
    """How many are new. One that is known stays."""
    before = await db.scalar(_COUNT) or 0
    rows = [{"path": path, "target": target} for path, target in led]
    await db.execute(insert(_addresses).on_conflict_do_nothing(), rows)
    return (await db.scalar(_COUNT) or 0) - before


def _yaml(document: bytes) -> list[dict[str, str]]:
    return [{"from": old, "to": new} for old, new in _YAML.findall(document.decode("utf-8-sig"))]


def _circular(led: Mapping[str, str]) -> set[str]:
    """Those from which nobody ever arrives."""
    ends: dict[str, bool] = {}
    for path in led:
        way: dict[str, None] = {}
        while path in led and path not in way and path not in ends:
            way[path] = None
            path = _place(led[path])
        ends |= dict.fromkeys(way, path in way or ends.get(path, False))
    return {path for path, is_lost in ends.items() if is_lost}


def _place(target: str) -> str:
    """The path that is asked for there; empty for another site's."""
    return urlsplit(target).path.rstrip("/") if target.startswith("/") else ""


def _told(sentence: str, paths: Collection[str]) -> Iterator[str]:
    yield from (sentence.format(path=line(path, 200)) for path in sorted(paths)[:TOLD])
    if len(paths) > TOLD:
        yield say("{many} more redirects are left out for the same reason.").format(many=len(paths) - TOLD)
