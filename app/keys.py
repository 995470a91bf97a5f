"""A co-op's own keys, sealed under the machine's secret key: a file without its machine opens no door."""

import secrets
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, Signer

NONCE = 12  # bytes; NIST SP 800-38D


class WrongKey(Exception):
    """These keys were sealed under another ROSE_SECRET_KEY."""


class Sealer:
    """Seals and opens what belongs to one co-op; what was sealed for another does not open."""

    def __init__(self, secret: str, coop: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"rose-ash coop {coop}".encode())
        self._box = AESGCM(derive.derive(secret.encode()))

    def seal(self, name: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._box.encrypt(nonce, key, name.encode())

    def open(self, name: str, wrapped: bytes) -> bytes:
        """Raises WrongKey."""
        try:
            return self._box.decrypt(wrapped[:NONCE], wrapped[NONCE:], name.encode())
        except InvalidTag:
            raise WrongKey(name) from None


class Keyring:
    """One co-op's keys, open."""

    def __init__(self, sealer: Sealer, wrapped: Mapping[str, bytes]) -> None:
        """Raises WrongKey, and KeyError for a file that has none."""
        self._sealer = sealer
        self._keys = {name: sealer.open(name, key) for name, key in wrapped.items()}
        self._signing = self._keys["signing"]
        self._signers: dict[str, Signer] = {}

    def sign(self, purpose: str, what: str) -> str:
        """`what`, so that nobody can change it, for this purpose alone; it can be read."""
        return self._signer(purpose).sign(what).decode()

    def unsign(self, purpose: str, signed: str) -> str | None:
        """None when this co-op never signed that for this purpose."""
        try:
            return self._signer(purpose).unsign(signed).decode()
        except (BadSignature, UnicodeError):
            return None

    def seal(self, name: str, secret: bytes) -> bytes:
        """To be kept in this co-op's own file, beside its keys."""
        return self._sealer.seal(name, secret)

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """Raises WrongKey."""
        return self._sealer.open(name, sealed)

    def _signer(self, purpose: str) -> Signer:
        if purpose not in self._signers:
            self._signers[purpose] = Signer(self._signing, salt=f"rose.{purpose}", digest_method=sha256)
        return self._signers[purpose]


def new_keys() -> dict[str, bytes]:
    """What a new co-op is born with: `signing` (cookies, links) and `actor` (RSA in PKCS 8, for its federation)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    actor = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"signing": secrets.token_bytes(32), "actor": actor}


def public_pem(private: bytes) -> str:
    """SubjectPublicKeyInfo in PEM, as actor documents carry it."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_der_private_key(private, None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
