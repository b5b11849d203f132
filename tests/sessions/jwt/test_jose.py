"""The signatures of the published examples, and what is different here from the library underneath."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import import_key
from tests.sessions.jwt.vectors import A3, ED25519, ED25519_THUMBPRINT, OTHERS, OURS

from rescind import ConfigurationError
from rescind.sessions.jwt import jose
from rescind.sessions.jwt.compact import decode_segment, encode_segment
from rescind.sessions.jwt.keys import make_key, read_keys

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4 D.1.2.3
SECRET = bytes(range(1, 33))


def read(jwk: dict[str, Any]) -> Any:
    (key,) = read_keys(json.dumps(jwk).encode(), source="a test")
    return key


@pytest.mark.parametrize("name", OURS)
def test_published_signature_verifies(name: str) -> None:
    jwk, alg, protected, payload, signature = OURS[name]
    key = read(jwk)
    assert key.alg == alg
    signed, raw = f"{protected}.{payload}".encode(), decode_segment(signature)
    assert jose.verify(key.alg, key.key, signed, raw)
    for broken in (signed[:-1], signed + b"x", signed.swapcase()):
        assert not jose.verify(key.alg, key.key, broken, raw)
    for number in range(len(raw)):
        flipped = bytes(byte ^ (number == place) for place, byte in enumerate(raw))
        assert not jose.verify(key.alg, key.key, signed, flipped)
    assert not jose.verify(key.alg, key.key, signed, raw[:-1])
    assert not jose.verify(key.alg, key.key, signed, raw + b"\0")


@pytest.mark.parametrize("name", [name for name in OURS if "ES256" not in name])
def test_published_signature_is_made(name: str) -> None:
    """HMAC and Ed25519 are deterministic: we make the very signature of the RFC."""
    jwk, _, protected, payload, signature = OURS[name]
    assert encode_segment(read(jwk).sign(f"{protected}.{payload}".encode())) == signature


@pytest.mark.parametrize("name", OTHERS)
def test_library_underneath_verifies_the_rest_and_we_admit_none_of_their_keys(name: str) -> None:
    jwk, alg, protected, payload, signature = OTHERS[name]
    model = jws.JWSRegistry.algorithms[alg]
    raw = decode_segment(signature)
    assert model.verify(f"{protected}.{payload}".encode(), raw, import_key(jwk))
    assert not model.verify(f"{protected}.{payload}".encode(), raw[:-1] + b"\0", import_key(jwk))
    with pytest.raises(ConfigurationError, match=r"a test: .*usable are"):
        read(jwk)


def test_thumbprint_of_rfc_8037() -> None:
    assert jose.thumbprint(read(ED25519).key) == ED25519_THUMBPRINT
    assert read(ED25519).kid == ED25519_THUMBPRINT[:16]


def test_both_spellings_of_an_es256_signature_verify_and_we_believe_one() -> None:
    """RFC 7515 A.3 happens to be the upper one. joserfc accepts both (standards 9, token malleability)."""
    _, alg, protected, payload, signature = OURS["RFC 7515 A.3 ES256"]
    signed, upper, key = f"{protected}.{payload}".encode(), decode_segment(signature), read(A3)
    lower = upper[:32] + (ORDER - int.from_bytes(upper[32:], "big")).to_bytes(32, "big")
    assert alg == key.alg
    assert jose.verify(key.alg, key.key, signed, upper)
    assert jose.verify(key.alg, key.key, signed, lower)
    assert key.verify(signed, lower)
    assert not key.verify(signed, upper)


def test_es256_signatures_of_ours_are_all_of_one_spelling() -> None:
    """Half of all signatures would be upper ones: 64 by chance are all lower once in 2**64 runs."""
    key = make_key("ES256", SECRET)
    made = [key.sign(b"%d" % number) for number in range(64)]
    assert all(int.from_bytes(one[32:], "big") <= ORDER // 2 for one in made)
    assert all(key.verify(b"%d" % number, one) for number, one in enumerate(made))


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_key_signs_for_itself_only(alg: str) -> None:
    mine, other = make_key(alg, SECRET), make_key(alg, SECRET[::-1])
    signature = mine.sign(b"text")
    assert mine.verify(b"text", signature)
    assert not other.verify(b"text", signature)
    assert not mine.verify(b"tex", signature)
    assert not mine.verify(b"text", b"")


@pytest.mark.parametrize("r", [0, 1, ORDER - 1, ORDER, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, ORDER])
def test_signature_of_zeros_and_orders_is_refused_and_not_a_fault(r: int, s: int) -> None:
    """CVE-2022-21449 ("psychic signatures"): r = s = 0 was accepted for every text."""
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert not make_key("ES256", SECRET).verify(b"text", raw)
    assert not jose.verify("ES256", make_key("ES256", SECRET).key, b"text", raw)
    assert not make_key("EdDSA", SECRET).verify(b"text", raw)
