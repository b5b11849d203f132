"""The keys of an engine with signed tokens: from files, or derived from its secret. Read once, at first use.

Without key files the application's secret makes the signing keys: one Ed25519 key for each secret of the
list, the first of which signs. So a single setting is enough, nothing private is written anywhere, and
changing the secret in two steps (new one last, then first) is changing the key with overlap.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rescind._tokens import random_bytes
from rescind.credentials.keyring import MAKE_ONE, Keyring, read_or_make_secret
from rescind.errors import ConfigurationError
from rescind.sessions.jwt.key_files import read_key_files
from rescind.sessions.jwt.keys import KeySet, admit, make_key

logger = logging.getLogger("rescind.keys")

PURPOSE = "signing key"


@dataclass(frozen=True, slots=True)
class Material:
    """What signs access tokens, and what refresh tokens are derived from. ``repr`` shows nothing secret."""

    keys: KeySet
    keyring: Keyring


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the keys come from.

    Attributes:
        secret: newest first; empty: see ``beside``.
        beside: the file that holds the secret of a database on this machine; made if there is none. ``None``:
            one for this process alone.
        signing_keys: files, the first of which signs; empty: derived from the secret.
    """

    secret: Sequence[str | bytes]
    beside: Path | None
    signing_keys: Sequence[str]


def read_material(sources: Sources) -> Material:
    """Read and admit all keys.

    Raises:
        ConfigurationError: names the setting, the file and the mend.
    """
    keyring = Keyring(sources.secret or [_secret_beside(sources.beside)])
    return Material(_signing_keys(sources.signing_keys, keyring), keyring)


def require_secret(secret: Sequence[str | bytes]) -> None:
    """Where several machines share a store no file beside it can hold the secret.

    Raises:
        ConfigurationError: none is given; with the command that makes one.
    """
    if not secret:
        raise ConfigurationError(
            'session_model="jwt" on a server needs a secret that all workers share: set secret= or '
            f"RESCIND_SECRET; {MAKE_ONE}"
        )


def _secret_beside(path: Path | None) -> str | bytes:
    if path is None:
        return random_bytes(32)
    secret, made = read_or_make_secret(path)
    if made:
        logger.warning(
            "made %s: the secret of this database's tokens; keep it private, back it up with the database",
            path,
        )
    return secret


def _signing_keys(paths: Sequence[str], keyring: Keyring) -> KeySet:
    if paths:
        return read_key_files(paths)
    derived = [make_key("EdDSA", raw) for raw in keyring.derive(PURPOSE)]
    return admit(derived, setting="secret")
