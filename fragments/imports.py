"""What a page asks of the one import that may be on its way in a co-op, and of what leaves for a Ghost."""

from typing import BinaryIO, Protocol

from domains import account


class Imports(Protocol):
    async def begin(self, file: BinaryIO, name: str, site: str, by: account.Person) -> None:
        """Goes on by itself from here. Raises Invalid for what is no export, Conflict while one is on its way."""

    async def again(self, by: account.Person) -> bool:
        """The last one, that was cut off; whether its file is still here. Raises Invalid, Conflict."""

    def progress(self) -> tuple[int, int] | None:
        """Posts that are done, and all; None where none is on its way."""

    async def leave(self) -> BinaryIO:
        """All posts and pages, as a Ghost imports them: JSON, in an open file without a name. Whoever asks has no
        transaction open."""
