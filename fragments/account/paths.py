"""Where somebody goes after signing in: nowhere but to this site."""

import re
from typing import Any
from urllib.parse import quote

from litestar import Response

from fragments.view import View

LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f\x7f]{0,1000}")
"""Browsers read `\\` as `/`, and leave out tabs and line breaks."""


def local(path: str) -> str:
    """The path, fit for a header; empty for whatever could lead to another site."""
    return quote(path, safe="/%?#&=+:;,@!$'()*~[]") if LOCAL.fullmatch(path) else ""


def unkept(view: View, response: Response[Any]) -> Response[Any]:
    """Neither a browser nor the doorkeeper keeps it."""
    scope: Any = view.request.scope
    scope.pop("caching", None)
    response.headers["cache-control"] = "no-store"
    return response
