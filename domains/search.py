"""What can be found: one index (FTS5), which the file itself keeps, whatever tool writes.

Each room says by `Table.found` what of its rows is in it. What members alone may read has a column of its own, which
nobody else's question looks into.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

LONGEST, WORDS, MOST = 400, 10, 30
"""Characters of a question, words that are looked at, and what is found at most."""
COLUMNS = ("title", "note", "about", "words", "inner")
CREATE = (
    f"CREATE VIRTUAL TABLE search USING fts5({', '.join(COLUMNS)}, kind UNINDEXED, path UNINDEXED, "
    "prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
)
TABLES = frozenset(("search", *(f"search_{part}" for part in ("config", "content", "data", "docsize", "idx"))))
"""It, and those in which FTS5 keeps it."""
ROOMS = 8
"""Numbers that rooms can have."""
BEGIN, END = "\x02", "\x03"
"""Around what fits, in what is told of it; no text that was typed has them."""
_EVERYBODYS = f"{{{' '.join(COLUMNS[:-1])}}}"
_MARKED = f"char({ord(BEGIN)}), char({ord(END)})"
_SNIPPET = f"snippet(search, {{column}}, {_MARKED}, '…', 24)"
_ASKED = """
SELECT kind, path, highlight(search, 0, {marked}) AS title, highlight(search, 1, {marked}) AS note, {snippet} AS words,
  inner != '' AS is_inner
FROM search WHERE search MATCH :asked AND rank MATCH 'bm25(12, 4, 6, 1, 1)' ORDER BY rank LIMIT :most
"""
"""Ordered by what FTS5 calls the rank, or every row that fits would be marked before all but the best are left out."""
_STRANGERS = text(_ASKED.format(marked=_MARKED, snippet=_SNIPPET.format(column=3)))
_MEMBERS = text(
    _ASKED.format(
        marked=_MARKED,
        snippet=f"iif(words = '', {_SNIPPET.format(column=4)}, {_SNIPPET.format(column=3)})",
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """What of a row is in the index: SQL about the row `new`."""

    room: int
    """Of which no other table has the number."""
    kind: str
    path: str
    """Where it is read."""
    title: str
    note: str
    about: str
    """Found, and not told: whom it is by, what it is tagged."""
    words: str
    inner: str = "''"
    """For members."""
    when: str = "1"


class Piece(NamedTuple):
    text: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    path: str
    title: Sequence[Piece]
    note: Sequence[Piece]
    words: Sequence[Piece]
    """Those around what fits; none where nothing of them does."""
    is_inner: bool
    """Whether its words are for members."""


async def find(db: AsyncSession, typed: str, *, is_member: bool) -> Sequence[Hit]:
    """What has every word, or words that begin so, the best first. Whatever is typed, it never raises."""
    readable = re.sub(r"[\x00\"]", " ", typed[:LONGEST]).encode("utf-8", "replace").decode()
    words = [word for word in readable.split() if any(letter.isalnum() for letter in word)][:WORDS]
    if not words:
        return ()
    asked = " ".join(f'"{word}"*' for word in words)
    statement = _MEMBERS if is_member else _STRANGERS
    about = {"asked": asked if is_member else f"{_EVERYBODYS} : ({asked})", "most": MOST}
    found = (await db.execute(statement.execution_options(long=True), about)).all()
    return [
        Hit(one.kind, one.path, _pieces(one.title), _pieces(one.note), _around(one.words), bool(one.is_inner))
        for one in found
    ]


def made_anew(rooms: Mapping[str, Found]) -> Iterator[str]:
    """The statements that make it of what is in the tables."""
    yield "DROP TABLE IF EXISTS search"
    yield CREATE
    for table, found in rooms.items():
        yield _insert(found, f"FROM {table} AS new ")


def triggers(rooms: Mapping[str, Found]) -> dict[str, str]:
    """Name -> SQL, of all that keep it."""
    made = {}
    for table, found in rooms.items():
        old, new = _key(found, "old"), _key(found, "new")
        deeds = {
            "insert": f"DELETE FROM search WHERE rowid = {new}; {_insert(found)}",
            "update": f"DELETE FROM search WHERE rowid IN ({old}, {new}); {_insert(found)}",
            "delete": f"DELETE FROM search WHERE rowid = {old}",
        }
        for change, deed in deeds.items():
            name = f"{table}_found_{change}"
            made[name] = f"CREATE TRIGGER {name} AFTER {change.upper()} ON {table} BEGIN {deed}; END"
    return made


def _insert(found: Found, of: str = "") -> str:
    values = ", ".join((_key(found, "new"), *(getattr(found, name) for name in (*COLUMNS, "kind", "path"))))
    return f"INSERT INTO search (rowid, {', '.join(COLUMNS)}, kind, path) SELECT {values} {of}WHERE {found.when}"


def _key(found: Found, row: str) -> str:
    return f"{row}.id * {ROOMS} + {found.room}"


def _around(marked: str) -> Sequence[Piece]:
    return _pieces(marked) if BEGIN in marked else ()


def _pieces(marked: str) -> list[Piece]:
    parts = re.split(f"[{BEGIN}{END}]", marked)
    return [Piece(part, at % 2 == 1) for at, part in enumerate(parts) if part]
