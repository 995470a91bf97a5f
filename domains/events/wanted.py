import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple, Self


class Wanted(NamedTuple):
    """A ticket that somebody asks for who is no member: all of it is in the link that is mailed to them, signed.
    Nothing of it is kept here, and no place held."""

    entry: int
    name: str
    address: str
    places: int
    until: int = 0
    """Seconds since 1970."""

    def written(self) -> str:
        """In letters that need no care in a path."""
        return urlsafe_b64encode(json.dumps(self, ensure_ascii=False).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, written: str) -> Self:
        return cls(*json.loads(urlsafe_b64decode(written + "=" * (-len(written) % 4))))
