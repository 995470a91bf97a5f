"""What is asked of servers elsewhere. `app` lends the way there; whoever asks holds no transaction open meanwhile."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

MOST = 16 * 2**20
"""Bytes of an answer that are taken."""


class Unreachable(Exception):
    """No answer that could be read; why, in a sentence."""


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes


class Transport(Protocol):
    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        most: int = MOST,
    ) -> Answer:
        """Of a public server alone, within seconds; where it is sent on to is not followed. Raises Unreachable."""
