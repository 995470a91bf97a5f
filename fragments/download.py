"""A file to keep: made when it is sent, after what it is because of was kept, and nowhere afterwards."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO

from litestar import Response
from litestar.types import Receive, Scope, Send

PART = 2**18  # bytes


class Download(Response[None]):
    """`make` opens it, once it has no name any more; `name` is what browsers call it, in ASCII."""

    def __init__(self, make: Callable[[], Awaitable[BinaryIO]], name: str, media_type: str) -> None:
        super().__init__(None)
        self._make = make
        self._about = [
            (b"content-type", media_type.encode()),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
            (b"cache-control", b"no-store"),
        ]

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            with await self._make() as file:
                length = (b"content-length", b"%d" % os.fstat(file.fileno()).st_size)
                await send({"type": "http.response.start", "status": 200, "headers": [*self._about, length]})
                while part := await asyncio.to_thread(file.read, PART):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        return answer
