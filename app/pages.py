"""A page with holes, the parts that fill them, and the answer that they are together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fragments.caching import PRIVATE, PUBLIC

from .coding import Piece, is_known, joined, tag

Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]
ANEW = (b"cache-control", b"content-length")
"""What is said of each answer by itself."""


class Answer(NamedTuple):
    """Whole; and what is said to a browser that has it still."""

    route: str
    etag: bytes
    start: Message
    body: Message
    unmodified: Message

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.body["body"])

    def to(self, if_none_match: bytes) -> tuple[Message, Message]:
        if if_none_match and is_known(self.etag, if_none_match):
            return self.unmodified, {"type": "http.response.body", "body": b""}
        return self.start, self.body


@dataclass(frozen=True, slots=True)
class Parts:
    """A fragment's path -> its HTML, as one bearer sees it."""

    made: Mapping[str, Piece]
    tag: bytes

    @property
    def size(self) -> int:
        """Bytes, those to come by compressing them among them."""
        return 2 * sum(len(part.plain) for part in self.made.values())


@dataclass(frozen=True, slots=True)
class Page:
    route: str
    """Its template: /flows/{id}."""
    headers: Headers
    pieces: tuple[Piece, ...]
    holes: tuple[str, ...]
    tag: bytes

    @property
    def size(self) -> int:
        """Bytes, those to come by compressing them among them."""
        return 2 * sum(len(piece.plain) for piece in self.pieces)

    def fits(self, parts: Parts) -> bool:
        return parts.made.keys() >= set(self.holes)

    def filled(self, parts: Parts, *, gzip: bool, public: bool, kept: bool = True) -> Answer:
        pieces = [self.pieces[0]]
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            pieces += parts.made[hole], piece
        body = joined(pieces, gzip, kept=kept)
        form = (b"-gzip" if kept else b"-quick") if gzip else b""
        etag = b'"%s%s%s"' % (self.tag, parts.tag if self.holes else b"", form)
        headers = [*self.headers, (b"cache-control", (PUBLIC if public else PRIVATE).encode()), (b"etag", etag)]
        coding = [(b"content-encoding", b"gzip")] if gzip else []
        length = (b"content-length", b"%d" % len(body))
        return Answer(
            self.route,
            etag,
            {"type": "http.response.start", "status": 200, "headers": [*headers, *coding, length]},
            {"type": "http.response.body", "body": body},
            {"type": "http.response.start", "status": 304, "headers": headers},
        )


def cut(
    route: str, headers: Iterable[tuple[bytes, bytes]], body: bytes, own: Mapping[str, str]
) -> tuple[Page, Parts] | None:
    """Cuts the parts that are somebody's own out of a page; None where one of them stands twice."""
    made = {path: Piece(html.encode()) for path, html in own.items()}
    if any(body.count(part.plain) > 1 for part in made.values()):
        return None
    holes = sorted((path for path in made if made[path].plain in body), key=lambda path: body.index(made[path].plain))
    pieces = []
    for path in holes:
        before, _, body = body.partition(made[path].plain)
        pieces.append(Piece(before))
    pieces.append(Piece(body))
    kept = [header for header in headers if header[0] not in ANEW]
    return Page(route, kept, tuple(pieces), tuple(holes), tag(pieces)), Parts(made, tag(made.values()))
