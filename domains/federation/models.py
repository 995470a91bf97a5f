"""Nothing yet: followers and deliveries will live here."""
