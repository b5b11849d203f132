"""Which keys may sign and verify: decided once, when they are read, by pure functions.

Rules, and where they come from:

1. One algorithm per key, pinned to it; the header of a token only has to agree (RFC 8725bis 3.2).
2. Sizes: HMAC keys of at least 32 random bytes (RFC 7518 3.2, RFC 8725 3.5), P-256, Ed25519. No RSA here.
3. Text that is a public key or certificate is never an HMAC key (CVE-2022-29217, CVE-2024-33663).
4. ``use`` and ``key_ops``, where given, must allow it (RFC 7517 4.2, 4.3).
5. In one set: no ``kid`` twice, no key twice, no HMAC key beside a public one. The first key signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any, NoReturn

from rescind.credentials.keyring import FEWEST_VALUES
from rescind.errors import ConfigurationError, Refused
from rescind.sessions.jwt import jose
from rescind.sessions.jwt.compact import decode_segment, encode_segment, strict_json
from rescind.sessions.jwt.jose import ALGORITHMS, Algorithm, Key

SHORTEST_SECRET = 32
"""Bytes of an HMAC key: the output of SHA-256 (RFC 7518 3.2)."""

_KID = re.compile(r"\A[A-Za-z0-9._~@-]{1,64}\Z", re.ASCII)
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_MAKE_ONE = "make one: openssl genpkey -algorithm ed25519 -out signing.pem && chmod 600 signing.pem"


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """A key with exactly one algorithm. ``repr`` shows nothing secret.

    Attributes:
        kid: its name in token headers and in the published set.
        alg: the one algorithm.
        can_sign: it has its private half.
        source: where it came from, for messages.
    """

    kid: str
    alg: Algorithm
    can_sign: bool
    source: str
    key: Key = field(repr=False)

    def sign(self, signing_input: bytes) -> bytes:
        return jose.sign(self.alg, self.key, signing_input)

    def verify(self, signing_input: bytes, signature: bytes) -> bool:
        """Whether the signature is of this key over these bytes, in the spelling that we make."""
        return jose.is_lower(self.alg, signature) and jose.verify(
            self.alg, self.key, signing_input, signature
        )

    def public_jwk(self) -> dict[str, str]:
        """As published: the public half, with the one algorithm and use."""
        return {**jose.public_members(self.key), "kid": self.kid, "alg": self.alg, "use": "sig"}

    def private_jwk(self) -> dict[str, str]:
        """With its private half, for a file that nobody else may read. ``can_sign`` must hold."""
        return {**jose.private_members(self.key), "kid": self.kid, "alg": self.alg, "use": "sig"}


class KeySet:
    """The keys of one issuer, by ``kid``; the first signs, the others verify what they have signed.

    Attributes:
        signing: the one that signs.
        signers: those that could, in order: when the first has ended, the next one signs.
    """

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self.signing = keys[0]
        self.signers = tuple(key for key in keys if key.can_sign)
        self._by_kid = {key.kid: key for key in keys}

    def __repr__(self) -> str:
        return f"KeySet({', '.join(f'{key.kid}: {key.alg}' for key in self._by_kid.values())})"

    def __iter__(self) -> Iterator[SigningKey]:
        return iter(self._by_kid.values())

    def find(self, kid: str) -> SigningKey | None:
        return self._by_kid.get(kid)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWK set to publish (RFC 7517 5). HMAC keys have nothing to publish."""
        keys = [key.public_jwk() for key in self._by_kid.values() if key.alg != "HS256"]
        return {"keys": keys}


def admit(keys: Iterable[SigningKey], *, setting: str) -> KeySet:
    """Make a set of keys that were admitted one by one.

    Args:
        setting: the name of the setting they came from, for messages.

    Raises:
        ConfigurationError: names the setting, the two sources where there are two, and the mend.
    """
    admitted = list(keys)
    if not admitted:
        raise ConfigurationError(f"{setting} is empty: name at least one private key; {_MAKE_ONE}")
    first = admitted[0]
    if not first.can_sign:
        raise ConfigurationError(
            f"{setting}: the first key signs and {first.source} is a public key; put a private key first"
        )
    kids: dict[str, SigningKey] = {}
    prints: dict[str, SigningKey] = {}
    for key in admitted:
        other = kids.setdefault(key.kid, key)
        if other is not key:
            raise ConfigurationError(
                f"{setting}: {other.source} and {key.source} both have kid {key.kid!r}; rename one"
            )
        other = prints.setdefault(jose.thumbprint(key.key), key)
        if other is not key:
            raise ConfigurationError(
                f"{setting}: {other.source} and {key.source} are the same key, and a key has one algorithm "
                "and one kid; remove one"
            )
        if (key.alg == "HS256") != (first.alg == "HS256"):
            raise ConfigurationError(
                f"{setting}: {first.source} is {first.alg} and {key.source} is {key.alg}; an HMAC key and a "
                "public key in one set invite algorithm confusion: use keys of one sort"
            )
    return KeySet(admitted)


def read_keys(text: bytes, *, source: str) -> list[SigningKey]:
    """The keys in a PEM block, a JWK or a JWK set.

    Args:
        source: what messages call it: the setting and the file.

    Raises:
        ConfigurationError: names ``source`` and the mend; never repeats the text.
    """
    stripped = text.strip()
    if stripped.startswith(b"{"):
        return _read_json(stripped, source)
    if not _PEM.search(stripped):
        _refuse(source, f"neither PEM nor JWK; {_MAKE_ONE}")
    return [_read_pem(stripped, source)]


