"""What travels under a passphrase: argon2id (RFC 9106) makes the key of it, AES-GCM the wrapping."""

import secrets
import unicodedata
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .keys import NONCE
from .trouble import Trouble

LEAST = 12
"""Characters: whoever has the file may guess for as long as they like."""
KDF = {"name": "argon2id", "time": 3, "memory": 64 * 1024, "lanes": 1}
"""Memory in KiB; what a small machine can spare."""
MOST = {"time": 50, "memory": 1024 * 1024, "lanes": 16}
"""What a file may ask of whoever opens it."""
SALT = 16  # bytes


class WrongPassphrase(Exception):
    """It was wrapped under another, or somebody has changed it."""


def check_passphrase(passphrase: str) -> None:
    """Raises Trouble."""
    if len(passphrase) < LEAST:
        raise Trouble(f"A passphrase wants at least {LEAST} characters; a few words make a good one.")


def wrap(passphrase: str, about: str, data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """How the key was made, its salt, and `data` wrapped; it opens for the same `about` alone."""
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    return KDF, salt, nonce + _box(passphrase, KDF, salt).encrypt(nonce, data, about.encode())


def unwrap(passphrase: str, about: str, kdf: dict[str, Any], salt: bytes, wrapped: bytes) -> bytes:
    """Raises WrongPassphrase."""
    try:
        box = _box(passphrase, kdf, salt)
        return box.decrypt(wrapped[:NONCE], wrapped[NONCE:], about.encode())
    except (InvalidTag, KeyError, TypeError, ValueError):
        raise WrongPassphrase from None


def _box(passphrase: str, kdf: dict[str, Any], salt: bytes) -> AESGCM:
    """Raises ValueError for a way that we do not know, or that would take more than we give."""
    if kdf["name"] != "argon2id" or any(not 0 < kdf[name] <= most for name, most in MOST.items()):
        raise ValueError(kdf)
    typed = unicodedata.normalize("NFC", passphrase).encode()
    about = {"time_cost": kdf["time"], "memory_cost": kdf["memory"], "parallelism": kdf["lanes"]}
    return AESGCM(hash_secret_raw(typed, salt, **about, hash_len=32, type=Type.ID))
