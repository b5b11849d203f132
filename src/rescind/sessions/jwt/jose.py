"""joserfc with every choice made here: the only file that imports it.

What its defaults leave open and this file closes: the algorithm is the key's and never the header's,
signatures have exactly one length, and ES256 has one signature per token and not two (of ``s`` and ``n - s``
the lower one, ``is_lower``).
"""

from __future__ import annotations

from typing import Any, Literal, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey
from joserfc.jws import JWSRegistry

Algorithm = Literal["EdDSA", "Ed25519", "ES256", "HS256"]
Key = ECKey | OctKey | OKPKey

ALGORITHMS: tuple[Algorithm, ...] = ("EdDSA", "Ed25519", "ES256", "HS256")
"""``EdDSA`` is what verifiers understand today, ``Ed25519`` its fully specified name (RFC 9864)."""

KEY_ERRORS = (JoseError, ValueError, TypeError, KeyError, UnsupportedAlgorithm)
"""What joserfc and cryptography raise for a key that is none. Their texts may quote the key: never shown."""

SIZES: dict[Algorithm, int] = {"EdDSA": 64, "Ed25519": 64, "ES256": 64, "HS256": 32}
"""Bytes of a signature (RFC 7518 3.2, 3.4, RFC 8037 3.1)."""

# The algorithms themselves. `get_alg` would choose by its own list, and warn of EdDSA.
_MODELS: dict[Algorithm, Any] = {name: JWSRegistry.algorithms[name] for name in ALGORITHMS}

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (SEC 2 2.4.2)."""
_KINDS: dict[str, type[Key]] = {"EC": ECKey, "OKP": OKPKey, "oct": OctKey}
_CURVES = {"EdDSA": "Ed25519", "Ed25519": "Ed25519", "ES256": "P-256"}


def from_jwk(jwk: dict[str, Any]) -> Key:
    """A key from the members that make it up. Raises one of ``KEY_ERRORS``."""
    kind = _KINDS[jwk["kty"]]
    members = {name: jwk[name] for name in kind.value_registry if name in jwk}
    key = kind.import_key({"kty": jwk["kty"], **members})
    if isinstance(key, OKPKey) and key.is_private:
        # cryptography makes x from d and never looks at the one given.
        made = key.binding.convert_raw_key_to_dict(key.raw_value, private=True)
        if made["x"] != jwk["x"]:
            raise ValueError("x is not the public half of d")
    return key


def from_pem(pem: bytes) -> ECKey | OKPKey | None:
    """A key from a PEM block; ``None`` for one of another kind. Raises one of ``KEY_ERRORS``."""
    load = load_pem_public_key if b"PUBLIC KEY" in pem else _private
    native = load(pem)
    if isinstance(native, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return ECKey.import_key(native)
    if isinstance(native, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
        return OKPKey.import_key(native)
    return None


def _private(pem: bytes) -> Any:
    return load_pem_private_key(pem, password=None)


def from_bytes(raw: bytes) -> OctKey:
    """An HMAC key. Raises ``ValueError`` when the bytes are a public key or certificate of some format."""
    return OctKey.import_key(raw)


def make(alg: Algorithm, raw: bytes) -> Key:
    """A new key; ``raw``: 32 random bytes, the key itself for HS256 and Ed25519's seed (RFC 8032 5.1.5)."""
    if alg == "HS256":
        return OctKey.import_key(raw)
    if alg == "ES256":
        return ECKey.generate_key("P-256")
    return OKPKey.import_key(ed25519.Ed25519PrivateKey.from_private_bytes(raw))


def curve_of(key: Key) -> str | None:
    """``"P-256"``, ``"Ed25519"`` and so on; ``None`` for an HMAC key."""
    return None if isinstance(key, OctKey) else key.curve_name


def fits(alg: Algorithm, key: Key) -> bool:
    """Whether the key is of the type and curve of the algorithm."""
    return curve_of(key) == _CURVES.get(alg) and isinstance(key, _KINDS[_MODELS[alg].key_type])


def sign(alg: Algorithm, key: Key, signing_input: bytes) -> bytes:
    made: bytes = _MODELS[alg].sign(signing_input, key)
    if alg != "ES256" or is_lower(alg, made):
        return made
    return made[:32] + (_ORDER - int.from_bytes(made[32:], "big")).to_bytes(32, "big")


def verify(alg: Algorithm, key: Key, signing_input: bytes, signature: bytes) -> bool:
    """Whether the signature is of this key, under this algorithm, over exactly these bytes.

    For ES256 both ``s`` and ``n - s`` verify (FIPS 186); ``is_lower`` tells them apart.
    """
    return len(signature) == SIZES[alg] and bool(_MODELS[alg].verify(signing_input, signature, key))


def is_lower(alg: Algorithm, signature: bytes) -> bool:
    """Whether this is the one spelling of the signature that we make."""
    return alg != "ES256" or int.from_bytes(signature[32:], "big") <= _ORDER // 2


def public_members(key: Key) -> dict[str, str]:
    """The members of a public JWK. Raises ``TypeError`` for an HMAC key: nothing of it is public."""
    if isinstance(key, OctKey):
        raise TypeError("an HMAC key has no public half")
    return cast("dict[str, str]", {**key.as_dict(private=False), "kty": key.key_type})


def private_members(key: Key) -> dict[str, str]:
    """The members of a private JWK."""
    return cast("dict[str, str]", {**key.as_dict(private=True), "kty": key.key_type})


def secret_of(key: Key) -> bytes | None:
    """The bytes of an HMAC key; ``None`` for a key with a public half."""
    return key.raw_value if isinstance(key, OctKey) else None


def thumbprint(key: Key) -> str:
    """RFC 7638, SHA-256."""
    return key.thumbprint()
