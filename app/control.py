"""What `rose` asks of whoever owns the data folder: the running server over its socket, or this process under the lock.

The same function answers both ways. On the socket a question is one line of JSON; an answer is lines of progress and a
last one with `result` or `error`.
"""

import asyncio
import fcntl
import json
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from domains.errors import Invalid

from .commands import COMMANDS, Trouble
from .keys import WrongKey
from .main import House
from .migrations import NewerFile
from .settings import Settings

log = logging.getLogger("control")
Say = Callable[[int, int, str], None]
STARTING = 10.0
"""Seconds that an owner may take from its lock to its socket."""
LONGEST_PATH = 100
"""Bytes of a socket's path that every kernel takes."""


class Owned(Trouble):
    """Another process owns the data folder."""


@contextmanager
def owning(data: Path) -> Iterator[None]:
    """One process owns a data folder. Raises Owned when another does, Trouble when it cannot be written."""
    os.umask(0o077)  # what lies there is for this user's eyes
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(data / "rose.lock", "w")  # noqa: SIM115
    except OSError as error:
        raise Trouble(f"The data folder {data} cannot be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Owned(f"Another rose already owns the data folder {data}; stop that one first.") from None
        yield


@asynccontextmanager
async def answering(house: House) -> AsyncIterator[None]:
    """The running server, as commands reach it."""
    path = _socket(house.settings.data_dir)
    path.unlink(missing_ok=True)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(message: dict[str, Any]) -> None:
            writer.write(json.dumps(message).encode() + b"\n")

        with suppress(ConnectionError):
            asked = json.loads(await reader.readline())
            send(await _answer(house, asked, lambda done, of, what: send({"done": done, "of": of, "what": what})))
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, path)
    path.chmod(0o600)
    async with server:
        yield
    path.unlink(missing_ok=True)


async def ask(settings: Settings, name: str, say: Say, /, **about: Any) -> Any:
    """The answer of whoever owns the folder. Raises Trouble."""
    deadline = asyncio.get_running_loop().time() + STARTING
    while True:
        with suppress(FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            return await _ask_owner(settings.data_dir, name, say, about)
        try:
            with owning(settings.data_dir):
                house = House(settings)
                async with house.awake():
                    return _told(await _answer(house, {"name": name, "about": about}, say))
        except Owned:  # a server that is about to answer, or another command
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.1)


async def _ask_owner(data: Path, name: str, say: Say, about: dict[str, Any]) -> Any:
    reader, writer = await asyncio.open_unix_connection(_socket(data), limit=2**24)
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


async def _answer(house: House, asked: dict[str, Any], say: Say) -> dict[str, Any]:
    command: Callable[..., Awaitable[Any]] = COMMANDS[asked["name"]]
    try:
        return {"result": await command(house, say, **asked["about"])}
    except Trouble as trouble:
        return {"error": str(trouble)}
    except Invalid as invalid:
        return {"error": " ".join(f"{_argument(field)}: {sentence}" for field, sentence in invalid.fields.items())}
    except WrongKey:
        return {"error": "Its keys were sealed under another ROSE_SECRET_KEY; set the one that it was made with."}
    except NewerFile as newer:
        return {"error": f"{newer}; run the newer one."}
    except Exception as error:
        log.exception("the command %s failed", asked["name"])
        return {"error": f"It failed, and nothing of it is kept: {type(error).__name__}: {error}"}


def _argument(field: str) -> str:
    """As whoever types `rose coop create` knows it."""
    return "NAME" if field == "name" else f"--{field}"


def _told(message: dict[str, Any]) -> Any:
    if "error" in message:
        raise Trouble(message["error"])
    return message["result"]


def _socket(data: Path) -> Path:
    """In the folder itself; where its path is too long for a socket, in a private folder of this user."""
    path = data.absolute() / "rose.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    private = Path(tempfile.gettempdir()) / f"rose-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / f"{sha256(os.fsencode(data.resolve())).hexdigest()[:16]}.sock"
