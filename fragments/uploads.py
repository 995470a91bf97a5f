"""A form that brings a file."""

from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from .forms import Form

AROUND = 2**20
"""Bytes of a form beside its file; what is a little too large is still told so beside its field."""


async def brought(request: Request[Any, Any, Any]) -> tuple[Form, bytes]:
    """What was typed, and the file; empty where there is none. Whoever asks has no transaction open."""
    try:
        sent = await request.form()
    except (LookupError, UnicodeError):  # in a script that nobody knows
        raise HTTPException(status_code=400) from None
    try:
        file = sent.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
    finally:
        await sent.close()
    return Form({name: value for name, value in sent.items() if isinstance(value, str)}), data
