"""Files that never change under their address: the address holds a hash of them all."""

import mimetypes
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from domains.errors import NotFound

from .coding import Piece, is_known, joined, tag, takes_gzip

FOLDER = Path(__file__).parent.parent / "static"
AGAIN = {"cache-control": "no-cache"}
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
TYPES = {
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".js": "text/javascript",
    ".css": "text/css",
}
SMALL_ALREADY = (".woff2",)


@cache
def files() -> dict[str, bytes]:
    """Path below `static` -> what it holds."""
    return {
        file.relative_to(FOLDER).as_posix(): file.read_bytes() for file in sorted(FOLDER.rglob("*")) if file.is_file()
    }


@cache
def version() -> str:
    together = sha256()
    for name, data in files().items():
        together.update(name.encode() + b"\0" + sha256(data).digest())
    return together.hexdigest()[:12]


def address(name: str) -> str:
    """Raises KeyError for a file that is not there."""
    files()[name]
    return f"/static/{version()}/{name}"


@cache
def encoded(name: str, gzip: bool) -> tuple[bytes, dict[str, str]]:
    """What it holds, compressed once for everybody, and what is said of that. Raises KeyError."""
    piece = Piece(files()[name])
    etag = tag([piece]).decode()
    if name.endswith(SMALL_ALREADY):
        return piece.plain, {"etag": f'"{etag}"'}
    said = {"etag": f'"{etag}-gzip"', "content-encoding": "gzip"} if gzip else {"etag": f'"{etag}"'}
    return joined([piece], gzip), said | {"vary": "Accept-Encoding"}


@get("/static/{hash:str}/{name:path}")
async def static(request: Request[Any, Any, Any], hash: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """An old address answers with what is there now, and asks to be asked again."""
    name = name.lstrip("/")
    if name not in files():
        raise NotFound(name)
    accepted, known = (
        request.headers.get(header, "").encode("latin1") for header in ("accept-encoding", "if-none-match")
    )
    body, said = encoded(name, takes_gzip(accepted))
    headers = said | (FOREVER if hash == version() else AGAIN)
    if is_known(said["etag"].encode(), known):
        headers.pop("content-encoding", None)
        return Response(None, status_code=304, headers=headers)
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(body, media_type=kind, headers=headers)
