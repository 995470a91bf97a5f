"""Every setting of the machine: `ROSE_…` variables, or the same lines in `.env`; checked once, when it starts."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from math import inf, isfinite
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values

from .trouble import Trouble

WEAK = 32
"""Characters of a secret key, below which it could be guessed."""
ADDRESS = re.compile(r"(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})", re.ASCII | re.IGNORECASE)
KEYS = ("LITESTREAM_", "AWS_")
"""What variables begin with that are Litestream's."""
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
LEVELS = ("debug", "info", "warning", "error")


class SettingsTrouble(Trouble):
    """Which setting is wrong, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is shown to nobody, not even by mistake."""

    value: str = field(repr=False)


def strong(typed: str) -> Secret:
    if len(typed) < WEAK or len(set(typed)) < 10:
        raise ValueError(f"is too weak; it wants at least {WEAK} random characters")
    return Secret(typed)


def replica(typed: str) -> str:
    if typed and typed != "none" and not typed.startswith(("file:///", "s3://")):
        raise ValueError("is neither file:///…, s3://… nor none")
    return typed


def smtp(typed: str) -> Secret:
    if typed and not typed.startswith(("smtp://", "smtps://")):
        raise ValueError("is neither smtp://… nor smtps://…")
    return Secret(typed)


def address(typed: str) -> str:
    if typed and not _address(typed):
        raise ValueError("is no address with a port, like 127.0.0.1:9100")
    return typed


def level(typed: str) -> str:
    if typed not in LEVELS:
        raise ValueError(f"is none of {', '.join(LEVELS)}")
    return typed


def yes(typed: str) -> bool:
    if typed.lower() not in (*YES, *NO):
        raise ValueError("takes yes or no")
    return typed.lower() in YES


def days(typed: str) -> float:
    takes = "takes a number of days, or 0 for never"
    try:
        read = float(typed)
    except ValueError:
        raise ValueError(takes) from None
    if not isfinite(read) or read < 0:
        raise ValueError(takes)
    return read


def whole(takes: str, least: int, most: float = inf) -> Callable[[str], int]:
    def read(typed: str) -> int:
        if not re.fullmatch(r"\d{1,9}", typed, re.ASCII) or not least <= int(typed) <= most:
            raise ValueError(f"takes a whole number {takes}")
        return int(typed)

    return read


def setting(says: str, default: Any = MISSING, reads: Callable[[str], Any] = str) -> Any:
    """`reads` makes a value of what was typed; it raises ValueError, with the sentence's end that says why."""
    return field(default=default, metadata={"says": says, "reads": reads})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A co-op's own settings (name, hue, time zone) live in its file; these are the machine's."""

    secret_key: Secret = setting(
        "Wraps every co-op's own keys; at least 32 characters. `make setup` writes one.", reads=strong
    )
    data_dir: Path = setting("The folder that holds everything: registry, co-ops, mail.", Path("data"), Path)
    host: str = setting("The address that `serve` listens on.", "127.0.0.1")
    port: int = setting("The port that `serve` listens on.", 8000, whole("from 1 to 65535", 1, 65535))
    replica: str = setting(
        "Where Litestream copies to: file:///… or s3://…, or none; empty: the folder `replica` in it.", "", replica
    )
    smtp_url: Secret = setting(
        "smtp://user:password@host:587 or smtps://…; empty: mails are kept in the folder `mail`.", Secret(""), smtp
    )
    mail_from: str = setting("The sender of mails; empty: hello@ the co-op's host.", "")
    open_coops: int = setting("How many co-ops' files stay open at most.", 50, whole("from 1 on", 1))
    sleep_after: float = setting(
        "Days after which the file of a co-op that nobody opened is left to its copies alone; 0: never.", 0.0, days
    )
    pictures: int = setting("Megabytes of pictures that each co-op may keep.", 500, whole("of megabytes", 0))
    client_header: str = setting(
        "The header in which a proxy names the visitor's address: X-Forwarded-For, Fly-Client-IP.", ""
    )
    near: bool = setting(
        "Whether co-ops may ask servers of this machine and its network, like a Ghost: yes or no.", False, yes
    )
    metrics: str = setting("Where Prometheus asks for /metrics, like 127.0.0.1:9100; empty: nowhere.", "", address)
    log_level: str = setting("debug, info, warning or error.", "info", level)

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From the environment and `.env`; what is `given` (and not None) goes before both. Raises SettingsTrouble.

        The keys of the replica stand in the same places under Litestream's own names, and nobody reads them but it.
        """
        written = {name: value for name, value in dotenv_values(".env").items() if value}
        for name, value in written.items():
            if name.startswith(KEYS):
                os.environ.setdefault(name, value)
        typed = {name: str(value) for name, value in given.items() if value is not None}
        values, wrong = {}, []
        for one in fields(cls):
            variable = VARIABLES[one.name]
            said = typed.get(one.name, os.environ.get(variable, written.get(variable)))
            try:
                if said is not None:
                    values[one.name] = one.metadata["reads"](said)
                elif one.default is MISSING:
                    raise ValueError("is missing: set it, or run `make setup`, which writes one to .env")
            except ValueError as error:
                wrong.append(f"{variable} {error}")
        if wrong:
            raise SettingsTrouble("; ".join(wrong))
        return cls(**values)

    @property
    def replica_url(self) -> str:
        """Empty when nothing is replicated."""
        return "" if self.replica == "none" else self.replica or f"file://{self.data_dir.absolute() / 'replica'}"

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        return _address(self.metrics)

    def shown(self) -> dict[str, tuple[str, str]]:
        """Variable -> (value with secrets masked, what it is)."""
        return {VARIABLES[one.name]: (_masked(getattr(self, one.name)), one.metadata["says"]) for one in fields(self)}


VARIABLES: Mapping[str, str] = {one.name: f"ROSE_{one.name.upper()}" for one in fields(Settings)}
"""Setting -> where it is written."""


def _address(typed: str) -> tuple[str, int] | None:
    """A host and a port; None for whatever else."""
    found = ADDRESS.fullmatch(typed)
    return (found[1].strip("[]"), int(found[2])) if found and 0 < int(found[2]) < 2**16 else None


def _masked(value: object) -> str:
    from ops.litestream.trouble import masked

    if isinstance(value, Secret):
        return "********" if value.value else ""
    return masked(str(value))
