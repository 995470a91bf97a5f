"""In the morning the stewards are told what got stuck since the morning before."""

from datetime import timedelta
from functools import partial

from domains import account

from . import desk
from .engine.builder import flow
from .engine.deliveries import mail
from .engine.effects import Call, effect
from .engine.graph import Take
from .engine.schedules import Scheduled
from .engine.store import within
from .tidying import Tick

DAY = timedelta(days=1).total_seconds()


@effect("desk.mail_stuck@1", "tx")
async def mail_stuck(call: Call, *, at: float) -> dict[str, int]:
    """To nobody, when all went well."""
    stuck = await desk.stuck(call.db, since=at - DAY)
    if not stuck.runs and not stuck.mails:
        return {"queued": 0}
    about = {"runs": stuck.runs, "mails": stuck.mails}
    return await within(
        call.db, partial(mail, call=call, to=await account.stewards(call.db), template="stuck", about=about)
    )


FLOW = (
    flow("house.morning", every="daily 08:00", In=Tick).effect("told", "desk.mail_stuck@1", at=Take("input.at")).build()
)
SCHEDULED = Scheduled(
    FLOW,
    wanted="EXISTS (SELECT 1 FROM flow_runs WHERE status IN ('dead', 'held') AND ended > flow_schedules.next - 86400) "
    "OR EXISTS (SELECT 1 FROM flow_deliveries WHERE status = 'dead' AND at > flow_schedules.next - 86400)",
)
