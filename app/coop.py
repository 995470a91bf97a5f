"""One open co-op: many readers that cannot write, one queue of writers, a watcher that sees every commit, its flows."""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from functools import cached_property, partial
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, PoolProxiedConnection, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

import flows
from domains.activities import has_recorded
from domains.outside import Transport

from . import files, migrations
from .keys import Keyring, Sealer
from .reading import Reading

PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
READING = (*PRAGMAS, "query_only=1")
PATIENCE = 10  # seconds that a writer waits for its turn


class Coop:
    commits = 0
    """That all of them have kept since this process began; counted by the one thread that serves."""

    def __init__(
        self,
        file: Path,
        alarm: flows.Alarm,
        mailer: flows.Mailer,
        *,
        sealer: Sealer | None = None,
        transport: Transport | None = None,
        room: int = 0,
        limits: flows.Limits | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        self.file, self.id, self.users, self.asked = file, file.parent.name, 0, clock()
        self.room = room
        """Bytes of pictures that it may keep."""
        self.due: float | None = None
        """Once it is closed: when it next wants somebody."""
        self._alarm, self._clock, self._sealer, self._transport = alarm, clock, sealer, transport
        self._readers = _plain(file, "BEGIN", READING, pool_size=2, max_overflow=-1)  # they never wait
        self._writer = _writer(file)
        self._plain = _plain(file, "BEGIN IMMEDIATE", PRAGMAS, poolclass=NullPool)
        self._watcher: sqlite3.Connection | None = None
        self._opening = secrets.token_hex(4)
        self.seen, self._public = 0, 0
        """The last commit, of anybody to anything, when `version` was last asked."""
        self._lately: tuple[str, int] | None = None
        self._known: tuple[tuple[str, int] | None, dict[Any, Any]] = None, {}
        self.thread = flows.Writer(self.connect, self.turn)
        self.flows = flows.Durable(
            self, self.thread, alarm, origin=self.id, clock=clock, scheduled=flows.SCHEDULED, limits=limits
        )
        self.post = flows.Post(self.thread, alarm, mailer, origin=self.id, clock=clock)

    def reading(self) -> AsyncSession:
        return Reading(self._readers)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """The one place that keeps a change: what it recorded sets off its stories first, in the same transaction.

        Writers queue for the pool's one connection, from their first statement to their commit. Undone if it raises.
        """
        db = AsyncSession(self._writer, expire_on_commit=False, close_resets_only=False, sync_session_class=_Reacting)
        try:
            async with db:
                yield db
                await flows.react(db, self._clock())
                await db.commit()
                Coop.commits += 1
        finally:
            if "due" in db.info:  # even of whoever was cancelled in the midst of a commit: it may be kept
                self._alarm.at(db.info["due"])

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The same queue, for whoever writes through a connection of its own, like the flows' store."""
        async with self._writer.connect():
            yield
            Coop.commits += 1

    def connect(self) -> Connection:
        return self._plain.connect()

    async def wake(self) -> float | None:
        """Begins what is due here; says when to ask again."""
        return min((due for due in (await self.flows.wake(), await self.post.wake()) if due is not None), default=None)

    def next_due(self) -> float | None:
        """When its flows want somebody next."""
        due: float | None = self.watcher.execute(flows.NEXT_DUE).fetchone()[0]
        return due

    def at_work(self) -> bool:
        return bool(self.users) or self.flows.busy() or self.post.busy()

    def version(self) -> tuple[str, int]:
        """Moves with every commit that a public page could show, whoever made it: a request, a flow, a restore."""
        seen = self.watcher.execute("PRAGMA data_version").fetchone()[0]
        if seen != self.seen:
            found = self.watcher.execute("SELECT version FROM site").fetchone()  # None while it is being made
            self.seen, self._public = seen, found[0] if found else 0
        return self._opening, self._public

    def last_commit(self) -> int:
        """Of anybody to anything; it means nothing to another opening."""
        self.version()
        return self.seen

    def version_for_all(self) -> tuple[str, int]:
        """Asked once for all the requests that have come: a later one waits in the loop's queue until it is forgotten.

        To ask lets go of Python's one lock, which the server's own thread wants: that costs far more than the answer.
        """
        if self._lately is None:
            self._lately, self.asked = self.version(), self._clock()
            asyncio.get_running_loop().call_soon(setattr, self, "_lately", None)
        return self._lately

    def known(self) -> dict[Any, Any]:
        """What was asked of the newest version, by question; for whoever begins to read now, and sees no less than it.

        After the next commit that a public page could show it is another one.
        """
        version = self.version_for_all()
        if self._known[0] != version:
            self._known = version, {}
        return self._known[1]

    @property
    def watcher(self) -> sqlite3.Connection:
        """For reads of microseconds; it cannot write."""
        assert self._watcher is not None
        return self._watcher

    @cached_property
    def url(self) -> str:
        """Its one address, which it was given when it was made."""
        return str(self.watcher.execute("SELECT url FROM site").fetchone()[0])

    @cached_property
    def keyring(self) -> Keyring:
        """Raises WrongKey when the machine's secret key is not the one that sealed them."""
        assert self._sealer
        return Keyring(self._sealer, dict(self.watcher.execute("SELECT name, wrapped FROM site_keys").fetchall()))

    @property
    def transport(self) -> Transport:
        assert self._transport
        return self._transport

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """Raises WrongKey."""
        return self.keyring.unseal(name, sealed)

    async def prepare(self) -> "Coop":
        """Raises NewerFile, WrongKey."""
        try:
            if await asyncio.to_thread(migrations.is_behind, self.file):
                await asyncio.to_thread(migrations.upgrade, self.file)
            self._watcher = files.connect(self.file, *READING, check_same_thread=False)
            if self._sealer and self._watcher.execute("SELECT 1 FROM site_keys").fetchone():
                _ = self.keyring  # now or never: a file sealed under another key is not opened
            await self.flows.open()
            await self.post.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def checkpoint(self) -> None:
        """Folds the write-ahead log into the file; only while no Litestream could be reading it."""
        async with self._writer.connect():
            await asyncio.to_thread(partial(_checkpoint, self.file))

    async def close(self) -> None:
        await self.flows.close()
        await self.post.close()
        await self.thread.close()
        if self._watcher:
            with suppress(sqlite3.OperationalError):  # of a file that never came to have tables
                self.due = self.next_due()
            self._watcher.close()
        self._readers.dispose()
        await self._writer.dispose()


class _Reacting(Session):
    """Refuses to keep what nobody has reacted to: a commit anywhere else than in `writing` is a mistake."""


@event.listens_for(_Reacting, "before_commit")
def _refuse_unreacted(session: Session) -> None:
    if not session.in_nested_transaction() and has_recorded(session):
        raise RuntimeError("an activity was recorded; only Coop.writing() commits")


JSON: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False)}


def _writer(file: Path) -> AsyncEngine:
    pool = {"pool_size": 1, "max_overflow": 0, "pool_timeout": PATIENCE}
    how = files.how(*PRAGMAS)
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", connect_args=how, **pool, **JSON)
    _beginning(engine.sync_engine, "BEGIN IMMEDIATE")
    return engine


def _plain(file: Path, begin: str, pragmas: Sequence[str], **pool: Any) -> Engine:
    return _beginning(create_engine(f"sqlite:///{file}", connect_args=files.how(*pragmas), **pool, **JSON), begin)


def _beginning(engine: Engine, begin: str) -> Engine:
    """The driver would begin late, so we begin ourselves."""

    def start(connection: PoolProxiedConnection) -> None:
        cursor = connection.cursor()
        cursor.execute(begin)
        cursor.close()

    engine.dialect.do_begin = start  # type: ignore[method-assign,assignment]  # a listener costs at every statement
    return engine


def _checkpoint(file: Path) -> None:
    with closing(files.connect(file, *PRAGMAS)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
