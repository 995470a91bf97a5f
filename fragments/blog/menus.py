"""The menus of a page: what is over it, and what is at its foot."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Response, get

from domains import blog
from domains.errors import say
from fragments.view import Page, View

AT_FIRST = (
    (say("Market"), "/market/goods"),
    (say("Calendar"), "/events/calendar"),
    (say("News"), "/blog/news"),
)
"""What stands over the page until a steward adds something."""


@dataclass(frozen=True, slots=True)
class Way:
    label: str
    href: str
    current: str
    """`page`, `true` for the room that the page is in, or empty."""
    inside: "list[Way]"

    @property
    def holds_current(self) -> bool:
        return any(way.current for way in (self, *self.inside))


@get("/blog/navigation")
async def navigation(view: Page) -> Response[str]:
    ways = _ways((await view.once(blog.menus))[blog.MAIN] or at_first(view), view)
    return await view.render("blog/_navigation.html", title=view.text(say("Navigation")), ways=ways)


@get("/blog/foot")
async def foot(view: Page) -> Response[str]:
    ways = _ways((await view.once(blog.menus))[blog.FOOT], view)
    return await view.render("blog/_foot.html", title=view.text(say("At the foot of each page")), ways=ways)


def at_first(view: View) -> list[blog.Way]:
    return [blog.Way(0, view.text(label), target, None) for label, target in AT_FIRST]


def _ways(found: Sequence[blog.Way], view: View) -> list[Way]:
    """Those that lead somewhere; what is inside one that does not takes its place."""
    there = [way for way in found if not way.missing]
    here, ids = _current([way.target for way in there], view), {way.id for way in there}

    def made(way: blog.Way) -> Way:
        inside = [made(one) for one in there if one.parent == way.id]
        return Way(way.label, way.target, here.get(way.target, ""), inside)

    return [made(way) for way in there if way.parent not in ids]


def _current(targets: Sequence[str], view: View) -> dict[str, str]:
    """The page itself; else the first that leads into the same room."""
    if view.path in targets:
        return {view.path: "page"}
    room = view.under or view.path.split("/")[1]
    inside = [target for target in targets if room and target.startswith(f"/{room}/")]
    return {target: "true" for target in inside[:1]}


ROUTES = [navigation, foot]
