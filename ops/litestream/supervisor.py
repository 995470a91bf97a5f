"""One Litestream for the data folder: started, watched, asked."""

import asyncio
import json
import logging
import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from .child import TRIED, Child, version_of
from .config import address, check_address, config, make_private, socket_of, write_config
from .lock import lock_to_hand_on
from .trouble import LitestreamTrouble, masked
from .wire import exchange

log = logging.getLogger("litestream")
PREDECESSOR = 5.0  # seconds that a dying Litestream may still hold the lock
READY = 10.0  # seconds until it must answer on its socket
FLUSH = 5.0  # seconds in which the last commits may be uploaded
ENDING = 2.0  # seconds in which it may then end by itself
ANSWER = 10.0  # seconds that a question may take
PROMPT = 2.0  # seconds that an opening co-op waits for it
AGAIN = 5.0  # seconds until what a living Litestream refused is asked again
SHORTEST, LONGEST = 0.5, 30.0  # seconds between two attempts to start it again


class Litestream:
    """Replicates the files that are registered with it, for as long as it is alive."""

    def __init__(
        self, folder: Path, replica: str, *, always: Sequence[Path] = (), opened: Callable[[], Iterable[Path]] = tuple
    ) -> None:
        """`folder`: the data folder; `replica`: file:///… or s3://… (query arguments kept); `always`: files replicated
        for as long as it runs; `opened()`: files to register again after each (re)start."""
        self._folder, self.replica, self._always, self._opened = folder.absolute(), replica, always, opened
        self._socket = socket_of(folder)
        self._child: Child | None = None  # only once it answers and every opened file is registered
        self._watching: asyncio.Task[None] | None = None
        self._unheard: set[Path] = set()
        self._asking_again = asyncio.Lock()

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def config(self) -> str:
        """What it is told when it is started; LitestreamTrouble says why it cannot be."""
        check_address(self.replica)
        return config(self._folder, self.replica, self._always)

    async def start(self) -> None:
        """Returns when it answers; LitestreamTrouble says in one sentence why it cannot. From then on it is started
        again whenever it dies. Must be called in a thread that lives as long as the server: it dies with that one.
        Again is harmless."""
        if self._watching:
            return
        check_address(self.replica)
        try:
            await self._launch()
        except OSError as error:
            raise LitestreamTrouble(f"Litestream cannot be started in {self._folder}: {error}") from error
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Uploads the last commits, ends it and frees the folder, within FLUSH + ENDING seconds. Close every writer
        first. Nothing happens when it does not run."""
        if self._watching:
            self._watching.cancel()
            await asyncio.wait([self._watching])
            self._watching = None
        if child := self._child:
            self._child = None
            await self._flush()
            await child.end(ENDING)

    def replica_of(self, file: Path) -> str:
        """The address to restore `file` from; a file outside the data folder is a ValueError."""
        return address(self._folder, self.replica, file)

    async def register(self, file: Path, patience: float = 0) -> bool:
        """From now on every commit to `file` is replicated; again is harmless. False when Litestream is down: what
        `opened()` names is registered when it is back, so name a file there before you register it. Where it lives and
        does not answer, it is asked again until it does, or until the file is unregistered."""
        return self.alive and await self._register(file, patience)

    async def sync(self, file: Path, patience: float = 10) -> bool:
        """True: every commit made before this call is in the replica. False: nobody knows."""
        return bool(await self.copied(file, patience))

    async def copied(self, file: Path, patience: float = 10) -> int:
        """The number of a state in the replica that has every commit made before this call; 0: nobody knows."""
        return await self._sync(str(file.absolute()), patience) if self.alive else 0

    async def unregister(self, file: Path, patience: float = 10) -> bool:
        """True: all of `file` is in the replica and Litestream has let go of it. False: it still holds it, or is down;
        then the file must not be replaced. First close every connection of ours, and name it no more in `opened()`."""
        async with self._asking_again:  # else it could be registered after all, behind our back
            self._unheard.discard(file)
        if not await self.sync(file, patience):
            return False
        return await self._ask("POST", "/unregister", {"path": str(file.absolute())}, ANSWER) is not None

    async def holds(self, file: Path) -> bool:
        """Whether a living one still has `file` open, or cannot say; then the file must not be replaced."""
        if not self.alive:
            return False
        known = await self._ask("GET", "/list", None, ANSWER)
        return known is None or any(database["path"] == str(file.absolute()) for database in known["databases"])

    async def _launch(self) -> None:
        lock = await lock_to_hand_on(self._folder, PREDECESSOR)
        try:
            child = await self._spawn(lock)
        finally:
            os.close(lock)  # from here on the child holds it, alone
        try:
            await self._ready(child)
            await self._register_opened()
        except BaseException:
            await child.end(patience=0)
            raise
        self._child = child

    async def _spawn(self, lock: int) -> Child:
        empty = self._folder / "litestream"
        empty.mkdir(mode=0o700, exist_ok=True)
        if self._socket.parent != self._folder:
            make_private(self._socket.parent)
        file = write_config(self._folder, self.config())
        arguments = ["replicate", "-no-expand-env", "-config", str(file)]
        return await Child.start(arguments, directory=empty, inherit=[lock])

    async def _ready(self, child: Child) -> None:
        """A Litestream whose socket fails only warns, so it is this child that must answer."""
        deadline = time.monotonic() + READY
        while (about := await self._ask("GET", "/info", None, READY) or {}).get("pid") != child.pid:
            if not child.alive:
                code, said = await child.ended(), await asyncio.to_thread(version_of, child.program)
                raise LitestreamTrouble(
                    f"Litestream ended at once (code {code}): {child.last_words}"
                    + (f"; it is version {said}, and {TRIED} is wanted" if said != TRIED else "")
                )
            if time.monotonic() > deadline:
                raise LitestreamTrouble(f"Litestream does not answer on {self._socket}: {child.last_words}")
            await asyncio.sleep(0.02)
        if (found := about.get("version")) != TRIED:
            log.warning(
                "Litestream is version %s; Rose Ash was tried with %s, and `rose drill` shows the rest", found, TRIED
            )

    async def _register_opened(self) -> None:
        """Until nothing new was opened meanwhile: `register` refuses while this runs."""
        seen: set[Path] = set()
        while missing := set(self._opened()) - seen:
            for file in missing:
                if not await self._register(file):
                    log.error("%s could not be registered again, and is not replicated yet", file)
            seen |= missing

    async def _watch(self) -> None:
        pause = SHORTEST
        while True:
            since = time.monotonic()
            if child := self._child:
                log.error("Litestream ended (code %s) and will be started again", await self._outlived(child))
                self._child = None
            pause = SHORTEST if time.monotonic() - since > LONGEST else pause
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST)
            try:
                await self._launch()
            except Exception as trouble:  # whatever it was: a watcher that ends would end all replication unnoticed
                expected = isinstance(trouble, LitestreamTrouble)
                log.error("Litestream could not be started again: %s", trouble, exc_info=not expected)

    async def _outlived(self, child: Child) -> int:
        """Its exit code; until then it is asked again for what it refused."""
        ended = asyncio.ensure_future(child.ended())
        try:
            while not (await asyncio.wait([ended], timeout=AGAIN))[0]:
                async with self._asking_again:
                    for file in list(self._unheard):
                        log.warning("asking Litestream again to copy %s", file)
                        await self._register(file)
            return await ended
        finally:
            ended.cancel()

    async def _register(self, file: Path, patience: float = 0) -> bool:
        self._unheard.add(file)
        body = {"path": str(file.absolute()), "replica_url": self.replica_of(file)}
        if await self._ask("POST", "/register", body, patience or PROMPT) is None:
            return False
        self._unheard.discard(file)
        return True

    async def _sync(self, path: str, patience: float) -> int:
        body = {"path": path, "wait": True, "timeout": math.ceil(patience)}
        answer = await self._ask("POST", "/sync", body, patience) or {}
        number = int(answer.get("txid", 0))
        return number if answer.get("replicated_txid", 0) >= number else 0

    async def _flush(self) -> None:
        """By itself Litestream ends without what was registered less than about a second ago."""
        known = await self._ask("GET", "/list", None, FLUSH) or {"databases": []}
        await asyncio.gather(*(self._sync(database["path"], FLUSH) for database in known["databases"]))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None, patience: float) -> dict[str, Any] | None:
        """None when Litestream is down, refuses, or takes longer than `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                status, said = await exchange(self._socket, method, path, body)
            if status == 200:
                found: dict[str, Any] = json.loads(said)
                return found
            log.warning("Litestream refused %s (%s): %s", path, body, masked(said.decode(errors="replace").strip()))
        except (OSError, ValueError):  # ValueError: what answered was no JSON, or broke off
            pass
        return None
