"""What somebody brings as a picture, made into files that hold nothing but what is seen in it."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from math import sqrt
from typing import Any, NamedTuple

from domains.errors import Invalid, say

KINDS = ("JPEG", "PNG", "WEBP", "GIF")
LARGEST = 12 * 2**20
"""Bytes that may be brought."""
MOST_POINTS = {"JPEG": 50_000_000, "MPO": 50_000_000, "WEBP": 18_000_000, "PNG": 25_000_000, "GIF": 25_000_000}
"""Counted before one is decoded. The worst that is still taken was measured: 345 MB of memory, six seconds."""
MOST_INKED = 25_000_000
"""Of one in the four colours of printers."""
LONGEST = 20_000
"""Points on a side: each row of a narrow one costs as much as a wide one's."""
ORIENTATION = 0x0112  # of EXIF
WIDTHS = (480, 960, 1920)
"""That each picture has, up to its own. Addresses tell only how wide the widest is: who adds a width here makes it of
the pictures that there are."""
TALLEST = 8000
MOST_MADE = 5_000_000
"""Points of the widest file: 1920 by 2600. Writing them costs more than reading did."""
SIZES = "(min-width: 45rem) 42rem, 100vw"
"""How wide a picture stands in an article, as the style sheet has it."""
ONE = ThreadPoolExecutor(1, "pictures")
"""However many are brought at once, one is decoded at a time."""
_ADDRESS = re.compile(r"/media/([0-9a-f]{64})/([1-9]\d{0,3})x([1-9]\d{0,3})\.webp", re.ASCII)


class Address(NamedTuple):
    """Of a file that never changes; it says enough of its picture to show that without asking for more."""

    hash: str
    """SHA-256 of the picture's widest file."""
    width: int
    height: int

    def __str__(self) -> str:
        return f"/media/{self.hash}/{self.width}x{self.height}.webp"

    @property
    def all(self) -> "list[Address]":
        """With the narrower ones before it."""
        return [Address(self.hash, *size) for size in sizes(self.width, self.height)]

    @property
    def attributes(self) -> dict[str, str | int]:
        """Of an `img` in an article: it keeps its place before it is there, and comes as wide as it is shown."""
        srcset = ", ".join(f"{each} {each.width}w" for each in self.all)
        return {"src": str(self), "srcset": srcset, "sizes": SIZES, "width": self.width, "height": self.height}


class File(NamedTuple):
    width: int
    height: int
    data: bytes
    """WebP."""


class Made(NamedTuple):
    address: Address
    files: list[File]

    @property
    def size(self) -> int:
        """Bytes, of all its files."""
        return sum(len(file.data) for file in self.files)


def address(text: str) -> Address | None:
    found = _ADDRESS.fullmatch(text)
    return Address(found[1], int(found[2]), int(found[3])) if found else None


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The narrowest first, its own last."""
    narrower = [each for each in WIDTHS if each < width]
    return [*((each, max(1, round(height * each / width))) for each in narrower), (width, height)]


async def make(data: bytes) -> Made:
    """Takes a second or so, on a thread. Raises Invalid, of the field `file`."""
    return await asyncio.get_running_loop().run_in_executor(ONE, _made, data)


def _made(data: bytes) -> Made:
    from PIL import Image, UnidentifiedImageError

    try:
        files = list(_files(upright(data)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise _too_large() from None
    except UnidentifiedImageError:
        raise Invalid(file=_unknown(data[:1024])) from None
    except Invalid:
        raise
    except Exception:  # whatever a decoder trips over is in the file
        raise Invalid(
            file=say("This picture is damaged, or not all of it came. Copy it again, then bring it.")
        ) from None
    widest = files[-1]
    return Made(Address(sha256(widest.data).hexdigest(), widest.width, widest.height), files)


def upright(data: bytes) -> Any:
    """The first picture in it, turned as its camera says, in the colours of screens, and no wider than needed."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(data), formats=KINDS) as image:
        most = MOST_INKED if image.mode == "CMYK" else MOST_POINTS[str(image.format)]
        if image.width * image.height > most or max(image.size) > LONGEST:
            raise _too_large()
        size = _scaled(image)
        image.draft(None, size)  # a large JPEG is decoded as a smaller one
        smaller = _with_channels(image).resize(size, Image.Resampling.LANCZOS)
    return _in_srgb(ImageOps.exif_transpose(smaller))


def _scaled(image: Any) -> tuple[int, int]:
    """How large it is to be, still as it lies."""
    lies = image.getexif().get(ORIENTATION, 1) > 4
    width, height = reversed(image.size) if lies else image.size
    scale = min(1, WIDTHS[-1] / width, TALLEST / height, sqrt(MOST_MADE / (width * height)))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _with_channels(image: Any) -> Any:
    """One whose points are numbers in a list of colours, or too fine, cannot be made smaller."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image if image.mode in ("L", "RGB", "RGBA", "CMYK") else image.convert(_mode(image))


def _in_srgb(image: Any) -> Any:
    """A profile that nobody can read is left out."""
    from PIL import ImageCms

    if (profile := image.info.get("icc_profile")) and image.mode in ("RGB", "RGBA", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError):
            known = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = ImageCms.profileToProfile(image, known, ImageCms.createProfile("sRGB"), outputMode=_mode(image))
    return image.convert(_mode(image))


def _mode(image: Any) -> str:
    return "RGBA" if image.has_transparency_data else "RGB"


def _files(image: Any) -> Iterator[File]:
    for size in sizes(*image.size):
        file = BytesIO()
        image.resize(size).save(file, "WEBP", quality=82)  # which says nothing of where and when
        yield File(*size, file.getvalue())


def _too_large() -> Invalid:
    sentence = say(
        "This is too large: a JPEG may have fifty million points, a WebP eighteen and any other picture twenty-five, "
        "and none more than twenty thousand on a side. Make it smaller, then bring it."
    )
    return Invalid(file=sentence)


def _unknown(beginning: bytes) -> str:
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"<svg" in beginning.lower():
        return say(
            "This is a drawing or a page that could hold a program, like an SVG. Save it as PNG, then bring that."
        )
    if beginning[4:8] == b"ftyp":
        return say("Browsers do not show pictures of this kind. Save it as JPEG, then bring that.")
    return say("This is no picture that can be read here. Bring a JPEG, PNG, WebP or GIF.")
