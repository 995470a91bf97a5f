"""What was measured, in Markdown, with its day and its machine."""

import sys
from datetime import date

from .machine import described


def say(words):
    print(words, file=sys.stderr, flush=True)


def tell(titles, rows, *beside):
    """`beside`: of what else is measured, which version."""
    print(f"\nMeasured on {date.today():%-d %B %Y}: {', '.join((described(), *beside))}.\n")
    print(line(titles))
    print(line("---" for _ in titles))
    for row in rows:
        print(line(row))


def line(cells):
    return f"| {' | '.join(cells)} |"
