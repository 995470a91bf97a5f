"""What Litestream reads: its settings, and where each file goes."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .trouble import KEYS, LitestreamTrouble, carries_credentials

# An idle file costs no request; weekly snapshots, since each one copies the whole file; a month of points in time.
SETTINGS = """\
snapshot: {interval: 168h, retention: 720h}
levels: [{interval: 10m}, {interval: 2h}, {interval: 24h}]
l0-retention: 30m
l0-retention-check-interval: 10m
shutdown-sync-timeout: 2s
logging: {level: info, type: text, stderr: true}
"""
LONGEST_SOCKET = 107  # bytes, unix(7)


def config(folder: Path, replica: str, always: Sequence[Path]) -> str:
    """The configuration as YAML. Holds no secrets: keys come from the environment. Watches no directory: files other
    than `always` are registered when they are opened."""
    socket = f"socket: {{enabled: true, path: {_quoted(socket_of(folder))}, permissions: 0600}}\n"
    entries = [(_quoted(file), _quoted(address(folder, replica, file))) for file in always]
    files = [f"{{path: {path}, replica: {{url: {url}}}}}" for path, url in entries]
    return f"{socket}{SETTINGS}dbs: [{', '.join(files)}]\n"


def address(folder: Path, replica: str, file: Path) -> str:
    """Where `file` goes: the same relative path below the replica, whose query arguments stay at the end. Nothing is
    percent-encoded: Litestream takes a file URL's path as it stands. A file outside the folder is a ValueError."""
    base, mark, query = replica.partition("?")
    return f"{base.removesuffix('/')}/{file.absolute().relative_to(folder.absolute()).as_posix()}{mark}{query}"


def check_address(replica: str) -> None:
    """Refuses an address that Litestream would misread, or that would write secrets into files and process lists."""
    if "sse-customer-" in replica:  # of which -key would be read by everybody here, and -key-path by nobody at all
        raise LitestreamTrouble(
            "the replica's address cannot hold a key of your own to encrypt with: turn on the bucket's default "
            "encryption, or name a key that the provider keeps, with sse-kms-key-id"
        )
    if carries_credentials(replica):
        raise LitestreamTrouble(f"the replica's keys belong in {' and '.join(KEYS[:2])}, not in its address")
    if not replica.startswith(("file:///", "s3://")):
        raise LitestreamTrouble("the replica's address must begin with file:/// or s3://")


def socket_of(folder: Path) -> Path:
    """In the folder; where that path is too long for a socket, in a private directory that only depends on it."""
    socket = folder.absolute() / "litestream.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET:
        return socket
    name = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"litestream-{os.getuid()}-{name}", "litestream.sock")


def write_config(folder: Path, text: str) -> Path:
    """Readable by us alone from its first byte on."""
    file = folder / "litestream.yml"
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(text)
    return file


def make_private(directory: Path) -> None:
    """Exists afterwards, is ours, and is open to nobody else; LitestreamTrouble when someone else was there first."""
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o170077 != 0o040000:
        raise LitestreamTrouble(f"{directory} is not a private directory of ours, so Litestream cannot use it")


def _quoted(value: Path | str) -> str:
    if isinstance(value, Path):
        value = str(value.absolute())
    return json.dumps(value, ensure_ascii=False)  # any JSON string is a YAML one
