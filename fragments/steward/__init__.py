"""The stewards' desk: what needs attention, who did what, what was mailed, and who this co-op is."""

from . import copies, export, ledger, look, mails, parts, sample, settings, today

ROUTES = [
    *today.ROUTES,
    *ledger.ROUTES,
    *mails.ROUTES,
    *copies.ROUTES,
    *look.ROUTES,
    *settings.ROUTES,
    *export.ROUTES,
    *sample.ROUTES,
    *parts.ROUTES,
]
