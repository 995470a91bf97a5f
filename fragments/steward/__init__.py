"""The stewards' desk: what needs attention, who did what, what was mailed, and who this co-op is."""

from . import export, ledger, mails, parts, sample, settings, today

ROUTES = [*today.ROUTES, *ledger.ROUTES, *mails.ROUTES, *settings.ROUTES, *export.ROUTES, *sample.ROUTES, *parts.ROUTES]
