"""Numbers in an address, as anybody may have typed them."""


def number(typed: str) -> int | None:
    """None for what can be no id."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None
