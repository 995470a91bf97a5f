"""What `rose` asks of whoever owns the data folder: the running server over its socket, or this process under the lock.

The same function answers both ways. On the socket a question is one line of JSON; an answer is lines of progress and a
last one with `result` or `error`.
"""

import asyncio
import fcntl
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from domains.errors import Invalid

from .commands import COMMANDS, Trouble
from .main import House
from .settings import Settings

Say = Callable[[int, int, str], None]
STARTING = 10.0
"""Seconds that an owner may take from its lock to its socket."""
LONGEST_PATH = 100
"""Bytes of a socket's path that every kernel takes."""


@contextmanager
def owning(data: Path) -> Iterator[None]:
    """One process owns a data folder. Raises Trouble when another does, or when the folder cannot be written."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(data / "rose.lock", "w")  # noqa: SIM115
    except OSError as error:
        raise Trouble(f"The data folder {data} cannot be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"Another rose already owns the data folder {data}; stop that one first.") from None
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

    mask = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(answer, path)
    finally:
        os.umask(mask)
    async with server:
        yield
    path.unlink(missing_ok=True)


async def ask(settings: Settings, name: str, say: Say, /, **about: Any) -> Any:
    """The answer of whoever owns the folder. Raises Trouble."""
    deadline = asyncio.get_running_loop().time() + STARTING
    while True:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            return await _ask_owner(settings.data_dir, name, say, about)
        try:
            with owning(settings.data_dir):
                house = House(settings)
                async with house.awake():
                    return _told(await _answer(house, {"name": name, "about": about}, say))
        except Trouble:
            if asyncio.get_running_loop().time() > deadline or not _is_owned(settings.data_dir):
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
        return {"error": " ".join(f"{field}: {sentence}" for field, sentence in invalid.fields.items())}


def _told(message: dict[str, Any]) -> Any:
    if "error" in message:
        raise Trouble(message["error"])
    return message["result"]


def _is_owned(data: Path) -> bool:
    try:
        with owning(data):
            return False
    except Trouble:
        return (data / "rose.lock").exists()


def _socket(data: Path) -> Path:
    """In the folder itself; where its path is too long for a socket, in a private folder of this user."""
    path = data.absolute() / "rose.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    private = Path(tempfile.gettempdir()) / f"rose-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / f"{sha256(os.fsencode(data.resolve())).hexdigest()[:16]}.sock"
