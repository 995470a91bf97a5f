"""Files that never change under their address: the address holds a hash of them all."""

import gzip
import mimetypes
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from domains.errors import NotFound

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
TYPES = {
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


@cache
def files() -> dict[str, bytes]:
    """Path below `static` -> what it holds."""
    return {
        file.relative_to(FOLDER).as_posix(): file.read_bytes() for file in sorted(FOLDER.rglob("*")) if file.is_file()
    }


@cache
def squeezed() -> dict[str, bytes]:
    """Those that are text: three quarters smaller."""
    return {
        name: gzip.compress(data, mtime=0) for name, data in files().items() if name.endswith((".css", ".js", ".svg"))
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


@get("/static/{hash:str}/{name:path}")
async def static(request: Request[Any, Any, Any], hash: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """An old address answers with what is there now, and asks to be asked again."""
    name = name.lstrip("/")
    if name not in files():
        raise NotFound(name)
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    caching = FOREVER if hash == version() else {"cache-control": "no-cache"}
    headers = caching | ({"vary": "accept-encoding"} if name in squeezed() else {})
    if name in squeezed() and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(squeezed()[name], media_type=kind, headers=headers | {"content-encoding": "gzip"})
    return Response(files()[name], media_type=kind, headers=headers)


@get("/theme/{file:str}")
async def theme(file: FromPath[str]) -> Response[str]:
    """A co-op's second ink: /theme/12.css."""
    hue = file.removesuffix(".css")
    if not re.fullmatch(r"\d{1,3}\.css", file, re.ASCII) or int(hue) > 360:
        raise NotFound(file)
    return Response(f":root {{ --hue: {int(hue)}; }}\n", media_type=TYPES[".css"], headers=FOREVER)
