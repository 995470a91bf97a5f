"""Runs and watches Litestream, which copies every commit of the data folder's SQLite files to a replica.

It owns `litestream.lock` (held for exactly as long as a Litestream runs), `litestream.yml`, `litestream.sock` and the
empty folder `litestream/` in the data folder. OPS.md says what was measured.
"""

from .child import TRIED, binary, restore, version_of
from .config import check_address, config
from .lock import holding_lock
from .supervisor import Litestream
from .trouble import LitestreamTrouble

__all__ = [
    "TRIED",
    "Litestream",
    "LitestreamTrouble",
    "binary",
    "check_address",
    "config",
    "holding_lock",
    "restore",
    "version_of",
]
