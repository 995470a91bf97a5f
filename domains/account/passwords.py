"""argon2id, away from the event loop and outside any transaction; a few at once, for each takes its memory."""

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from domains.errors import Invalid, say

LEAST, MOST = 10, 200  # characters
_few = asyncio.Semaphore(2)


async def hash_password(typed: str) -> str:
    """Raises Invalid."""
    if len(typed) < LEAST:
        raise Invalid(password=say("Use at least ten characters; a few words make a good password."))
    if len(typed) > MOST:
        raise Invalid(password=say("This is too long. Shorten it."))
    async with _few:
        return await asyncio.to_thread(_hasher().hash, _composed(typed))


async def is_password(hashed: str, typed: str) -> bool:
    """Takes as long when nobody has that password: `hashed` is empty, and a stand-in is asked."""
    async with _few:
        fits = await asyncio.to_thread(_fits, hashed, _composed(typed[: MOST + 1]))
    return fits and bool(hashed)


def _fits(hashed: str, typed: str) -> bool:
    stand_in = _stand_in()  # asked for by everybody, so that making it tells nobody apart
    try:
        return _hasher().verify(hashed or stand_in, typed)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _composed(typed: str) -> str:
    """Keyboards write the same letter in several ways."""
    return unicodedata.normalize("NFC", typed)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _stand_in() -> str:
    return _hasher().hash("nobody has this password")
