"""The runs of flows, as stewards see them: which there are, one drawn, and what can be done about it."""

from . import deeds, run, runs

ROUTES = [*runs.ROUTES, *run.ROUTES, *deeds.ROUTES]
