"""What stewards ask of the runs: which there are and how they stand; of one, all that it took, said and did."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from sqlalchemy import Text, func, or_, select
from sqlalchemy import cast as as_type
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity
from domains.errors import NotFound

from .engine.graph import Flow, Suspend
from .engine.keys import token_of
from .engine.models import Delivery, Run, Step, Wait
from .engine.recall import flow_of
from .engine.store import within
from .redaction import text
from .standing import Stood, choices

STATES: Mapping[str, tuple[str, ...]] = {
    "moving": ("ready", "running", "cancelling"),
    "waiting": ("suspended",),
    "stuck": ("dead", "held"),
    "done": ("done",),
    "cancelled": ("cancelled",),
}
"""What people tell apart -> the statuses of the engine that it takes together."""
STATUSES = tuple(status for group in STATES.values() for status in group)
MOST, SHOWN, LONGEST_LIST = 50, 20, 50
"""Runs of a page; items of an each; mails, deeds and children of one run."""
EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Items:
    """Of an each: how many are behind, and when the last one was."""

    count: int
    last: float


@dataclass(frozen=True, slots=True)
class Told:
    """One run, and everything around it; lists hold no more than LONGEST_LIST."""

    run: Run
    flow: Flow | None
    """None where its definition is not there any more."""
    steps: Sequence[Step]
    items: Mapping[str, Items]
    waits: Sequence[Wait]
    mails: Sequence[Delivery]
    deeds: Sequence[Activity]
    steered: Sequence[Activity]
    """What people did about it."""
    because: Activity | None
    children: Sequence[Run]

    @property
    def stood(self) -> Stood:
        behind = [step for step in self.steps if step.index == 0 and step.status != "begun"]
        skipped = [deed.object["node"] for deed in self.steered if deed.object.get("deed") == "skip"]
        return Stood(self.run.node, self.run.status, {step.node: step.output for step in behind}, skipped)

    @property
    def title(self) -> str:
        return title(self.run, self.because.object if self.because else EMPTY)

    @property
    def is_stuck(self) -> bool:
        return self.run.status in STATES["stuck"]

    @property
    def wait(self) -> Wait | None:
        """The one that is open."""
        return next((wait for wait in self.waits if wait.status == "open"), None)

    @property
    def question(self) -> Suspend | None:
        """What it asks, while it waits for an answer."""
        tags = [self.wait.tag] if self.wait else []
        nodes = self.flow.nodes if self.flow else ()
        return next((node for node in nodes if isinstance(node, Suspend) and node.tag in tags), None)

    @property
    def choices(self) -> Mapping[str, str]:
        """Of its question: what may be answered -> where it goes on then."""
        return choices(self.flow, self.question) if self.flow and self.question else {}


async def runs(
    db: AsyncSession, state: str = "", words: str = "", *, before: int | None = None, most: int = MOST
) -> Sequence[Run]:
    """The newest first; `state` of STATES or STATUSES, `before` an id, for the next page."""
    asked = select(Run).order_by(Run.id.desc()).limit(most)
    if state:
        asked = asked.where(Run.status.in_(STATES.get(state, (state,))))
    if before is not None:
        asked = asked.where(Run.id < before)
    for word in words.split()[:10]:
        columns = (Run.name, Run.key, Run.error, as_type(Run.input, Text))
        asked = asked.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return (await db.scalars(asked.execution_options(long=bool(words)))).all()


async def titles(db: AsyncSession, runs: Collection[Run]) -> Mapping[int, str]:
    """Run -> what it is about, in words, without secrets; empty where nothing says so."""
    asked = select(Activity.id, Activity.object).where(Activity.id.in_({run.because for run in runs if run.because}))
    objects = {id: object for id, object in await db.execute(asked)}
    return {run.id: title(run, objects.get(run.because, EMPTY)) for run in runs}


def title(run: Run, object: Mapping[str, Any]) -> str:
    """What it was given goes before the `object` of what set it off."""
    named = (about.get(key) for about in (run.input, object) for key in ("title", "name"))
    return text(" ".join(str(next(filter(None, named), "")).split()))


def tick(run: Run) -> float | None:
    """Of a schedule, whose runs are given nothing but the hour that they are for."""
    return cast(float, run.input["at"]) if run.input.keys() == {"at"} else None


async def counts(db: AsyncSession) -> Mapping[str, int]:
    """Of STATES, all of them."""
    asked = select(Run.status, func.count()).group_by(Run.status).execution_options(long=True)
    found = {status: count for status, count in await db.execute(asked)}
    return {state: sum(found.get(status, 0) for status in group) for state, group in STATES.items()}


async def due(db: AsyncSession, then: float) -> int:
    """How many runs want somebody by then."""
    return (await db.execute(select(func.count()).where(Run.due <= then))).scalar_one()


async def names(db: AsyncSession, ids: Collection[int]) -> Mapping[int, str]:
    """What the flows of these runs are called, of those that there are."""
    if not ids:
        return {}
    return {id: name for id, name in await db.execute(select(Run.id, Run.name).where(Run.id.in_(ids)))}


async def told(db: AsyncSession, id: int) -> Told:
    """Raises NotFound."""
    if not (run := await db.get(Run, id, populate_existing=True)):
        raise NotFound(f"no run {id}")
    steps = select(Step).where(Step.run == id, Step.index <= SHOWN).order_by(Step.at, Step.index)
    deeds = select(Activity).where(Activity.actor == f"flow.run:{id}").order_by(Activity.id).limit(LONGEST_LIST)
    steered = select(Activity).where(Activity.kind == "flow.run", Activity.ref == id).order_by(Activity.id)
    children = select(Run).where(Run.parent == id).order_by(Run.id)
    return Told(
        run=run,
        flow=await _flow(db, run.definition),
        steps=(await db.scalars(steps)).all(),
        items=await _items(db, id),
        waits=(await db.scalars(select(Wait).where(Wait.run == id).order_by(Wait.at))).all(),
        mails=await _mails(db, run.key),
        deeds=(await db.scalars(deeds)).all(),
        steered=(await db.scalars(steered.limit(LONGEST_LIST))).all(),
        because=await db.get(Activity, run.because) if run.because else None,
        children=(await db.scalars(children.limit(LONGEST_LIST))).all(),
    )


async def _flow(db: AsyncSession, hash: str) -> Flow | None:
    try:
        return await within(db, partial(flow_of, hash=hash))
    except NoResultFound:
        return None


async def _items(db: AsyncSession, id: int) -> Mapping[str, Items]:
    asked = select(Step.node, func.count(), func.max(Step.at)).where(
        Step.run == id, Step.index > 0, Step.status == "done"
    )
    return {node: Items(count, last) for node, count, last in await db.execute(asked.group_by(Step.node))}


async def _mails(db: AsyncSession, key: str) -> Sequence[Delivery]:
    """All keys that begin with the run's token stand together in the index."""
    token = token_of(key)
    asked = select(Delivery).where(Delivery.key > f"{token}:", Delivery.key < f"{token};").order_by(Delivery.id)
    return (await db.scalars(asked.limit(LONGEST_LIST))).all()
