"""What a picture becomes where a co-op is to be known by it: a logo, and the icons of its pages."""

import asyncio
from io import BytesIO
from typing import Any

from .renditions import ONE, File, upright

LOGO = 600
"""As wide or as tall at most."""
ICONS = (32, 180)
"""Of a browser's tab, and of a telephone's screen, which shows no colour of its own through it."""
PAPER = (251, 249, 245)
MARGIN = 14


async def draw_logo(data: bytes) -> File:
    """WebP; `data` as the library keeps it."""
    return await asyncio.get_running_loop().run_in_executor(ONE, _logo, data)


async def draw_icons(data: bytes) -> list[File]:
    """Squares, PNG; `data` as the library keeps it."""
    return await asyncio.get_running_loop().run_in_executor(ONE, _icons, data)


def _logo(data: bytes) -> File:
    image = upright(data)
    image.thumbnail((LOGO, LOGO))
    return File(image.width, image.height, _saved(image, "WEBP", quality=90))


def _icons(data: bytes) -> list[File]:
    from PIL import Image, ImageOps

    image = upright(data).convert("RGBA")
    small, large = ICONS
    screen = Image.new("RGB", (large, large), PAPER)
    within = ImageOps.pad(image, (large - 2 * MARGIN,) * 2, color=(0, 0, 0, 0))
    screen.paste(within, (MARGIN, MARGIN), within)
    tab = ImageOps.pad(image, (small, small), color=(0, 0, 0, 0))
    return [File(each.width, each.height, _saved(each, "PNG", optimize=True)) for each in (tab, screen)]


def _saved(image: Any, kind: str, **how: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()
