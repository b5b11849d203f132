"""What is admitted as a signing key. Every refusal names its source and the mend, and repeats no secret."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions.jwt.vectors import A1, A3, BILBO_OCT, ED25519

from rescind import ConfigurationError
from rescind.sessions.jwt import jose
from rescind.sessions.jwt.jose import ALGORITHMS
from rescind.sessions.jwt.keys import SigningKey, admit, make_key, read_keys

SECRET = bytes(range(1, 33))
PLAIN = NoEncryption()
ED = ed25519.Ed25519PrivateKey.from_private_bytes(SECRET)
PUBLIC = {name: ED25519[name] for name in ED25519 if name != "d"}
P256 = ec.derive_private_key(int.from_bytes(SECRET, "big"), ec.SECP256R1())


def pem(key: Any, encryption: Any = PLAIN, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    made: bytes = key.private_bytes(Encoding.PEM, form, encryption)
    return made


def public_pem(key: Any) -> bytes:
    made: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


def read(material: bytes | dict[str, Any]) -> SigningKey:
    text = material if isinstance(material, bytes) else json.dumps(material).encode()
    (key,) = read_keys(text, source="signing_keys: k.pem")
    return key


def refusal(material: bytes | dict[str, Any]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(material)
    message = str(caught.value)
    assert message.startswith("signing_keys: k.pem")
    return message


def secret_jwk(raw: bytes) -> dict[str, Any]:
    return {"kty": "oct", "k": urlsafe_b64encode(raw).rstrip(b"=").decode()}


@pytest.mark.parametrize(
    ("material", "alg", "signs"),
    [
        (pem(ED), "EdDSA", True),
        (public_pem(ED), "EdDSA", False),
        (pem(P256), "ES256", True),
        (pem(P256, form=PrivateFormat.TraditionalOpenSSL), "ES256", True),
        (public_pem(P256), "ES256", False),
        (A1, "HS256", True),
        (A3, "ES256", True),
        ({name: A3[name] for name in A3 if name != "d"}, "ES256", False),
        (ED25519, "EdDSA", True),
        (ED25519 | {"alg": "Ed25519"}, "Ed25519", True),
        (ED25519 | {"alg": "EdDSA", "use": "sig", "key_ops": ["sign", "verify"]}, "EdDSA", True),
        (BILBO_OCT, "HS256", True),
    ],
)
def test_what_is_admitted(material: bytes | dict[str, Any], alg: str, signs: bool) -> None:
    key = read(material)
    assert (key.alg, key.can_sign) == (alg, signs)
    if signs:
        assert key.verify(b"text", key.sign(b"text"))


def test_parameters_that_openssl_writes_before_an_ec_key_are_no_second_key() -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    assert read(parameters + pem(P256, form=PrivateFormat.TraditionalOpenSSL)).alg == "ES256"


@pytest.mark.parametrize(
    ("material", "says"),
    [
        (pem(rsa.generate_private_key(65537, 2048)), "neither Ed25519 nor P-256; make one: openssl genpkey"),
        (pem(ed448.Ed448PrivateKey.generate()), "neither Ed25519 nor P-256"),
        (pem(x25519.X25519PrivateKey.generate()), "neither Ed25519 nor P-256"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "on the curve P-384; usable are P-256"),
        (pem(ec.generate_private_key(ec.SECP256K1())), "on the curve secp256k1; usable are P-256"),
        (pem(ED, BestAvailableEncryption(b"password")), "encrypted; decrypt it"),
        (pem(ED, form=PrivateFormat.OpenSSH), "ssh-keygen -p -m PKCS8"),
        (pem(ED) + pem(P256), "2 PEM blocks; one key per file"),
        (pem(ED)[:60] + pem(ED)[80:], "PEM of a PRIVATE KEY that cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate; name the"),
        (b"", "neither PEM nor JWK; make one"),
        (b"\x30\x2e\x02\x01", "neither PEM nor JWK"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me@host", "neither PEM nor JWK"),
        (b"{not json", "no usable JSON (not JSON in UTF-8)"),
        (b'{"kty":"oct","kty":"OKP"}', "no usable JSON (a JSON member twice)"),
        ({"keys": []}, "a JWK set without keys"),
        ({"keys": "none"}, 'a JWK set whose "keys" is no list'),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "a key of type 'RSA'; usable are"),
        ({"kty": ["oct"]}, "a key of type unusable"),
        ({}, "a key of type unusable"),
        (PUBLIC | {"crv": "X25519"}, "on the curve X25519; usable are P-256 and Ed25519"),
        (ED25519 | {"alg": "ES256"}, "alg is 'ES256'; this key is for EdDSA or Ed25519"),
        (ED25519 | {"alg": "none"}, "alg is 'none'; this key is for"),
        (A3 | {"alg": "HS256"}, "alg is 'HS256'; this key is for ES256"),
        (A1 | {"alg": "HS512"}, "alg is 'HS512'; this key is for HS256"),
        (ED25519 | {"use": "enc"}, "use is 'enc'; a signing key has"),
        (ED25519 | {"key_ops": ["verify"]}, 'key_ops must name "sign"'),
        (ED25519 | {"key_ops": "sign"}, 'key_ops must name "sign"'),
        (PUBLIC | {"key_ops": ["encrypt"]}, 'key_ops must name "verify"'),
        (ED25519 | {"x": A3["x"]}, "its members make no valid key"),  # x of another key than d
        (A3 | {"x": ED25519["x"]}, "its members make no valid key"),  # not on the curve
        (A3 | {"d": ED25519["d"]}, "its members make no valid key"),
        (A3 | {"y": 7}, "its members make no valid key"),
        ({"kty": "OKP", "crv": "Ed25519"}, "its members make no valid key"),
        (ED25519 | {"d": "AAAA"}, "its members make no valid key"),
        (ED25519 | {"kid": ""}, "kid: 1 to 64 of"),
        (ED25519 | {"kid": "../../etc/passwd"}, "kid: 1 to 64 of"),
        (ED25519 | {"kid": "x' OR '1'='1"}, "kid: 1 to 64 of"),
        (ED25519 | {"kid": 7}, "kid: 1 to 64 of"),
        (secret_jwk(b""), "an HMAC key of 0 bytes"),
        (secret_jwk(SECRET[:31]), "an HMAC key of 31 bytes; HS256 needs 32 random ones"),
        (secret_jwk(b"x" * 64), "an HMAC key that repeats itself"),
        (secret_jwk(b"passwordpasswordpasswordpassword"), "an HMAC key that repeats itself"),
        ({"kty": "oct", "k": "not=base64"}, "its members make no valid key"),
        ({"kty": "oct", "k": 7}, "an HMAC key of 0 bytes"),
    ],
)  # fmt: skip
def test_what_is_refused(material: bytes | dict[str, Any], says: str) -> None:
    message = refusal(material)
    assert says in message
    for member in ("k", "d"):
        if isinstance(material, dict) and len(str(material.get(member))) > 8:
            assert str(material[member]) not in message


@pytest.mark.parametrize(
    "text",
    [
        public_pem(ED),
        public_pem(P256),
        b"\n\n" + public_pem(P256),
        P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        P256.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        pem(ED),
        json.dumps(A3).encode(),
    ],
)
def test_a_key_or_its_text_is_no_hmac_key(text: bytes) -> None:
    """CVE-2022-29217, CVE-2024-33663: whoever has the published key could sign with it."""
    message = refusal(secret_jwk(text))
    assert "an HMAC key that is the text of another key" in message or "make no valid key" in message


def test_name_of_a_key_is_found_by_every_process_alike() -> None:
    assert read(pem(ED)).kid == read(public_pem(ED)).kid == make_key("EdDSA", SECRET).kid
    assert read(secret_jwk(SECRET)).kid == make_key("HS256", SECRET).kid
    assert read(BILBO_OCT).kid == BILBO_OCT["kid"]
    # RFC 7638 7: the thumbprint of a secret would be a plain hash of it.
    assert read(secret_jwk(SECRET)).kid not in jose.thumbprint(read(secret_jwk(SECRET)).key)


def test_nothing_secret_is_shown() -> None:
    for material in (pem(ED), A1, A3, BILBO_OCT):
        key = read(material)
        shown = f"{key!r} {key} {admit([key], setting='signing_keys')!r} {key.key!r}"
        assert all(part not in shown for part in (str(A1["k"]), str(A3["d"]), str(BILBO_OCT["k"]), "PRIVATE"))


def test_published_set_holds_public_halves_that_others_can_verify_with() -> None:
    keys = [make_key("ES256", SECRET), read(public_pem(ED))]
    published = admit(keys, setting="signing_keys").jwks()
    assert [sorted(one) for one in published["keys"]] == [
        ["alg", "crv", "kid", "kty", "use", "x", "y"],
        ["alg", "crv", "kid", "kty", "use", "x"],
    ]
    theirs = pyjwt.PyJWKSet.from_dict(published)
    assert {one.key_id: one.algorithm_name for one in theirs.keys} == {
        keys[0].kid: "ES256",
        keys[1].kid: "EdDSA",
    }
    assert admit([make_key("HS256", SECRET)], setting="signing_keys").jwks() == {"keys": []}


def test_a_set_of_keys() -> None:
    new, old = make_key("ES256", SECRET), read(public_pem(ED))
    keys = admit([new, old], setting="signing_keys")
    assert keys.signing is new
    assert keys.find(new.kid) is new
    assert keys.find(old.kid) is old
    assert keys.find("other") is None


def refused_set(*keys: SigningKey) -> str:
    with pytest.raises(ConfigurationError) as caught:
        admit(keys, setting="signing_keys")
    return str(caught.value)


def test_sets_that_are_refused() -> None:
    ed, hmac, other = read(pem(ED)), make_key("HS256", SECRET), make_key("EdDSA", SECRET[::-1])
    named = make_key("EdDSA", SECRET[::-1], kid=ed.kid)
    assert refused_set().startswith("signing_keys is empty: name at least one private key; make one")
    assert "the first key signs and signing_keys: k.pem is a public key" in refused_set(
        read(public_pem(ED)), ed
    )
    assert f"both have kid {ed.kid!r}; rename one" in refused_set(ed, named)
    assert "are the same key" in refused_set(ed, make_key("EdDSA", SECRET, kid="twin"))
    # RFC 8725bis 3.2: a key has one algorithm, so not two names of one algorithm either.
    assert "are the same key" in refused_set(ed, make_key("Ed25519", SECRET, kid="twin"))
    assert "an HMAC key and a public key in one set" in refused_set(ed, hmac)
    assert "an HMAC key and a public key in one set" in refused_set(hmac, other)


def test_an_algorithm_that_is_none() -> None:
    for alg in ("none", "RS256", "eddsa", "HS512", ""):
        with pytest.raises(ConfigurationError, match=f"one of {', '.join(ALGORITHMS)}"):
            make_key(alg, SECRET)


@settings(deadline=None)
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda one: (
            st.lists(one, max_size=3)
            | st.dictionaries(
                st.sampled_from(["keys", "kty", "crv", "x", "y", "d", "k", "alg"]), one, max_size=5
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_a_file_holds_the_answer_is_a_key_or_a_clear_error(text: bytes) -> None:
    try:
        keys = read_keys(text, source="signing_keys: f")
    except ConfigurationError as error:
        assert str(error).startswith("signing_keys: f")  # noqa: PT017
    else:
        assert all(isinstance(key, SigningKey) for key in keys)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_written_down_is_read_again(alg: str) -> None:
    key = make_key(alg, SECRET, kid="2026-11")
    again = read(key.private_jwk())
    assert (again.kid, again.alg, again.can_sign) == ("2026-11", alg, True)
    assert key.verify(b"text", again.sign(b"text"))
    assert again.verify(b"text", key.sign(b"text"))
