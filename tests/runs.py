"""Runs in every state there is, made by the engine itself, of flows that any server of ours can go on with."""

from dataclasses import dataclass, fields
from functools import partial

from sqlalchemy import insert, select, update

import flows
from domains import blog
from flows.engine import store
from flows.engine.builder import flow
from flows.engine.graph import END, Effect, Flow, Take
from flows.engine.models import Definition, Delivery, Run
from flows.tidying import Tick
from tests.conftest import settle


@dataclass
class In:
    title: str
    api_key: str
    people: list[str]
    post: int


MAIL = {"template": "welcome", "about": {"sign_in": 1, "next": ""}}
ONE = flow("tale.one", In=In).effect("told", "mail.queue@1", to=Take("input.people"), **MAIL).build()
ASKING = (
    flow("tale.asking", In=In)
    .suspend("asked", tag="ask", days=30)
    .branch("is_yes", Take("asked.payload"), equals="yes")
    .effect("told", "mail.queue@1", to=Take("input.people"), **MAIL)
    .build()
)
FAILING = (
    flow("tale.failing", In=In)
    .effect("mailed", "blog.mail_readers@1", template="digest", post=Take("input.post"))
    .effect("told", "mail.queue@1", to=Take("input.people"), **MAIL)
    .build()
)
TAKES = {field.name: Take(f"input.{field.name}") for field in fields(In)}
MANY = flow("tale.many", In=In).each("each", Take("input.people"), ASKING, limit=2, **TAKES).build()
TICKING = flow("tale.ticking", every="Sunday 03:30", In=Tick).suspend("asked", tag="ask", days=1).build()
OLD = Flow("tale.old", "", "", tuple(TAKES), (Effect("gone", "tale.gone@1", {}, 0, END),))
"""Of a version that did something which nobody here can do any more."""
DEAD = {"kind": "mail", "payload": {"template": "lapsed"}, "due": None, "at": 1, "status": "dead", "attempt": 8}
INPUT = {"title": "Mud & boots", "api_key": "sk-1234567890", "people": [], "post": 999_999}


async def in_every_state(coop):
    """What it is -> the id of its run."""
    made = {}
    for name, story in {"done": ONE, "asking": ASKING, "cancelled": ASKING, "failed": FAILING, "many": MANY}.items():
        made[name] = await begin(coop, story, f"{name}:1", people=["tam@oakhill.example"] * (name == "many"))
    made["held"] = await begin(coop, OLD, "held:1")
    await settle(coop)
    await give_up(coop, made["failed"])
    async with coop.writing() as db:
        await flows.cancel(db, made["cancelled"], coop._clock())
    made["newsletter"] = await newsletter(coop)
    await settle(coop)
    return made


async def begin(coop, story, key, **input):
    """Kept and due, whoever can run it; its id."""
    async with coop.writing() as db:
        if story is OLD:  # nobody could build it now
            about = {"hash": story.hash, "name": story.name, "spec": story.spec, "needs": "effect"}
            await db.execute(insert(Definition).values(about))
        start = partial(store.start, flow=story, input=INPUT | input, key=key, now=coop._clock())
        return (await store.within(db, start)).id


async def give_up(coop, id):
    """However long it would wait between its tries."""
    for _ in range(4):
        async with coop.writing() as db:
            await db.execute(update(Run).where(Run.id == id, Run.status == "ready").values(due=coop._clock()))
        await settle(coop)


async def newsletter(coop, title="Mulch in the rain"):
    """A post for the newsletter is published; the run that it sets off waits for its day."""
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words(title, "At last.", tags="newsletter"), status="published")
    await settle(coop)
    async with coop.reading() as db:
        return await db.scalar(select(Run.id).where(Run.name == "blog.newsletter").order_by(Run.id.desc()).limit(1))


async def dead_mail(coop):
    """One that was refused too often; its id."""
    async with coop.writing() as db:
        queued = insert(Delivery).values(**DEAD, key="dead", to="sam@oak.example", error="SMTPError: no")
        return (await db.execute(queued)).inserted_primary_key[0]
