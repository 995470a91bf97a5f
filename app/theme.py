"""How a co-op is printed, as browsers fetch it: nothing under these addresses ever changes."""

import mimetypes
import re
from collections.abc import Mapping

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains import look
from domains.errors import NotFound

from .static import FOREVER, TYPES

ADDRESS = re.compile(r"(\d{1,3})-([a-z]+)-([a-z]+)\.css", re.ASCII)
FONTS: Mapping[str, Mapping[str, str]] = {
    "besley": {},
    "source": {"--display": "var(--text)", "--tight": "0em"},
    "system": {
        "--display": 'Charter, "Bitstream Charter", "Iowan Old Style", Cambria, Georgia, "Noto Serif", serif',
        "--text": "system-ui, sans-serif",
        "--tight": ".5em",
    },
}
"""What differs from the style sheet."""
CORNERS = {"square": "0", "little": "3px", "round": "10px"}


@get("/theme/{file:str}")
async def theme(file: FromPath[str]) -> Response[str]:
    """/theme/12-besley-little.css: ink, letters, corners."""
    found = ADDRESS.fullmatch(file)
    if not found or int(found[1]) > 360 or found[2] not in FONTS or found[3] not in CORNERS:
        raise NotFound(file)
    said = {"--hue": str(int(found[1])), "--radius": CORNERS[found[3]], **FONTS[found[2]]}
    css = " ".join(f"{name}: {value};" for name, value in said.items())
    return Response(f":root {{ {css} }}\n", media_type=TYPES[".css"], headers=FOREVER)


@get("/theme/marks/{name:str}")
async def mark(reading: NamedDependency[AsyncSession], name: FromPath[str]) -> Response[bytes]:
    """A logo or an icon."""
    data = await look.mark(reading, name)
    return Response(data, media_type=mimetypes.guess_type(name)[0] or "image/webp", headers=FOREVER)
