from typing import Annotated

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from domains.errors import say
from flows import viewer
from flows.redaction import text
from flows.standing import RUNS
from fragments.numbers import number
from fragments.view import Db, Page

STATES = {
    "": say("All"),
    "moving": say("Under way"),
    "waiting": say("Waiting"),
    "stuck": say("Stuck"),
    "done": say("Done"),
    "cancelled": say("Cancelled"),
}
State = Annotated[str, QueryParameter(name="state")]
"""Which the framework would have for itself."""


@get(["/flows", "/flows/runs"])
async def runs(
    db: Db, view: Page, standing: State = "", words: FromQuery[str] = "", before: FromQuery[str] = ""
) -> Response[str]:
    """`standing` is one of STATES, or a status of the engine; whatever else it says is all of them."""
    view.steward()
    words, state = words.replace("\0", ""), standing if standing in (*STATES, *viewer.STATUSES) else ""
    found, counts = await viewer.runs(db, state, words, before=number(before)), await viewer.counts(db)
    return await view.render(
        "flows/_runs.html",
        title=view.text(say("Flows")),
        layout="desk.html",
        state=state,
        words=words,
        runs=found,
        states=[(key, view.text(name), counts.get(key, sum(counts.values()))) for key, name in STATES.items()],
        stands=RUNS,
        titles=await viewer.titles(db, found),
        tick=viewer.tick,
        text=text,
        older=found[-1].id if len(found) == viewer.MOST else None,
        newest=number(before) is None,
    )


ROUTES = [runs]
