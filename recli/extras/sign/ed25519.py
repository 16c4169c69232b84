"""Ed25519 (RFC 8032) by the library `cryptography`, with keys as PEM."""

from __future__ import annotations

import contextlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from recli import errors

_MAKE = "'openssl genpkey -algorithm ed25519 -out key.pem' makes one"
_PUBLIC = "'openssl pkey -in key.pem -pubout -out public.pem' writes it"


def signed(key: Path, message: bytes) -> tuple[bytes, bytes]:
    """A signature, and the public key that goes with it, 64 and 32 bytes.

    Args:
        key: the file of a private key
        message: what is signed

    Raises:
        NotFoundError, UsageError: without such a file, or where it holds no such key
    """
    content = _content(key)
    found: object = None
    # TypeError is what is raised for a key that takes a password.
    with contextlib.suppress(ValueError, TypeError, UnsupportedAlgorithm):
        found = load_pem_private_key(content, None)
    if not isinstance(found, Ed25519PrivateKey):
        raise errors.UsageError(
            f"{key}: holds no private key of Ed25519 that goes without a password: {_MAKE}."
        )
    return found.sign(message), found.public_key().public_bytes_raw()


def public_key(key: Path) -> bytes:
    """The 32 bytes of a public key.

    Args:
        key: the file of a public key

    Raises:
        NotFoundError, UsageError: without such a file, or where it holds no such key
    """
    content = _content(key)
    found: object = None
    with contextlib.suppress(ValueError, UnsupportedAlgorithm):
        found = load_pem_public_key(content)
    if not isinstance(found, Ed25519PublicKey):
        raise errors.UsageError(f"{key}: holds no public key of Ed25519: {_PUBLIC}.")
    return found.public_bytes_raw()


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether whoever has the private key has signed a message.

    Args:
        public: the public key, 32 bytes
        signature: 64 bytes
        message: what is signed
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _content(key: Path) -> bytes:
    try:
        return key.read_bytes()
    except FileNotFoundError:
        raise errors.NotFoundError(f"{key}: no such file.") from None
    except OSError as error:
        raise errors.UsageError(f"{key}: cannot be read: {error.strerror or error}.") from None
