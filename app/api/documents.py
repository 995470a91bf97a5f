"""An answer to machines: JSON that is the same for everyone who asks."""

import json
from collections.abc import Mapping
from typing import Any

from litestar import Response

from app.accept import ACTIVITY

ANYWHERE = {"access-control-allow-origin": "*"}
"""Scripts of other sites may read it (RFC 7033, section 5)."""


def document(
    content: Mapping[str, Any], media_type: str = ACTIVITY, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    caching = {"cache-control": "public, no-cache", "vary": "Accept"}
    return Response(_json(content), media_type=media_type, headers=caching | dict(headers or {}))


def refusal(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """As `app/errors.py` answers machines; for what is asked by machines alone."""
    caching = {"cache-control": "no-store"}
    content = _json({"error": sentence})
    return Response(content, status_code=status, media_type="application/json", headers=caching | dict(headers or {}))


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
