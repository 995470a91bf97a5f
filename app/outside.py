"""The way to servers elsewhere."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from domains.outside import MOST, Answer

if TYPE_CHECKING:
    from .dialling import Line


class Outside:
    """`near`: whether servers of this machine and its network may be asked too."""

    def __init__(self, *, near: bool = False) -> None:
        self._near = near

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        most: int = MOST,
    ) -> Answer:
        """Raises Unreachable."""
        return await self._line.ask(method, url, headers or {}, body, most)

    @cached_property
    def _line(self) -> "Line":
        """Made when somebody is asked: its library is a megabyte, and most co-ops ask nobody."""
        from .dialling import Line

        return Line(near=self._near)

    async def close(self) -> None:
        if "_line" in self.__dict__:
            await self._line.close()
