"""What the owner of a data folder answers to `rose`: the running server over its socket, or a command by itself."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from domains.errors import Invalid, NotFound
from ops.litestream import LitestreamTrouble

from .commands import COMMANDS
from .control import Say, socket_of
from .errors import is_full
from .keys import WrongKey
from .main import House
from .migrations import NewerFile
from .rebuilding import check_new
from .settings import Settings
from .tenants import Away
from .trouble import Trouble

log = logging.getLogger("control")


@asynccontextmanager
async def answering(house: House) -> AsyncIterator[None]:
    """The running server, as commands reach it."""
    path = socket_of(house.settings.data_dir)
    path.unlink(missing_ok=True)

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(message: dict[str, Any]) -> None:
            writer.write(json.dumps(message).encode() + b"\n")

        with suppress(ConnectionError):
            asked = json.loads(await reader.readline())
            send(await answer(house, asked, lambda done, of, what: send({"done": done, "of": of, "what": what})))
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(hear, path)
    path.chmod(0o600)
    async with server:
        yield
    path.unlink(missing_ok=True)


async def answer_alone(settings: Settings, asked: dict[str, Any], say: Say) -> dict[str, Any]:
    """For a command that holds the lock, where no server runs."""
    await check_new(settings)
    house = House(settings)
    async with house.awake():
        return await answer(house, asked, say)


async def answer(house: House, asked: dict[str, Any], say: Say) -> dict[str, Any]:
    command: Callable[..., Awaitable[Any]] = COMMANDS[asked["name"]]
    try:
        return {"result": await command(house, say, **asked["about"])}
    except Trouble as trouble:
        return {"error": str(trouble)}
    except Invalid as invalid:
        return {"error": " ".join(f"{_argument(field)}: {sentence}" for field, sentence in invalid.fields.items())}
    except WrongKey:
        return {"error": "Its keys were sealed under another ROSE_SECRET_KEY; set the one that it was made with."}
    except LitestreamTrouble as trouble:
        return {"error": f"{trouble}."}
    except NewerFile as newer:
        return {"error": f"{newer}; run the newer one."}
    except (Away, NotFound):
        return {"error": "It is being restored, moved or removed just now; try again."}
    except Exception as error:
        if is_full(error):
            return {
                "error": "There is no room left on this disk, and nothing of it is kept; make some, then try again."
            }
        log.exception("the command %s failed", asked["name"])
        return {"error": f"It failed, and nothing of it is kept: {type(error).__name__}: {error}"}


def _argument(field: str) -> str:
    """As whoever types a command knows it."""
    return field.upper() if field in ("name", "file") else f"--{field}"
