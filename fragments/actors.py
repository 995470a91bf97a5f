"""What people call whoever did something: a person, the co-op itself, whoever runs the machine, or a run of a flow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from domains import account
from domains.errors import say
from flows import viewer

from .view import View

PERSON, RUN, SITE, OPERATOR = "account.person:", "flow.run:", "site", "operator"
FLOW = say("The flow {name}")


@dataclass(frozen=True, slots=True)
class Actor:
    name: str
    href: str = ""
    """Where more is said of it."""


async def actors(db: AsyncSession, view: View, who: Collection[str]) -> Mapping[str, Actor]:
    """As the ledger names them -> as people do; nobody is left out."""
    people = await account.names(db, _ids(PERSON, who))
    runs = await viewer.names(db, _ids(RUN, who))
    return (
        {one: Actor(one) for one in who}
        | {SITE: Actor(view.site.name), OPERATOR: Actor(view.text(say("Whoever runs this machine")))}
        | {f"{PERSON}{id}": Actor(name) for id, name in people.items()}
        | {f"{RUN}{id}": Actor(view.text(FLOW).format(name=name), f"/flows/{id}") for id, name in runs.items()}
    )


def _ids(kind: str, who: Collection[str]) -> set[int]:
    said = (one.removeprefix(kind) for one in who if one.startswith(kind))
    return {int(id) for id in said if id.isascii() and id.isdecimal() and len(id) < 19}
