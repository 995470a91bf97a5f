"""The cart owns baskets: whose they are, and what is in them, as it was when it was put in.

A basket belongs to a holder: `person:7` wherever they sign in, or `session:12`, a browser's. What the things are and
cost now is for whoever offers them to say, in a Line; a basket never goes and asks.
"""

from .commands import add_line, change_line, check_line, remove_line, restore_line, take_over
from .line import Line, Standing, standing
from .models import BasketLine
from .queries import inside, line, lines

__all__ = [
    "BasketLine",
    "Line",
    "Standing",
    "add_line",
    "change_line",
    "check_line",
    "inside",
    "line",
    "lines",
    "remove_line",
    "restore_line",
    "standing",
    "take_over",
]
