import json
from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from domains.errors import say
from flows import drawing, redaction, twin, viewer
from flows.standing import RUNS, WORDS, standing, taken
from fragments.actors import actors
from fragments.forms import Form
from fragments.steward.mails import KINDS as MAILS
from fragments.view import Db, Page, View

KINDS = {
    "effect": say("Effect"),
    "branch": say("Branch"),
    "each": say("Each"),
    "suspend": say("Suspend"),
    "segment": say("Elsewhere"),
    "end": say("End"),
}
SOON, LATER = "1s", "5s"
"""How often a page asks again: while the run moves, and while it can move."""


@get(["/flows/{id:int}", "/flows/run/{id:int}"])
async def run(id: FromPath[int], db: Db, view: Page) -> Response[str]:
    view.steward()
    return await show(db, view, id)


async def show(
    db: AsyncSession, view: View, id: int, *, status: int = 200, skip: Form | None = None, answer: Form | None = None
) -> Response[str]:
    """`skip`, `answer`: a form that was refused, while the run still stands so that there is one. Raises NotFound."""
    told = await viewer.told(db, id)
    if (skip and not told.is_stuck) or (answer and not told.question):
        status = 409
    return await view.render(
        "flows/_run.html",
        title=f"{told.run.name}, {id}",
        layout="desk.html",
        status=status,
        told=told,
        run=told.run,
        state=RUNS[told.run.status],
        drawing=_drawn(told),
        rows=twin.rows(told),
        actors=await actors(db, view, _who(told)),
        kinds=KINDS,
        mails=MAILS,
        words=WORDS,
        stands=RUNS,
        asks_again="" if status != 200 else _asks_again(told.run.status),
        skip=skip or Form(id="skip"),
        answer=answer or Form(id="answer"),
        has_moved=status == 409,
        shown=shown,
        text=redaction.text,
        tick=viewer.tick,
    )


def shown(data: Any) -> str:
    """A JSON, without its secrets, as people read it."""
    return json.dumps(redaction.redacted(data), indent=2, ensure_ascii=False)


def _drawn(told: viewer.Told) -> drawing.Drawing | None:
    flow = told.flow
    return drawing.drawn(flow, standing(flow, told.stood), taken(flow, told.stood)) if flow else None


def _who(told: viewer.Told) -> list[str]:
    deeds = [*told.deeds, *told.steered, *([told.because] if told.because else ())]
    return [deed.actor for deed in deeds] + [wait.by for wait in told.waits]


def _asks_again(status: str) -> str:
    """Empty for what stays as it is."""
    return SOON if status in viewer.STATES["moving"] else "" if status in ("done", "cancelled") else LATER


ROUTES = [run]
