"""Signatures of stored models: checksums tell that a model is whole, a signature tells who says so.

What is signed is the seal of the manifest, which is the checksum of all that it says, the checksums of
the parts among it. The signature lies beside them in `signature.json`, and travels in the archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from recli import errors, files, json_documents, registry

FILE = "signature.json"
EXTRA = "sign"
_TRUST = "Take it from somebody whom you trust, or import it without `verify`."


class Signature(TypedDict):
    """What `signature.json` says.

    Attributes:
        public_key: the key by which it is verified, hexadecimal
        signature: Ed25519, hexadecimal
    """

    public_key: str
    signature: str


def text(manifest: Mapping[str, Any], key: Path) -> str:
    """The signature of a model, as it is written.

    Args:
        manifest: the manifest of the model, with its seal
        key: the file of a private key, PEM

    Raises:
        MissingExtraError: without the packages for it
        NotFoundError, UsageError: for a file that is not there, or holds no such key
    """
    signature, public = registry.room(EXTRA, "ed25519").signed(key, _message(manifest))
    return files.json_text(Signature(public_key=public.hex(), signature=signature.hex()))


def verify(folder: Path, manifest: Mapping[str, Any], key: Path) -> None:
    """Refuse a model that the owner of a key has not signed.

    Args:
        folder: the folder of the model
        manifest: its manifest, verified
        key: the file of the public key, PEM

    Raises:
        DataError: where there is no signature, or it is another one
        MissingExtraError, NotFoundError, UsageError: as `text`
    """
    room = registry.room(EXTRA, "ed25519")
    public = room.public_key(key)
    if not (folder / FILE).is_file():
        raise errors.DataError(f"{folder}: is not signed. {_TRUST}")
    _, signature = _read(folder)
    if not room.is_signed(public, signature, _message(manifest)):
        raise errors.DataError(f"{folder}: is not signed by the key in {key}. {_TRUST}")


def described(folder: Path, manifest: Mapping[str, Any]) -> str:
    """By which key a model says that it is signed, and whether it is; empty for one without.

    Args:
        folder: the folder of the model
        manifest: its manifest, verified

    Raises:
        DataError: where the signature is damaged
    """
    if not (folder / FILE).is_file():
        return ""
    public, signature = _read(folder)
    by = f"by the key of SHA-256 {hashlib.sha256(public).hexdigest()}"
    if not registry.installed(EXTRA):
        return f"{by}, it says; to see whether it is: pip install 'recli[{EXTRA}]'"
    if not registry.room(EXTRA, "ed25519").is_signed(public, signature, _message(manifest)):
        return f"wrongly, {by}: not by its owner, or altered since"
    return by


def _read(folder: Path) -> tuple[bytes, bytes]:
    """The public key and the signature."""
    path = folder / FILE
    try:
        said = msgspec.convert(json_documents.parsed(path.read_bytes()), Signature)
        return bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
    except ValueError as error:
        raise errors.DataError(
            f"{path}: is damaged: {error}. Remove it, or export the model again."
        ) from None


def _message(manifest: Mapping[str, Any]) -> bytes:
    """What is signed: that it is a model, lest a signature of something else be taken for it."""
    return f"recli model {manifest['seal']}".encode()