def make_key(alg: str, raw: bytes, *, kid: str | None = None) -> SigningKey:
    """A new private key.

    Args:
        raw: 32 random bytes; ES256 takes its own from the operating system.
        kid: by default the thumbprint.
    """
    algorithm = next((one for one in ALGORITHMS if one == alg), None)
    if algorithm is None:
        raise ConfigurationError(f"algorithm {alg!r}: one of {', '.join(ALGORITHMS)}")
    key = jose.make(algorithm, raw)
    return SigningKey(kid or _name(key), algorithm, can_sign=True, source="a key just made", key=key)


def _read_json(text: bytes, source: str) -> list[SigningKey]:
    try:
        parsed = strict_json(text)
    except Refused as refused:
        _refuse(source, f"no usable JSON ({refused.detail})")
    if "keys" not in parsed:
        return [_read_jwk(parsed, source)]
    members = parsed["keys"]
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        _refuse(source, 'a JWK set whose "keys" is no list of keys')
    if not members:
        _refuse(source, "a JWK set without keys")
    return [_read_jwk(one, f"{source}, key {number}") for number, one in enumerate(members, 1)]


def _read_jwk(jwk: dict[str, Any], source: str) -> SigningKey:
    kty, alg, kid = jwk.get("kty"), jwk.get("alg"), jwk.get("kid")
    if kty not in ("EC", "OKP", "oct"):
        _refuse(source, f"a key of type {_shown(kty)}; usable are EC (P-256), OKP (Ed25519) and oct")
    _require_use(jwk, source, private=kty == "oct" or "d" in jwk)
    try:
        if kty == "oct":
            key: Key = jose.from_bytes(_secret_bytes(jwk, source))
        else:
            key = jose.from_jwk(jwk)
    except (*jose.KEY_ERRORS, Refused):
        _refuse(source, "its members make no valid key of that type")
    if kid is not None and (not isinstance(kid, str) or not _KID.match(kid)):
        _refuse(source, "kid: 1 to 64 of A-Z a-z 0-9 . _ ~ @ -")
    return _admit_one(key, source, alg=alg, kid=kid)


def _secret_bytes(jwk: dict[str, Any], source: str) -> bytes:
    """The bytes of an HMAC key, if they are fit to be one."""
    text = jwk.get("k")
    raw = decode_segment(text) if isinstance(text, str) else b""
    if len(raw) < SHORTEST_SECRET:
        _refuse(source, f"an HMAC key of {len(raw)} bytes; HS256 needs {SHORTEST_SECRET} random ones")
    if len(set(raw)) < FEWEST_VALUES:
        _refuse(source, "an HMAC key that repeats itself; take random bytes, never a password")
    if b"-----BEGIN" in raw or raw.lstrip().startswith((b"{", b"ssh-", b"ecdsa-")):
        _refuse(source, "an HMAC key that is the text of another key; take random bytes")
    return raw


def _require_use(jwk: dict[str, Any], source: str, *, private: bool) -> None:
    use, operations = jwk.get("use", "sig"), jwk.get("key_ops")
    if use != "sig":
        _refuse(source, f'use is {_shown(use)}; a signing key has "use": "sig"')
    if operations is None:
        return
    wanted = "sign" if private else "verify"
    if not isinstance(operations, list) or wanted not in operations:
        _refuse(source, f'key_ops must name "{wanted}"')


def _read_pem(text: bytes, source: str) -> SigningKey:
    labels = [label.decode("ascii") for label in _PEM.findall(text)]
    keys = [
        label for label in labels if label != "EC PARAMETERS"
    ]  # openssl ecparam writes them before the key
    if len(keys) != 1:
        _refuse(source, f"{len(keys)} PEM blocks; one key per file")
    label = keys[0]
    if label == "CERTIFICATE":
        _refuse(source, "a certificate; name the private key that belongs to it")
    if label == "OPENSSH PRIVATE KEY":
        _refuse(source, "in OpenSSH's own format; convert it: ssh-keygen -p -m PKCS8 -N '' -f FILE")
    if label == "ENCRYPTED PRIVATE KEY" or b"\nProc-Type: 4,ENCRYPTED" in text:
        _refuse(source, "encrypted; decrypt it into a file of mode 0600: openssl pkey -in FILE -out PLAIN")
    try:
        key = jose.from_pem(text)
    except jose.KEY_ERRORS:
        _refuse(source, f"PEM of a {label} that cannot be read")
    if key is None:
        _refuse(source, f"neither Ed25519 nor P-256; {_MAKE_ONE}")
    return _admit_one(key, source, alg=None, kid=None)


def _admit_one(key: Key, source: str, *, alg: Any, kid: str | None) -> SigningKey:
    fitting = [one for one in ALGORITHMS if jose.fits(one, key)]
    if not fitting:
        _refuse(source, f"on the curve {jose.curve_of(key)}; usable are P-256 and Ed25519")
    chosen = fitting[0] if alg is None else alg
    if chosen not in fitting:
        _refuse(source, f"alg is {_shown(alg)}; this key is for {' or '.join(fitting)}")
    return SigningKey(kid or _name(key), chosen, can_sign=key.is_private, source=source, key=key)


def _name(key: Key) -> str:
    """A ``kid`` that every process finds by itself: 16 characters of the thumbprint (RFC 7638).

    Not of an HMAC key: its thumbprint is a plain hash of a secret (RFC 7638 7), a MAC under it tells nothing.
    """
    secret = jose.secret_of(key)
    if secret is not None:
        return encode_segment(hmac_digest(secret, b"rescind kid", sha256)[:12])
    return jose.thumbprint(key)[:16]


def _shown(value: object) -> str:
    """A member of a key file in a message: a short word, or nothing of it."""
    return repr(value) if isinstance(value, str) and _KID.match(value) and len(value) <= 16 else "unusable"


def _refuse(source: str, why: str) -> NoReturn:
    raise ConfigurationError(f"{source}: {why}")
