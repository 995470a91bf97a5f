"""What a steward can do about a run; each is refused, with nothing done, when the run has moved on meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

import flows
from domains.errors import Invalid, say
from fragments.forms import Form
from fragments.view import Db, Page, Typed, View

from .run import show


@post("/flows/{id:int}/retries")
async def retry_run(id: FromPath[int], db: Db, view: Page) -> Response[Any]:
    view.steward()
    return await _told(db, view, id, await flows.retry(db, id, view.now.timestamp()), "run-retried")


@post("/flows/{id:int}/cancellations")
async def cancel_run(id: FromPath[int], db: Db, view: Page) -> Response[Any]:
    view.steward()
    return await _told(db, view, id, await flows.cancel(db, id, view.now.timestamp()), "run-cancelled")


@post("/flows/{id:int}/skips")
async def skip_node(id: FromPath[int], db: Db, view: Page, data: Typed) -> Response[Any]:
    me, form = view.steward(), Form(data, id="skip")
    by, now = f"account.person:{me.id}", view.now.timestamp()
    with form.refusals():
        with _answers("value"):
            done = await flows.skip(db, id, _value(form), by, now)
        return await _told(db, view, id, done, "run-skipped")
    return await show(db, view, id, status=422, skip=form)


@post("/flows/{id:int}/resumptions")
async def resume_run(id: FromPath[int], db: Db, view: Page, data: Typed) -> Response[Any]:
    """`choice` is an answer as it stands, `value` any other, as JSON."""
    me, form = view.steward(), Form(data, id="answer")
    by, now = f"account.person:{me.id}", view.now.timestamp()
    with form.refusals():
        with _answers("value" if "value" in data else ""):
            told = _value(form) if "value" in data else _choice(form)
            done = await flows.resume(db, id, form.text("tag"), told, by, now)
        return await _told(db, view, id, done, "run-resumed")
    return await show(db, view, id, status=422, answer=form)


async def _told(db: Db, view: View, id: int, done: bool, said: str) -> Response[Any]:
    return view.see(f"/flows/{id}", said) if done else await show(db, view, id, status=409)


def _value(form: Form) -> Any:
    """Raises Invalid, WrongAnswer."""
    if not form.text("value").strip():
        raise Invalid(value=say('Write a value: true, 12, or a text in quotes like "yes".'))
    return flows.read(form.text("value"))


def _choice(form: Form) -> str:
    """Raises Invalid."""
    if not form.text("choice"):
        raise Invalid(**{"": say("Choose one of the answers.")})
    return form.text("choice")


@contextmanager
def _answers(field: str) -> Iterator[None]:
    """What a run does not take is told where it was typed."""
    try:
        yield
    except flows.WrongAnswer as wrong:
        said = str(wrong)
        raise Invalid(**{field: f"{said[:1].upper()}{said[1:]}."}) from None


ROUTES = [retry_run, skip_node, cancel_run, resume_run]
