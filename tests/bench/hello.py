"""The least that can be served, as we serve: `python -m tests.bench.hello raw|litestar PORT`."""

import sys

import uvloop
from litestar import Litestar, get

from app.serve import granian


async def raw(scope, receive, send):
    """Nothing but the protocol."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"hello"})


@get("/")
async def hello() -> str:
    return "hello"


APPS = {"raw": raw, "litestar": Litestar([hello], openapi_config=None, logging_config=None)}


async def serve(app, port):
    await granian(app, "127.0.0.1", port).serve()


if __name__ == "__main__":
    uvloop.run(serve(APPS[sys.argv[1]], int(sys.argv[2])))
