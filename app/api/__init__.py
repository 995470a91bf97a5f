"""What machines are answered."""

from . import federation, health, wellknown

ROUTES = [health.health, *federation.ROUTES, *wellknown.ROUTES]
