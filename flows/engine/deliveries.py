"""What leaves the machine: queued in the transaction that decided it, sent later, at least once, with its key."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from domains.base import table_of

from .crew import LONGEST, Crew, back_off
from .effects import Call, effect
from .lent import Alarm, Mailer, Refused
from .models import Delivery
from .writer import Writer

table = table_of(Delivery)
LEASE, PATIENCE, TRIES = 60.0, 30.0, 80
"""The last two in seconds; with an hour between the later tries a mail is tried for three days."""
EMPTY: Mapping[str, Any] = {}
_CLAIM = (
    update(table)
    .where(
        table.c.id.in_(
            select(table.c.id).where(table.c.due <= bindparam("now")).order_by(table.c.due).limit(bindparam("many"))
        )
    )
    .values(due=bindparam("until"), attempt=table.c.attempt + 1, error="")
    .returning(*table.c)
)
_SETTLE = update(table).where(table.c.id == bindparam("mail_id"), table.c.attempt == bindparam("claimed"))
_SETTLE = _SETTLE.values(status=bindparam("as"), due=bindparam("until"), error=bindparam("why"), at=bindparam("since"))
_NEXT = select(func.min(table.c.due)).where(table.c.due.is_not(None))


@effect("mail.queue@1", "tx")
def queue_mail(call: Call, *, to: list[str], template: str, about: Mapping[str, Any] = EMPTY) -> dict[str, int]:
    """To each of them, however many, in one statement."""
    return mail(call.connection, call, to, template, about)


def mail(
    connection: Connection, call: Call, to: Sequence[str], template: str, about: Mapping[str, Any] = EMPTY
) -> dict[str, int]:
    """What an effect does that mails: `{queued}`."""
    queue(connection, call.key, to, {"template": template, **about}, call.now)
    call.due.append(call.now)
    return {"queued": len(to)}


def queue(connection: Connection, key: str, to: Iterable[str], payload: Mapping[str, Any], now: float) -> None:
    same = {"kind": "mail", "payload": payload, "status": "waiting", "due": now, "at": now, "attempt": 0, "error": ""}
    if rows := [same | {"key": f"{key}:{one}", "to": one} for one in to]:
        connection.execute(insert(table).on_conflict_do_nothing(), rows)


class Post:
    """Sends one open co-op's deliveries as they fall due."""

    def __init__(
        self, writer: Writer, alarm: Alarm, mailer: Mailer, *, origin: str, clock: Callable[[], float]
    ) -> None:
        self._writer, self._alarm, self._mailer = writer, alarm, mailer
        self._origin, self._clock = origin, clock
        self._seen = 0.0
        self._crew = Crew(16, lambda: alarm.at(clock()))

    async def open(self) -> None:
        if (due := await self._writer.do(partial(_take_over, now=self._clock()))) is not None:
            self._alarm.at(due)

    async def wake(self) -> float | None:
        """Begins what is due, as far as there is room; says when to ask again, None if a bell will ring before."""
        if not (room := self._crew.room()):
            return None
        before, self._seen = self._seen, self._clock()
        if self._seen < before:
            await self._writer.do(partial(_hurry, now=self._seen))
        claimed, due = await self._writer.do(partial(_claim, now=self._clock(), many=room))
        for mail in claimed:
            self._crew.begin(self._send(mail))
        return due

    async def close(self) -> None:
        await self._crew.close()

    def busy(self) -> bool:
        return self._crew.busy()

    async def _send(self, mail: Row[Any]) -> None:
        status, due, why = "sent", None, ""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._mailer.send(f"{self._origin}:{mail.key}", mail.to, mail.payload)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            status = "dead" if mail.attempt >= TRIES or isinstance(error, Refused) else "waiting"
            due = self._clock() + back_off(mail.attempt) if status == "waiting" else None
        settled = {"mail_id": mail.id, "claimed": mail.attempt, "as": status, "until": due, "why": why}
        settled["since"] = mail.at if status == "waiting" else self._clock()
        await self._writer.do(lambda connection: connection.execute(_SETTLE, settled).rowcount)
        if due is not None:
            self._alarm.at(due)


def _claim(connection: Connection, now: float, many: int) -> tuple[list[Row[Any]], float | None]:
    claimed = connection.execute(_CLAIM, {"now": now, "many": many, "until": now + LEASE}).all()
    return list(claimed), connection.scalar(_NEXT)


def _take_over(connection: Connection, now: float) -> float | None:
    """Being sent, and not settled, is what the dead left. When the first mail is due."""
    left = (table.c.status == "waiting", table.c.attempt > 0, table.c.error == "")
    connection.execute(update(table).where(*left).values(due=now))
    _hurry(connection, now)
    due: float | None = connection.scalar(_NEXT)
    return due


def _hurry(connection: Connection, now: float) -> None:
    """After the clock was set back: what was put back by a clock that was ahead is due now."""
    connection.execute(update(table).where(table.c.due > now + LONGEST).values(due=now))
