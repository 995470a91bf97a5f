"""How a co-op's pages look: ink, letters and corners, and the marks that it is known by."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from sqlalchemy import LargeBinary, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .activities import Activity, record
from .base import Table, table_of
from .check import Check
from .errors import NotFound, say
from .site import Site, site

FONTS = ("besley", "source", "system")
CORNERS = ("square", "little", "round")
STANDS = ("beside", "instead")
MARKS = "/theme/marks/"
NAME = re.compile(r"[0-9a-f]{16}-\d{1,4}x\d{1,4}\.(webp|png)", re.ASCII)


class Mark(Table):
    """A logo, or an icon in one size."""

    __tablename__ = "look_marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    """Made of its bytes, so what is at its address never changes."""
    data: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Look:
    """What is typed of it."""

    hue: str = "12"
    font: str = "besley"
    corner: str = "little"
    stands: str = "beside"


def checked(look: Look) -> dict[str, str | int | None]:
    """The columns of a site. Raises Invalid."""
    check = Check()
    said = {
        "hue": check.whole("hue", look.hue, say("Choose a colour from 0 to 360."), most=360),
        "font": check.one_of("font", look.font, FONTS),
        "corner": check.one_of("corner", look.corner, CORNERS),
        "stands": check.one_of("stands", look.stands, STANDS),
    }
    check.done()
    return said


async def dress(
    db: AsyncSession, look: Look, logo: Sequence[Mark] | None = None, icons: Sequence[Mark] | None = None
) -> Site:
    """None leaves a mark as it is; an empty list takes it away. Raises Invalid."""
    said, dressed = checked(look), await site(db)
    if logo is not None:
        said["logo"] = f"{MARKS}{logo[0].name}" if logo else ""
    if icons is not None:
        said["icon"] = f"{MARKS}{icons[0].name.partition('-')[0]}" if icons else ""
    for name, value in said.items():
        setattr(dressed, name, value)
    await _keep(db, dressed, [*(logo or ()), *(icons or ())])
    await record(db, Activity(type="Update", kind="site.look", ref=dressed.id, object=asdict(look)))
    return dressed


def marks(files: Sequence[tuple[int, int, bytes]], kind: str) -> list[Mark]:
    """Of pictures that belong together, (width, height, bytes) each; `kind`: webp or png."""
    key = sha256(b"".join(data for *_, data in files)).hexdigest()[:16]
    return [Mark(name=f"{key}-{width}x{height}.{kind}", data=data) for width, height, data in files]


async def mark(db: AsyncSession, name: str) -> bytes:
    """Raises NotFound."""
    if NAME.fullmatch(name) and (found := await db.get(Mark, name)):
        return found.data
    raise NotFound(f"no mark {name!r}")


async def _keep(db: AsyncSession, dressed: Site, new: Iterable[Mark]) -> None:
    """And none that is not shown any more."""
    for one in new:
        await db.merge(one)
    await db.flush()
    names = table_of(Mark).c.name
    is_icon = names.startswith(f"{dressed.icon.removeprefix(MARKS)}-") if dressed.icon else names == ""
    await db.execute(delete(Mark).where(names != dressed.logo.removeprefix(MARKS), ~is_icon))
