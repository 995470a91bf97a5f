"""Every setting of the machine: `ROSE_…` variables, or the same lines in `.env`; checked once, when it starts."""

import os
import re
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from .trouble import Trouble

WEAK = 32
"""Characters of a secret key, below which it could be guessed."""
ADDRESS = re.compile(r"(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})", re.ASCII | re.IGNORECASE)
KEYS = ("LITESTREAM_", "AWS_")
"""What variables begin with that are Litestream's."""
TAKES = {
    "port": "takes a whole number from 1 to 65535",
    "open_coops": "takes a whole number from 1 on",
    "sleep_after": "takes a number of days, or 0 for never",
    "pictures": "takes a whole number of megabytes",
    "near": "takes yes or no",
}
"""Setting -> what it takes, where its type alone decides."""


class SettingsTrouble(Trouble):
    """Which setting is wrong, and how to mend it."""


class Settings(BaseSettings):
    """A co-op's own settings (name, hue, time zone) live in its file; these are the machine's."""

    model_config = SettingsConfigDict(
        env_prefix="ROSE_", env_file=".env", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    secret_key: SecretStr = Field(
        description="Wraps every co-op's own keys; at least 32 characters. `make setup` writes one."
    )
    data_dir: Path = Field(Path("data"), description="The folder that holds everything: registry, co-ops, mail.")
    host: str = Field("127.0.0.1", description="The address that `serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port that `serve` listens on.")
    replica: str = Field(
        "",
        description="Where Litestream copies to: file:///… or s3://…, or none; empty: the folder `replica` in it.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="smtp://user:password@host:587 or smtps://…; empty: mails are kept in the folder `mail`.",
    )
    mail_from: str = Field("", description="The sender of mails; empty: hello@ the co-op's host.")
    open_coops: int = Field(50, ge=1, description="How many co-ops' files stay open at most.")
    sleep_after: float = Field(
        0,
        ge=0,
        description="Days after which the file of a co-op that nobody opened is left to its copies alone; 0: never.",
    )
    pictures: int = Field(500, ge=0, description="Megabytes of pictures that each co-op may keep.")
    client_header: str = Field(
        "",
        description="The header in which a proxy names the visitor's address: X-Forwarded-For, Fly-Client-IP.",
    )
    near: bool = Field(
        False,
        description="Whether co-ops may ask servers of this machine and its network, like a Ghost: yes or no.",
    )
    metrics: str = Field("", description="Where Prometheus asks for /metrics, like 127.0.0.1:9100; empty: nowhere.")
    log_level: str = Field("info", description="debug, info, warning or error.")

    @field_validator("secret_key")
    @classmethod
    def _is_strong(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) < WEAK or len(set(key.get_secret_value())) < 10:
            raise ValueError(f"is too weak; it wants at least {WEAK} random characters")
        return key

    @field_validator("replica")
    @classmethod
    def _is_replica(cls, replica: str) -> str:
        if replica and replica != "none" and not replica.startswith(("file:///", "s3://")):
            raise ValueError("is neither file:///…, s3://… nor none")
        return replica

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not url.get_secret_value().startswith(("smtp://", "smtps://")):
            raise ValueError("is neither smtp://… nor smtps://…")
        return url

    @field_validator("metrics")
    @classmethod
    def _is_address(cls, metrics: str) -> str:
        if metrics and not _address(metrics):
            raise ValueError("is no address with a port, like 127.0.0.1:9100")
        return metrics

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level not in ("debug", "info", "warning", "error"):
            raise ValueError("is none of debug, info, warning, error")
        return level

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From the environment and `.env`; what is `given` (and not None) goes before both. Raises SettingsTrouble.

        The keys of the replica stand in the same places under Litestream's own names, and nobody reads them but it.
        """
        for name, value in dotenv_values(".env").items():
            if name.startswith(KEYS) and value:
                os.environ.setdefault(name, value)
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise SettingsTrouble("; ".join(_said(problem) for problem in error.errors())) from None

    @property
    def replica_url(self) -> str:
        """Empty when nothing is replicated."""
        return "" if self.replica == "none" else self.replica or f"file://{self.data_dir.absolute() / 'replica'}"

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        return _address(self.metrics)

    def shown(self) -> dict[str, tuple[str, str]]:
        """Variable -> (value with secrets masked, what it is)."""
        fields = type(self).model_fields
        return {
            f"ROSE_{name.upper()}": (_masked(getattr(self, name)), field.description or "")
            for name, field in fields.items()
        }


def _address(typed: str) -> tuple[str, int] | None:
    """A host and a port; None for whatever else."""
    found = ADDRESS.fullmatch(typed)
    return (found[1].strip("[]"), int(found[2])) if found and 0 < int(found[2]) < 2**16 else None


def _said(problem: ErrorDetails) -> str:
    name, why = problem["loc"][0], problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"ROSE_{str(name).upper()} is missing: set it, or run `make setup`, which writes one to .env"
    return f"ROSE_{str(name).upper()} {TAKES.get(str(name), why)}"


def _masked(value: object) -> str:
    from ops.litestream.trouble import masked

    if isinstance(value, SecretStr):
        return "********" if value.get_secret_value() else ""
    return masked(str(value))
