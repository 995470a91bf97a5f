"""Pictures, as browsers fetch them: nothing under these addresses ever changes, for they are made of what is there."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains import blog
from domains.errors import NotFound

from .coding import is_known
from .static import FOREVER


@get("/media/{hash:str}/{name:str}")
async def media(
    request: Request[Any, Any, Any], reading: NamedDependency[AsyncSession], hash: FromPath[str], name: FromPath[str]
) -> Response[Any]:
    """Whatever the bytes are, they are said to be a picture, and nothing else."""
    if (address := blog.address(f"/media/{hash}/{name}")) is None:
        raise NotFound(name)
    data = await blog.file_at(reading, address)
    headers = FOREVER | {"etag": f'"{hash[:16]}-{address.width}"'}
    if is_known(headers["etag"].encode(), request.headers.get("if-none-match", "").encode("latin1")):
        return Response(None, status_code=304, headers=headers)
    return Response(data, media_type="image/webp", headers=headers)
