"""What `rose` asks of whoever owns the data folder: the running server over its socket, or this process under the lock.

The same function answers both ways (`answers.py`), and only whoever answers imports the house. On the socket a question
is one line of JSON; an answer is lines of progress and a last one with `result` or `error`.
"""

import asyncio
import fcntl
import gc
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from .settings import Settings
from .trouble import Trouble

Say = Callable[[int, int, str], None]
STARTING = 10.0
"""Seconds that an owner may take from its lock to its socket."""
LONGEST_PATH = 100
"""Bytes of a socket's path that every kernel takes."""


class Owned(Trouble):
    """Another process owns the data folder."""


def quiet(done: int, of: int, what: str) -> None:
    """For what is done at once, or watched by nobody."""


@contextmanager
def importing() -> Iterator[None]:
    """The house is 900 modules, and all of them stay: to look for rubbish among them would take a quarter of a start,
    and 0.1 s of every full collection afterwards."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@contextmanager
def owning(data: Path) -> Iterator[None]:
    """One process owns a data folder. Raises Owned when another does, Trouble when it cannot be written."""
    os.umask(0o077)  # what lies there is for this user's eyes
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(data / "rose.lock", "w")  # noqa: SIM115 - closed below, after what may be refused
    except OSError as error:
        raise Trouble(f"The data folder {data} cannot be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Owned(f"Another rose already owns the data folder {data}; stop that one first.") from None
        yield


async def ask(settings: Settings, name: str, say: Say, /, **about: Any) -> Any:
    """The answer of whoever owns the folder. Raises Trouble."""
    deadline = asyncio.get_running_loop().time() + STARTING
    while True:
        with suppress(FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            return await _ask_owner(settings.data_dir, name, say, about)
        try:
            with owning(settings.data_dir):
                with importing():
                    from .answers import answer_alone
                return _told(await answer_alone(settings, {"name": name, "about": about}, say))
        except Owned:  # a server that is about to answer, or another command
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.1)


async def _ask_owner(data: Path, name: str, say: Say, about: dict[str, Any]) -> Any:
    reader, writer = await asyncio.open_unix_connection(socket_of(data), limit=2**24)
    writer.write(json.dumps({"name": name, "about": about}).encode() + b"\n")
    try:
        while line := await reader.readline():
            message = json.loads(line)
            if "of" not in message:
                return _told(message)
            say(message["done"], message["of"], message["what"])
    finally:
        writer.close()
    raise Trouble("The server went away before it had answered; ask again.")


def _told(message: dict[str, Any]) -> Any:
    if "error" in message:
        raise Trouble(message["error"])
    return message["result"]


def socket_of(data: Path) -> Path:
    """In the folder itself; where its path is too long for a socket, in a private folder of this user."""
    path = data.absolute() / "rose.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    private = Path(tempfile.gettempdir()) / f"rose-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / f"{sha256(os.fsencode(data.resolve())).hexdigest()[:16]}.sock"
