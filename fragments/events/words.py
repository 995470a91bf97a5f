from domains.errors import say
from fragments.view import View

KINDS = {"market": say("Market or collection"), "event": say("Event"), "booking": say("Room or van booked")}


def kinds(view: View) -> dict[str, str]:
    return {kind: view.text(name) for kind, name in KINDS.items()}
