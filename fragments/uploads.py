"""A form that brings files."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from .forms import Form

AROUND = 2**20
"""Bytes of a form beside its file; what is a little too large is still told so beside its field."""


class File(NamedTuple):
    name: str
    data: bytes


async def brought(request: Request[Any, Any, Any]) -> tuple[Form, Sequence[File]]:
    """What was typed, and the files of its field `file`. Whoever asks has no transaction open."""
    try:
        sent = await request.form()
    except (LookupError, UnicodeError):  # in a script that nobody knows
        raise HTTPException(status_code=400) from None
    try:
        named = [file for file in sent.getall("file", []) if isinstance(file, UploadFile)]
        files = [File(file.filename, await file.read()) for file in named]
    finally:
        await sent.close()
    return Form({name: value for name, value in sent.items() if isinstance(value, str)}), files
