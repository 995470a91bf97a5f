"""Under which keys a run acts: the same at every attempt, and nobody else's, in this file and in the world."""

from hashlib import sha256


def token_of(key: str) -> str:
    """Of the key a run was started with: a file that was restored may number another run as this one was."""
    return sha256(key.encode()).hexdigest()[:16]


def key_of(token: str, node: str, index: int) -> str:
    return f"{token}:{node}:{index}"
