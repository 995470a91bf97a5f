"""Bytes as browsers take them: gzip, and entity tags (RFC 9110)."""

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

TAKEN = re.compile(rb"(?:^|,)[ \t]*gzip[ \t]*(?:;[ \t]*q=(?:1(?:\.0*)?|0\.0*[1-9]\d*)[ \t]*)?(?:,|$)", re.I)
START = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
"""RFC 1952: deflated, no name, no time, as small as can be."""
END = b"\x03\0"
"""RFC 1951: a last block, with nothing in it."""

FEW = 100
"""Bytes that are sent sooner than squeezed: RFC 1951, a block without compression."""


@dataclass(frozen=True)
class Piece:
    """Some bytes of an answer."""

    plain: bytes

    @cached_property
    def deflated(self) -> bytes:
        """Up to a whole byte, so that several are joined without compressing them again."""
        if len(self.plain) < FEW:
            return struct.pack("<BHH", 0, len(self.plain), len(self.plain) ^ 0xFFFF) + self.plain
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return squeeze.compress(self.plain) + squeeze.flush(zlib.Z_FULL_FLUSH)


def joined(pieces: Sequence[Piece], gzip: bool, *, kept: bool = True) -> bytes:
    """What is not kept is squeezed at once, for half the work, into a tenth more."""
    plain = b"".join([piece.plain for piece in pieces])
    if not gzip:
        return plain
    if not kept:
        return zlib.compress(plain, 1, zlib.MAX_WBITS | 16)
    deflated = b"".join([piece.deflated for piece in pieces])
    return START + deflated + END + struct.pack("<LL", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)


@lru_cache(100)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether it is named; `*` alone gets the bytes as they are."""
    return TAKEN.search(accept_encoding) is not None


def tag(pieces: Iterable[Piece]) -> bytes:
    """The same bytes always have the same."""
    return blake2b(b"\0".join([piece.plain for piece in pieces]), digest_size=9).hexdigest().encode()


def is_known(etag: bytes, if_none_match: bytes) -> bool:
    """By weak comparison."""
    known = [one.strip(b" \t").removeprefix(b"W/") for one in if_none_match.split(b",")]
    return etag in known or known == [b"*"]
