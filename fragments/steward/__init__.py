"""The stewards' desk: what needs attention, who did what, what was mailed, and who this co-op is."""

from . import copies, export, ledger, mails, parts, sample, settings, today

ROUTES = [
    *today.ROUTES,
    *ledger.ROUTES,
    *mails.ROUTES,
    *copies.ROUTES,
    *settings.ROUTES,
    *export.ROUTES,
    *sample.ROUTES,
    *parts.ROUTES,
]
