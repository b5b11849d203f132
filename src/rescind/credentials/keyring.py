"""The application's secret, from which every other key is derived, and what is sealed under it.

``secret=`` is one text or a list: the first seals and derives what is new, all of them open and recognise
what is old. Each purpose has a key of its own (HKDF, RFC 5869), so that no two uses can meet. What is sealed
is AES-256-GCM (NIST SP 800-38D) with the id of its key, bound to its context: a value moved to another
row does not open there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hmac import compare_digest
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rescind._tokens import random_bytes
from rescind.credentials.private_file import read_private_file
from rescind.errors import ConfigurationError

SHORTEST = 32
"""Bytes of a secret (API.md 12)."""
FEWEST_VALUES = 12
"""Different bytes of a secret or an HMAC key: 32 random ones have about 30, a repeated word has fewer."""
_NONCE, _ID = 12, 4
MAKE_ONE = "make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"


class Keyring:
    """Secrets, newest first. ``repr`` shows how many there are and nothing else."""

    def __init__(self, secrets: Sequence[str | bytes], *, setting: str = "secret") -> None:
        raw = [_admitted(secret, number, setting) for number, secret in enumerate(secrets, 1)]
        if not raw:
            raise ConfigurationError(f"{setting} is empty; {MAKE_ONE}")
        self._secrets = raw

    def __repr__(self) -> str:
        return f"Keyring({len(self._secrets)})"

    def derive(self, purpose: str) -> list[bytes]:
        """A key of 32 bytes per secret, newest first, for this purpose alone."""
        return [_derived(secret, purpose) for secret in self._secrets]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal under the newest secret.

        Args:
            context: where it belongs, as ``"signing_key|realm|kid"``; it opens there only.
        """
        key, nonce = self.derive("seal")[0], random_bytes(_NONCE)
        return _id_of(key) + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Open with whichever secret sealed it.

        Raises:
            ConfigurationError: no secret given here sealed it, or it was changed or moved.
        """
        named, nonce, text = sealed[:_ID], sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
        for key in self.derive("seal"):
            if compare_digest(_id_of(key), named):
                try:
                    return AESGCM(key).decrypt(nonce, text, context.encode())
                except (InvalidTag, ValueError):
                    break
        raise ConfigurationError(
            f"{context} does not open: it was sealed under a secret that is not given here, or changed; give "
            "the former secret as the last one of the list"
        )


def read_or_make_secret(path: Path) -> tuple[str, bool]:
    """The secret in a file beside a database of one machine, made (mode 0600) if there is none.

    Returns:
        the secret, and whether it was just made. Of several processes that begin together one makes it.

    Raises:
        ConfigurationError: names the file and the mend.
    """
    made = _make(path)
    file = read_private_file(path, source=str(path))
    if file.exposed:
        raise ConfigurationError(f"{path}: {file.exposed}; chmod 600 it, or set secret=")
    return file.text.decode("ascii", "replace").strip(), made


def _make(path: Path) -> bool:
    """Whole or not at all: written beside it and linked to its name, which fails if somebody was first."""
    if path.exists():
        return False
    draft = path.with_name(f"{path.name}.{random_bytes(8).hex()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, random_bytes(SHORTEST).hex().encode("ascii") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be made ({os.strerror(error.errno or 0)}); set secret= or RESCIND_SECRET"
        ) from None
    return True


def _admitted(secret: str | bytes, number: int, setting: str) -> bytes:
    raw = secret.encode() if isinstance(secret, str) else secret
    which = setting if number == 1 else f"{setting}, number {number}"
    if len(raw) < SHORTEST:
        raise ConfigurationError(f"{which} has {len(raw)} bytes and needs {SHORTEST}; {MAKE_ONE}")
    if len(set(raw)) < FEWEST_VALUES:
        raise ConfigurationError(f"{which} repeats itself and is easily guessed; {MAKE_ONE}")
    return raw


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"rescind v1 {purpose}".encode()).derive(secret)


def _id_of(key: bytes) -> bytes:
    return HKDF(SHA256(), _ID, salt=None, info=b"rescind v1 key id").derive(key)
