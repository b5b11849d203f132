"""A private signing key as a store may keep it: sealed under the secret, bound to realm and kid."""

from __future__ import annotations

import json

from rescind.credentials.keyring import Keyring
from rescind.sessions.jwt import jose
from rescind.sessions.jwt.keys import SigningKey, read_keys


def seal_key(key: SigningKey, keyring: Keyring, realm: str) -> bytes:
    """The private key, sealed. ``key.can_sign`` must hold: a public key needs no seal."""
    return keyring.seal(private_jwk(key), _context(realm, key.kid))


def private_jwk(key: SigningKey) -> bytes:
    """The private key as a JWK, for a file that nobody else may read."""
    members = {**jose.private_members(key.key), "kid": key.kid, "alg": key.alg, "use": "sig"}
    return json.dumps(members).encode()


def open_key(sealed: bytes, kid: str, keyring: Keyring, realm: str) -> SigningKey:
    """The key again, admitted by the same rules as one from a file.

    Raises:
        ConfigurationError: it was sealed under another secret, for another realm or kid, or was changed.
    """
    context = _context(realm, kid)
    (key,) = read_keys(keyring.open(sealed, context), source=context)
    return key


def _context(realm: str, kid: str) -> str:
    return f"signing key {kid} of realm {realm}"
