"""Where an export waits between whoever owns the data folder and whoever asked: the folder `moving` in it.

The server may write to its data folder and to nothing else, so it never sees the file that somebody named.
"""

import os
import secrets
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from .trouble import Trouble

FORGOTTEN = 24 * 3600
"""Seconds after which what still waits there was left by somebody who was killed."""


def place(data: Path) -> Path:
    """A name in it that nobody has."""
    folder = data.absolute() / "moving"  # another process may be elsewhere
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # somebody else has just taken it away
            if file.stat().st_mtime < time.time() - FORGOTTEN:
                file.unlink()
    return folder / secrets.token_hex(8)


def forget(waiting: Path) -> None:
    """With all that a tool has put beside it."""
    for left in waiting.parent.glob(f"{waiting.name}*"):
        left.unlink(missing_ok=True)


def bring(file: Path, data: Path) -> Path:
    """A copy of `file` in there. Raises Trouble."""
    try:
        to = place(data)
        _copy(file, to)
    except OSError as error:
        raise Trouble(f"{file} cannot be copied into {data}: {error.strerror}.") from None
    return to


def keep(data: Path, name: str, kind: str) -> Path:
    """A name in the folder `removed` for what was here until now."""
    folder = data.absolute() / "removed"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"{name}-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S.%f}.{kind}"


def hand_over(made: Path, to: Path, *, force: bool) -> None:
    """`to` is all of it or not there, for its owner's eyes alone. Raises Trouble."""
    beside = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        _copy(made, beside)
        if not force:
            _claim(to, beside)
        beside.replace(to)
    except FileExistsError:
        raise there_already(to) from None
    except OSError as error:
        raise Trouble(f"{to} cannot be written: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)


def there_already(to: Path) -> Trouble:
    return Trouble(f"{to} is there already; choose another name, or write over it with --force.")


def _claim(to: Path, made: Path) -> None:
    """Under that name too, for a rename would go over a file that is there. Raises FileExistsError."""
    try:
        os.link(made, to)
    except FileExistsError:
        raise
    except OSError:  # this disk has no second names: USB sticks have none
        os.close(os.open(to, os.O_CREAT | os.O_EXCL, 0o600))


def _copy(file: Path, to: Path) -> None:
    """Raises OSError, and leaves nothing then."""
    try:
        with open(file, "rb") as there, open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            shutil.copyfileobj(there, copy, 2**20)
            copy.flush()
            os.fsync(copy.fileno())
    except BaseException:
        to.unlink(missing_ok=True)
        raise
