"""Reads at once, on the loop's own thread: one takes microseconds, and the way to a thread and back takes more."""

import asyncio
from typing import Any, cast

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

WHOLE = {"prebuffer_rows": True}
"""Of what another thread reads: all of it is there when it is handed over."""


class Reading(AsyncSession):
    """A statement that says `long` of itself is read on a thread, and nobody else waits for it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(close_resets_only=False)
        self.sync_session.bind = self.sync_engine = engine

    async def execute(self, statement: Any, *about: Any, **more: Any) -> Any:
        if not statement.get_execution_options().get("long"):
            return self.sync_session.execute(statement, *about, **more)
        more = {"execution_options": WHOLE} | more
        reading = asyncio.ensure_future(asyncio.to_thread(self.sync_session.execute, statement, *about, **more))
        try:
            return await asyncio.shield(reading)
        finally:
            await asyncio.wait([reading])  # for whoever was cancelled, too: the session is closed next

    async def scalar(self, *about: Any, **more: Any) -> Any:
        return (await self.execute(*about, **more)).scalar()

    async def connection(self, *about: Any, **more: Any) -> AsyncConnection:
        """For functions that take an open one, by its `run_sync`; all that it asks its engine for is `sync_engine`."""
        return AsyncConnection(cast(Any, self), self.sync_session.connection(*about, **more))

    async def __aexit__(self, *_: object) -> None:
        self.sync_session.close()
