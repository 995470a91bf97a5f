from datetime import timedelta

from litestar import Response, get

from domains import market
from domains.errors import say
from flows import drawing, newsletter
from flows.standing import WORDS, Stood, standing, taken
from fragments import events
from fragments.forms import Form
from fragments.view import Db, Page

FILLED = {"name": "Maud Ellery", "address": "maud@", "locked": "48-0037", "pay": "card", "pot": "yes", "quantity": "2"}
WRONG = {"address": say("Write a whole address, like maud@example.org.")}
PICTURES = (*market.PICTURES, "van", "rose-ash", "bough")
ASKED = Stood("digest", "suspended", {"is_for_it": True})
"""How the run of a flow stands that is drawn here."""
ICONS = (
    "arrow-left", "arrow-right", "calendar", "circle-alert", "circle-check", "download", "grip-vertical", "heart",
    "image", "info", "key-round", "lock", "log-out", "mail", "message-circle", "pencil", "plus", "printer", "repeat-2",
    "rss", "scissors", "search", "shopping-basket", "ticket", "trash-2", "triangle-alert", "undo-2", "user", "x",
)  # fmt: skip


@get(["/parts", "/steward/parts"])
async def parts(db: Db, view: Page) -> Response[str]:
    """What pages are made of, for those who look after how they look: the same macros, in the co-op's own ink."""
    view.steward()
    form = Form(FILLED, id="parts")
    form.wrong = WRONG
    monday = view.today - timedelta(days=view.today.weekday())
    return await view.render(
        "steward/_parts.html",
        title=view.text(say("Parts")),
        form=form,
        days=[monday + timedelta(days=number) for number in range(14)],
        goods=(await market.featured(db, 3)) or (await market.goods(db)).found[:3],
        market_days=await view.embed(events.market_days),
        drawing=drawing.drawn(newsletter.FLOW, standing(newsletter.FLOW, ASKED), taken(newsletter.FLOW, ASKED)),
        words=WORDS,
        pictures=PICTURES,
        icons=ICONS,
    )


ROUTES = [parts]
