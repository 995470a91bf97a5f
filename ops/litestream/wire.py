"""HTTP over Litestream's socket, as much of it as we need: a client library would cost every start 100 ms and 6 MB."""

import asyncio
import json
from pathlib import Path
from typing import Any


async def exchange(socket: Path, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
    """The status and content of its answer. Raises OSError, and ValueError for what is no answer.

    A connection a question: a kept one would be to a Litestream that may have died meanwhile. HTTP/1.0, so that the
    answer ends with the connection.
    """
    content = b"" if body is None else json.dumps(body).encode()
    asked = f"{method} {path} HTTP/1.0\r\nHost: litestream\r\nContent-Length: {len(content)}\r\n\r\n"
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(asked.encode() + content)
        head, _, said = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    _, status, *_ = head.split(b" ", 2)
    return int(status), said
