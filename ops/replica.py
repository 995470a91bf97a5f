"""The place that copies go to, a folder or a bucket, looked at past Litestream: how much lies there, and erased."""

import asyncio
import os
import re
import shutil
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from .litestream.trouble import LitestreamTrouble, masked

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

KEYS = {
    "access_key_id": ("LITESTREAM_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
    "secret_access_key": ("LITESTREAM_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
}
"""Where Litestream looks for them, and in which order."""
PATIENCE = "20s"
"""For one question, its repetitions included."""
_MESSAGE = re.compile("<Message>(.*?)</Message>")


class Replica:
    """By the address that Litestream is given, of everything or of one co-op's folder."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def place(self) -> str:
        """For people to read."""
        return self.url.partition("?")[0]

    async def size(self) -> int:
        """Bytes. Raises LitestreamTrouble."""
        return sum(found["size"] for found in await asyncio.to_thread(self._all))

    async def newest(self) -> datetime | None:
        """When something was put there last. Raises LitestreamTrouble."""
        return max((found["last_modified"] for found in await asyncio.to_thread(self._all)), default=None)

    async def erase(self) -> int:
        """All that lies below; says how many pieces that were. Again is harmless. Raises LitestreamTrouble."""
        return await asyncio.to_thread(self._erase)

    def _erase(self) -> int:
        pieces = [found["path"] for found in self._all()]
        with _told(self.url):
            if self._is_folder and self._folder.is_dir():
                shutil.rmtree(self._folder)
            elif pieces:
                self._store.delete(pieces)
        return len(pieces)

    def _all(self) -> list[Any]:
        """Asked in a thread: what the library does by itself on our loop may outlive it, and take the process along."""
        with _told(self.url):
            if self._is_folder and not self._folder.is_dir():
                return []
            return [found for some in self._store.list() for found in some]

    @property
    def _is_folder(self) -> bool:
        return self.url.startswith("file:")

    @cached_property
    def _folder(self) -> Path:
        """Nothing in it is percent-encoded, as Litestream takes it."""
        return Path(self.url.removeprefix("file://"))

    @cached_property
    def _store(self) -> "LocalStore | S3Store":
        from obstore.store import LocalStore, S3Store

        if self._is_folder:
            return LocalStore(self._folder)
        parts = urlsplit(self.url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        about: dict[str, Any] = {"region": asked.get("region", "us-east-1")}
        for name, variables in KEYS.items():
            if value := next(filter(None, map(os.environ.get, variables)), ""):
                about[name] = value
        if endpoint := asked.get("endpoint"):
            about["endpoint"] = endpoint if "://" in endpoint else f"https://{endpoint}"
            about["virtual_hosted_style_request"] = asked.get("force-path-style") == "false"
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/"),
            config=cast(Any, about),
            client_options={"allow_http": about.get("endpoint", "").startswith("http://"), "timeout": PATIENCE},
            retry_config={"max_retries": 2},
        )


class _told:
    """Whatever goes wrong there is said in one sentence, without secrets."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        from obstore.exceptions import BaseError

        if isinstance(error, BaseError | OSError | ValueError):  # ValueError: no bucket can have such an address
            raise LitestreamTrouble(f"{masked(self._url)} cannot be reached: {_reason(masked(str(error)))}") from None


def _reason(said: str) -> str:
    """The sentence of the bucket's own, where it has one, out of all that the library tells."""
    if found := _MESSAGE.search(said):
        return found[1].rstrip(".")
    return said.partition("\n")[0].rpartition(" - ")[2][:300]
