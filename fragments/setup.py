"""The first minute of a server without a co-op: whoever was shown its address when it started makes one."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from domains.errors import NotFound, say

from . import choices
from .forms import Form
from .guesses import guesses
from .view import Typed, View

TYPED = ("name", "url", "steward", "hue", "timezone", "currency", "language")
FIRST = "/steward"
"""Where its steward goes first."""
LAYOUT, UNKEPT = "setup/layout.html", {"cache-control": "no-store"}


@runtime_checkable
class Setup(Protocol):
    async def view(self, request: Request[Any, Any, Any]) -> View:
        """Over a co-op that is not there yet. Raises NotFound once others made one."""

    def admits(self, token: str) -> bool:
        """Whether it is the one that was printed, and there is no co-op yet."""

    async def made(self, token: str) -> Mapping[str, str] | None:
        """For whoever made it with this token: its `url`, `slug`, `steward`, and `sign_in_url`, "" once it is spent."""

    async def create(self, *, sample: bool, **typed: str) -> dict[str, str]:
        """The co-op's `url` and its steward's `sign_in_url`. Twice at once is once. Raises Invalid, Conflict."""


FirstMinute = NamedDependency[Setup]


@get(["/setup", "/setup/new-coop"])
async def new_coop(request: Request[Any, Any, Any], setup: FirstMinute, token: FromQuery[str] = "") -> Response[str]:
    if made := await setup.made(token):
        return await _lead_on(await setup.view(request), made)
    view = await _admitted(request, setup, token)
    guessed = guesses(view.request.headers.get("accept-language", ""))
    first = {"token": token, "url": _here(view), "hue": str(view.site.hue), "sample": "yes"}
    return await _new_coop(view, Form(guessed | first), guessed=True)


@post("/setup/new-coop")
async def create_coop(request: Request[Any, Any, Any], setup: FirstMinute, data: Typed) -> Response[Any]:
    """`then` is look: nothing is made, and the page is printed in the ink that was chosen."""
    form = Form(data)
    if made := await setup.made(form.text("token")):
        return await _lead_on(await setup.view(request), made)
    view = await _admitted(request, setup, form.text("token"))
    if form.text("then") == "look":
        return await _new_coop(view, form)
    with form.refusals():
        about = {name: form.text(name) for name in TYPED}
        return await _enter(view, await setup.create(sample=bool(form.text("sample")), **about))
    return await _new_coop(view, form, status=422)


async def _admitted(request: Request[Any, Any, Any], setup: Setup, token: str) -> View:
    """Raises NotFound: whoever guesses learns nothing."""
    if not setup.admits(token):
        raise NotFound("setup")
    return await setup.view(request)


async def _enter(view: View, made: dict[str, str]) -> Response[Any]:
    """Where it was made at its own address the form goes on to its sign-in link; else the browser goes there itself."""
    if view.request.headers.get("origin") == made["url"]:
        return Redirect(made["sign_in_url"], status_code=307, headers=UNKEPT)
    return await _lead_on(view, made)


async def _lead_on(view: View, made: Mapping[str, str]) -> Response[Any]:
    """By its link, or where that is spent, by how to get another."""
    view.caching.is_personal = True
    link = f"{made['sign_in_url']}?next={FIRST}" if made["sign_in_url"] else ""
    title = view.text(say("It is made"))
    page = await view.render("setup/_made.html", title=title, layout=LAYOUT, made=made, link=link)
    page.headers.update(UNKEPT | ({"refresh": f"0; url={link}"} if link else {}))
    return page


async def _new_coop(view: View, form: Form, status: int = 200, *, guessed: bool = False) -> Response[str]:
    hue = form.text("hue")
    view.site.hue = int(hue) if hue.isascii() and hue.isdecimal() and int(hue[:9]) <= 360 else view.site.hue
    page = await view.render(
        "setup/_new_coop.html",
        title=view.text(say("Make your co-op")),
        layout=LAYOUT,
        status=status,
        form=form,
        guessed=guessed,
        first=FIRST,
        zones=choices.zones(),
        currencies=choices.currencies(view.site.language),
        languages=choices.languages(),
    )
    page.headers["cache-control"] = "no-store"
    return page


def _here(view: View) -> str:
    """The address that it was opened at, as the browser has it."""
    headers = view.request.headers
    is_secure = headers.get("x-forwarded-proto", view.request.url.scheme).startswith("https")
    return f"{'https' if is_secure else 'http'}://{headers['host']}"


ROUTES = [new_coop, create_coop]
