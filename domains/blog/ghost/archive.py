"""The file that somebody brings: one export, as JSON, or a zip of it and the pictures. Nothing is ever unpacked."""

import json
import re
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile
from zlib import error as BadPacking

from domains.errors import Invalid, say

from ..renditions import LARGEST

LARGEST_JSON, MOST_PARTS = 64 * 2**20, 4_000_000
"""Bytes of an export without its pictures, which is read as a whole, and words, lists and commas in it. That takes half
a gigabyte of memory at the very most, and seconds."""
MOST_FILES = 50_000
ZIP = b"PK\x03\x04"
IMAGES = "content/images/"
_PART = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{,]', re.S)
_TROUBLE = (BadZipFile, BadPacking, EOFError, NotImplementedError, RuntimeError, OSError)

Document = tuple[str, Callable[[], bytes]]
"""Its name, and its bytes once they are asked for; which raises Invalid."""


class Archive:
    """Open until it is closed. Whatever a zip says of its sizes, no more is read of a file than it may have."""

    def __init__(self, file: Path) -> None:
        """Raises Invalid."""
        self._file, self._zip = file, None
        if not is_zipfile(file):
            if _begins(file) == ZIP:
                raise _no(DAMAGED)
            return
        try:
            self._zip = ZipFile(file)
        except _TROUBLE:
            raise _no(DAMAGED) from None
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir() and "__MACOSX" not in entry.filename]
        if len(entries) > MOST_FILES:
            self._zip.close()
            raise _no(
                say("There are more than fifty thousand files in this zip. Bring the export and its pictures alone.")
            )
        self._entries = entries
        found = ((one, one.filename.find(IMAGES)) for one in entries)
        self._pictures = {f"/{one.filename[at:]}": one for one, at in found if at >= 0}

    def close(self) -> None:
        if self._zip:
            self._zip.close()

    def documents(self) -> list[Document]:
        """All that could be an export, the largest first."""
        if not self._zip:
            return [(self._file.name, self._whole)]
        found = [one for one in self._entries if one.filename.endswith((".json", ".yaml", ".yml"))]
        found = [one for one in found if f"/{IMAGES}" not in f"/{one.filename}"]
        found.sort(key=lambda one: one.file_size, reverse=True)
        return [(one.filename.rpartition("/")[2], partial(self._read, one, LARGEST_JSON)) for one in found]

    def picture(self, path: str) -> bytes:
        """Empty where there is none. Raises Invalid for one that cannot be read."""
        entry = self._pictures.get(path) if self._zip else None
        return self._read(entry, LARGEST) if entry else b""

    def _whole(self) -> bytes:
        if self._file.stat().st_size > LARGEST_JSON:
            raise _no(TOO_LARGE)
        return self._file.read_bytes()

    def _read(self, entry: ZipInfo, most: int) -> bytes:
        assert self._zip
        try:
            with self._zip.open(entry) as file:
                data = file.read(most + 1)
        except _TROUBLE:
            raise _no(DAMAGED) from None
        if len(data) > most:
            raise _no(TOO_LARGE)
        return data


DAMAGED = say(
    "Not all of this file came, or it is damaged or locked with a password. Export it again, then bring that."
)
TOO_LARGE = say("There is more in this file than can be read here at once.")
WORDPRESS = say("This is an export of WordPress. Only those of Ghost can be read here.")
NO_EXPORT = say("There is no export of Ghost in this file. In Ghost it is made under Settings, Import/Export.")
NOT_TEXT = say("This is no text in UTF-8. Bring the file just as Ghost has made it.")
CUT_OFF = say("This export breaks off in the middle. Export it again, then bring that.")


def read_json(data: bytes) -> Any:
    """Raises Invalid, of the field `file`."""
    if _is_crowded(data):
        raise _no(TOO_LARGE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no(NOT_TEXT) from None
    if text.lstrip().startswith("<"):
        raise _no(WORDPRESS if "wordpress" in text[:4000].lower() else NO_EXPORT)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise _no(CUT_OFF if text.lstrip().startswith(("{", "[")) else NO_EXPORT) from None
    except (RecursionError, ValueError):
        raise _no(NO_EXPORT) from None


def _is_crowded(data: bytes) -> bool:
    """Three bytes of it may be a hundred of memory."""
    return sum(1 for _ in islice(_PART.finditer(data), MOST_PARTS + 1)) > MOST_PARTS


def _begins(file: Path) -> bytes:
    with open(file, "rb") as there:
        return there.read(len(ZIP))


def _no(sentence: str) -> Invalid:
    return Invalid(file=sentence)
