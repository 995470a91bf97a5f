"""What machines are answered."""

from . import crawlers, federation, feeds, health, webhooks, wellknown

ROUTES = [health.health, *federation.ROUTES, *wellknown.ROUTES, *feeds.ROUTES, *crawlers.ROUTES, *webhooks.ROUTES]
