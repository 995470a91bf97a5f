"""One thread with one plain connection: whatever waits goes over in one hop and is kept by one commit."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy import Connection

MOST = 256  # jobs in a batch, so that nobody waits long for the turn after it

T = TypeVar("T")
Job = Callable[[Connection], T]


class Writer:
    """It writes only in its turn, in the queue in which the writing sessions wait too."""

    def __init__(
        self, connect: Callable[[], Connection], turn: Callable[[], AbstractAsyncContextManager[None]]
    ) -> None:
        self._connect, self._turn = connect, turn
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, "flows")
        self._waiting: list[tuple[Job[Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def do(self, job: Job[T]) -> T:
        """What the job answered, once that is kept; what it raised, and then nothing of it is.

        A job may be called twice, the first time undone: it changes nothing but the file.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, answer))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await answer

    async def close(self) -> None:
        """After what waits is written."""
        if self._writing:
            await asyncio.wait([self._writing])
        if self._connection:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    async def _write(self) -> None:
        while self._waiting:
            batch: list[tuple[Job[Any], asyncio.Future[Any]]] = []
            try:
                async with self._turn():
                    batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                    loop = asyncio.get_running_loop()
                    answers = await loop.run_in_executor(self._thread, self._keep, [job for job, _ in batch])
            except BaseException as error:
                batch, self._waiting = batch or self._waiting, self._waiting if batch else []
                answers = [error] * len(batch)
            for (_, waiting), answer in zip(batch, answers, strict=True):
                _tell(waiting, answer)

    def _keep(self, jobs: list[Job[Any]]) -> list[Any]:
        """A batch that fails is tried again one by one, so that one bad job harms no other."""
        if self._connection is None:
            self._connection = self._connect()
        try:
            with self._connection.begin():
                return [job(self._connection) for job in jobs]
        except Exception as error:
            return [error] if len(jobs) == 1 else [self._keep([job])[0] for job in jobs]


def _tell(waiting: asyncio.Future[Any], answer: Any) -> None:
    if waiting.done():
        return
    if isinstance(answer, BaseException):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
